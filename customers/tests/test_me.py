"""/me/: what is coming, and the past."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Status
from booking.tests.cast import make_user
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


def references(html: str) -> list[str]:
    return re.findall(r'<li id="booking-(\w+)"', html)


def test_visitor_is_asked_to_log_in_and_comes_back(client: Client) -> None:
    response = client.get("/me/?page=2")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/me/%3Fpage%3D2",
    )


def test_coming_ones_are_soonest_first_then_the_past_latest_first(
    salon: Salon, dana: Client
) -> None:
    def booked(start: float, status: Status = Status.CONFIRMED) -> str:
        return make_appointment(
            salon.braids, salon.bobs, start=NOW + start * DAY, status=status, customer=salon.dana
        ).reference

    late, soon = booked(9), booked(1, Status.PENDING)
    older, old = booked(-9, Status.COMPLETED), booked(-2)
    cancelled = booked(3, Status.CANCELLED)
    html = dana.get("/me/").content.decode()
    assert references(html) == [soon, late, cancelled, old, older]


def test_others_appointments_are_not_shown(salon: Salon, dana: Client) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.bob)
    make_appointment(salon.braids, salon.tendai, start=NOW + DAY, guest_email="dana@example.com")
    assert references(dana.get("/me/").content.decode()) == []


def test_times_are_the_providers(salon: Salon, dana: Client) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, customer=salon.dana)
    html = dana.get("/me/").content.decode()
    assert (
        '<time datetime="2026-11-24T11:00:00+00:00">13:00<small class="text-nowrap">Tue 24 Nov<'
        in html
    )


def test_empty_page_says_what_to_do_next(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/").content.decode()
    assert "Nothing booked" in html
    assert 'href="/providers/"' in html


def test_account_links_are_there(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/").content.decode()
    for url in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        assert f'href="{url}"' in html


def test_past_has_pages_of_twenty(salon: Salon, dana: Client) -> None:
    made = [
        make_appointment(salon.braids, salon.bobs, start=NOW - n * DAY, customer=salon.dana)
        for n in range(1, 24)
    ]
    coming = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    expected = [each.reference for each in made]
    first = references(dana.get("/me/").content.decode())
    second = references(dana.get("/me/?page=2").content.decode())
    assert first == [coming.reference, *expected[:20]]
    assert second == expected[20:]


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 30, "\x00"])
def test_bad_page_numbers_show_a_page(salon: Salon, dana: Client, page: str) -> None:
    assert dana.get("/me/", {"page": page}).status_code == 200


def test_htmx_gets_the_past_alone(salon: Salon, dana: Client) -> None:
    past = make_appointment(salon.braids, salon.bobs, start=NOW - DAY, customer=salon.dana)
    html = dana.get("/me/", headers={"HX-Request": "true", "HX-Target": "past"}).content.decode()
    assert references(html) == [past.reference]
    assert "<html" not in html


@pytest.mark.parametrize("number", [3, 60])
def test_queries_do_not_grow_with_bookings(salon: Salon, dana: Client, number: int) -> None:
    for n in range(number):
        start = NOW + (n - number // 2) * DAY + HOUR
        make_appointment(salon.braids, salon.bobs, start=start, customer=salon.dana)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get("/me/").status_code == 200
    assert len(queries) == 6


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_it(salon: Salon, dana: Client, method: str) -> None:
    assert getattr(dana, method)("/me/").status_code == 405


def test_looking_writes_nothing(salon: Salon, dana: Client) -> None:
    make_appointment(
        salon.braids, salon.bobs, start=NOW - HOUR, status=Status.PENDING, customer=salon.dana
    )
    before = list(Appointment.objects.values())
    dana.get("/me/")
    assert list(Appointment.objects.values()) == before


def test_navigation_leads_to_the_business_only_those_who_have_one(salon: Salon) -> None:
    shown = {}
    for user in (salon.alice, salon.mary, salon.bob, salon.dana, make_user()):
        client = Client()
        client.force_login(user)
        nav = client.get("/me/").content.decode().split("</nav>")[0]
        shown[user.name] = 'href="/provider/"' in nav
    assert shown == {
        "Alice Ncube": True,
        "Mary Dube": True,
        "Bob Sibanda": True,
        "Dana Phiri": False,
        "": False,
    }
