"""/provider/share/: links, codes and texts to hand out."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import make_provider, make_service, make_staff
from customers.models import User
from providers.domain.short_links import code_of, short_url
from providers.models import DateOverride, Provider, WeeklyHours
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment
from providers.views.share import Thing

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE, QR, POSTER = "/provider/share/", "/provider/share/qr.svg", "/provider/share/print/"


def page(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return response.content.decode()


def free_times(html: str) -> str:
    found = re.search(
        r'<textarea class="form-control" id="free-text"[^>]*>(.*?)</textarea>', html, re.DOTALL
    )
    return unescape(found[1]) if found else ""


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    for url in (PAGE, QR, POSTER):
        assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("role", ["bob", "dana"])
def test_for_staff_and_customers_it_does_not_exist(salon: Salon, as_user: LogIn, role: str) -> None:
    for url in (PAGE, QR, POSTER):
        assert as_user(getattr(salon, role)).get(url).status_code == 404


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_a_link_for_the_business_each_service_and_each_person(
    salon: Salon, as_user: LogIn, role: str
) -> None:
    make_service(salon.provider, name="Archived", active=False)
    make_staff(salon.provider, name="Left", active=False)
    html = page(as_user(getattr(salon, role)))
    shown = re.findall(r'readonly value="([^"]*)"', html)
    things: list[Thing] = [
        salon.provider,
        salon.braids,
        salon.bobs,
        salon.marys,
        salon.tendai,
    ]
    assert shown == [short_url(code_of(thing)) for thing in things]
    for url in shown:
        assert Client().get(urlsplit(url).path).status_code == 302


def test_links_open_whatsapp_with_a_text(salon: Salon, as_user: LogIn) -> None:
    html = page(as_user(salon.alice))
    texts = [
        parse_qs(urlsplit(unescape(url)).query)["text"][0]
        for url in re.findall(r'href="(https://wa\.me/[^"]*)"', html)
    ]
    assert (
        texts[0] == f"Alice Salon: see what is free and book\n{short_url(code_of(salon.provider))}"
    )
    assert texts[1] == free_times(html)
    assert texts[2].startswith("Braids, Alice Salon: see what is free and book\n")


# --- free times -----------------------------------------------------------------------------------


def test_this_weeks_free_times_as_they_could_be_booked(salon: Salon, as_user: LogIn) -> None:
    """Tuesday 12:00, open until 17:00, closed on Sundays; an hour each."""
    for staff in (salon.bobs, salon.marys, salon.tendai):
        make_appointment(salon.braids, staff, start=NOW + HOUR)  # 13:00 to 14:00
        make_appointment(salon.braids, staff, start=NOW + DAY - 4 * HOUR, minutes=9 * 60)  # all day
    DateOverride.objects.create(
        provider=salon.provider,
        date=(NOW + 2 * DAY).date(),
        start_minute=9 * 60 + 30,
        end_minute=12 * 60,
    )
    assert free_times(page(as_user(salon.alice))) == "\n".join(
        [
            "Free times for Braids at Alice Salon:",
            "Tue 24 Nov: 14:00, 15:00, 16:00",
            "Thu 26 Nov: 09:30, 10:30",
            "Fri 27 Nov: 08:00, 09:00, 10:00, 11:00, 12:00, 13:00 …",
            "Sat 28 Nov: 08:00, 09:00, 10:00, 11:00, 12:00, 13:00 …",
            "Mon 30 Nov: 08:00, 09:00, 10:00, 11:00, 12:00, 13:00 …",
            f"Book: {short_url(code_of(salon.braids))}",
        ]
    )


def test_another_service_can_be_chosen(salon: Salon, as_user: LogIn) -> None:
    locks = make_service(salon.provider, [salon.bobs], name="Locks", slug="locks", duration=240)
    html = page(as_user(salon.alice), "?service=locks")
    assert '<option value="locks" selected>' in html
    text = free_times(html)
    assert text.startswith(
        "Free times for Locks at Alice Salon:\nTue 24 Nov: 12:30\nWed 25 Nov: 08:00, 12:00\n"
    )
    assert text.endswith(short_url(code_of(locks)))
    assert "for Braids" in free_times(page(as_user(salon.alice), "?service=nothing"))


def test_it_fits_a_status_however_much_is_free(salon: Salon, as_user: LogIn) -> None:
    WeeklyHours.objects.filter(provider=salon.provider).update(start_minute=0, end_minute=1440)
    Provider.objects.update(name="Alice " * 20, slot_step=5)
    salon.braids.name, salon.braids.duration = "Braids " * 17, 5
    salon.braids.save()
    text = free_times(page(as_user(salon.alice)))
    assert 300 < len(text) <= 700
    assert text.count("\n") == 7


def test_no_free_time_is_said(salon: Salon, as_user: LogIn) -> None:
    WeeklyHours.objects.all().delete()
    html = page(as_user(salon.alice))
    assert free_times(html) == ""
    assert "There is no free time for Braids in the next seven days." in html


def test_a_business_without_services_is_told_what_to_do(salon: Salon, as_user: LogIn) -> None:
    assert "Add a service first" in page(as_user(salon.charlie))


# --- codes to scan --------------------------------------------------------------------------------


def test_the_qr_code_is_a_drawing_of_the_link(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    drawings = set()
    for thing in (salon.provider, salon.braids, salon.tendai):
        response = client.get(QR, {"link": code_of(thing)})
        assert response["Content-Type"] == "image/svg+xml"
        assert b"<script" not in response.content
        drawings.add(response.content)
        poster = client.get(POSTER, {"link": code_of(thing)}).content.decode()
        assert short_url(code_of(thing)) in poster
        assert f'src="{QR}?link={code_of(thing)}"' in poster
    assert len(drawings) == 3
    assert client.get(QR).content == client.get(QR, {"link": code_of(salon.provider)}).content


@pytest.mark.parametrize("link", ["", "p0", "x", "s99999", "../p1"])
def test_other_codes_are_404(salon: Salon, as_user: LogIn, link: str) -> None:
    for url in (QR, POSTER):
        assert as_user(salon.alice).get(url, {"link": link}).status_code == 404


def test_codes_of_another_business_are_404(salon: Salon, as_user: LogIn) -> None:
    for thing in (salon.provider, salon.braids, salon.bobs):
        for url in (QR, POSTER):
            assert as_user(salon.charlie).get(url, {"link": code_of(thing)}).status_code == 404
    assert as_user(salon.charlie).get(f"{PAGE}?business=salon").status_code == 404


# --- the rest -------------------------------------------------------------------------------------


def test_the_snippet_frames_the_page_that_may_be_framed(salon: Salon, as_user: LogIn) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(name='Al "<b>" & Co')
    html = page(as_user(salon.alice))
    found = re.search(r'id="snippet"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    assert found
    snippet = unescape(found[1])
    assert 'title="Book at Al &quot;&lt;b&gt;&quot; &amp; Co"' in snippet
    framed = re.search(r'<iframe src="http://127.0.0.1:8000(/p/salon/\?embed=1)"', snippet)
    assert framed
    assert "frame-ancestors *" in Client().get(framed[1])["Content-Security-Policy"]


def test_a_page_that_is_not_public_yet_is_told(salon: Salon, as_user: LogIn) -> None:
    assert "Your page is not public yet" not in page(as_user(salon.alice))
    Provider.objects.update(published=False)
    html = page(as_user(salon.alice))
    assert "Your page is not public yet" in html
    assert 'href="/p/salon/' not in html


def test_a_chosen_business_stays_chosen(salon: Salon, as_user: LogIn) -> None:
    second = make_provider(salon.alice, slug="second", name="Second Salon")
    for name in ("one", "two"):
        make_service(second, name=name, slug=name)
    html = page(as_user(salon.alice), "?business=second")
    code = code_of(second)
    assert f'src="{QR}?link={code}&amp;business=second"' in html
    assert '<input type="hidden" name="business" value="second">' in html
    assert as_user(salon.alice).get(QR, {"link": code, "business": "second"}).status_code == 200


@pytest.mark.parametrize("more", [0, 2])
def test_queries_do_not_grow(salon: Salon, as_user: LogIn, more: int) -> None:
    for number in range(more):
        staff = make_staff(salon.provider)
        make_service(salon.provider, [staff])
        make_appointment(salon.braids, staff, start=NOW + timedelta(days=number + 1))
    client = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        page(client)
    assert len(queries) == 11
