"""What the business can tell its client by WhatsApp, from the lists and the appointment's page."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.test import Client

from booking.models import Appointment, Status
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
LINK = re.compile(r'<a [^>]*href="(https://wa\.me/[^"]*)" rel="noopener noreferrer">(.*?)</a>')
ALL = ["Confirm by WhatsApp", "Remind by WhatsApp", "Running late, by WhatsApp"]


def with_phone(salon: Salon, **facts: object) -> Appointment:
    values = {"start": NOW + HOUR, "guest_phone": "+263772345678"} | facts
    return make_appointment(salon.braids, salon.bobs, **values)  # type: ignore[arg-type]


def links(client: Client, url: str) -> list[tuple[str, str]]:
    """Addresses and the words that a screen reader says."""
    found = LINK.findall(client.get(url).content.decode())
    return [(unescape(url), unescape(re.sub(r"<[^>]*>", "", words))) for url, words in found]


def page(appointment: Appointment) -> str:
    return f"/provider/appointments/{appointment.pk}/"


@pytest.mark.parametrize("where", ["/provider/", "/provider/appointments/", "page"])
@pytest.mark.parametrize("role", ["alice", "mary", "bob"])
def test_owner_manager_and_staff_can_tell_the_client(
    salon: Salon, as_user: LogIn, where: str, role: str
) -> None:
    appointment = with_phone(salon)
    url = page(appointment) if where == "page" else where
    found = links(as_user(getattr(salon, role)), url)
    assert [words for _, words in found] == [
        f"{label} to Guest Gumbo, opens WhatsApp" for label in ALL
    ]
    assert {link.partition("?")[0] for link, _ in found} == {"https://wa.me/263772345678"}


def test_the_text_is_about_this_booking(salon: Salon, as_user: LogIn) -> None:
    appointment = with_phone(salon)
    [(confirm, _), (remind, _), (late, _)] = links(as_user(salon.alice), page(appointment))
    secret = f"{settings.PUBLIC_URL}{appointment.get_absolute_url()}"
    for link in (confirm, remind):
        text = unquote(link.partition("?text=")[2])
        assert "Braids with Bob at Alice Salon\nTue 24 Nov, 13:00 (Harare time)\n" in text
        assert text.endswith(f"To see, move or cancel it: {secret}")
    assert secret not in unquote(late)


def test_rows_keep_them_behind_more(salon: Salon, as_user: LogIn) -> None:
    with_phone(salon)
    html = as_user(salon.alice).get("/provider/appointments/").content.decode()
    [more] = re.findall(r'<details class="more">(.*?)</details>', html, re.DOTALL)
    assert len(LINK.findall(more)) == len(LINK.findall(html)) == 3


def test_more_is_there_for_them_alone(salon: Salon, as_user: LogIn) -> None:
    """Once it runs it can be neither moved nor cancelled, but it can be late."""
    appointment = with_phone(salon, start=NOW - HOUR / 4)
    client = as_user(salon.alice)
    assert [words for _, words in links(client, page(appointment))] == [
        "Running late, by WhatsApp to Guest Gumbo, opens WhatsApp"
    ]
    assert len(links(client, "/provider/")) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"guest_phone": ""},
        {"status": Status.PENDING},
        {"status": Status.CANCELLED},
        {"status": Status.COMPLETED, "start": NOW - DAY},
        {"start": NOW - DAY},
    ],
)
def test_no_button_without_a_number_or_a_reason(
    salon: Salon, as_user: LogIn, facts: dict[str, object]
) -> None:
    appointment = with_phone(salon, **facts)
    client = as_user(salon.alice)
    for url in (page(appointment), "/provider/", "/provider/appointments/?status=past"):
        assert links(client, url) == []


def test_names_are_text_not_markup(salon: Salon, as_user: LogIn) -> None:
    appointment = with_phone(salon, guest_name='"><script>1</script>')
    html = as_user(salon.alice).get(page(appointment)).content.decode()
    assert "<script>1" not in html


def test_colleagues_and_strangers_get_none(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.tendai, start=NOW + HOUR, guest_phone="+263779999999")
    for user in (salon.bob, salon.charlie):
        assert links(as_user(user), "/provider/") == []
    assert len(links(as_user(salon.alice), "/provider/")) == 3


def test_a_row_that_comes_back_alone_has_them_too(salon: Salon, as_user: LogIn) -> None:
    appointment = with_phone(salon, status=Status.PENDING)
    response = as_user(salon.alice).post(
        f"{page(appointment)}accept/",
        headers={"HX-Request": "true", "HX-Target": f"appointment-{appointment.pk}"},
    )
    assert len(LINK.findall(response.content.decode())) == 3
