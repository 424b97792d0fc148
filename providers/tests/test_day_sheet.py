"""The day on paper: whose, what it says, how small it is."""

from collections.abc import Callable

import pytest
from django.test import Client

from booking.models import Status
from booking.tests.cast import make_service
from customers.models import User
from providers.models import TimeOff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
URL = "/provider/calendar/sheet/"


def tables(client: Client, query: str = "") -> list[tuple[str, list[str]]]:
    found = client.get(URL + query).context["tables"]
    return [
        (table.name, [f"{when} {it.contact_name}" for when, it in table.rows]) for table in found
    ]


def test_each_person_has_their_day_in_order(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR, customer=salon.dana)
    make_appointment(salon.braids, salon.bobs, start=NOW)
    make_appointment(salon.braids, salon.tendai, start=NOW + DAY)
    make_appointment(salon.braids, salon.tendai, start=NOW, status=Status.CANCELLED)
    make_appointment(make_service(salon.provider), None, start=NOW, guest_name="Roomy")
    client = as_user(salon.alice)
    assert tables(client) == [
        ("Bob", ["12:00–13:00 Guest Gumbo", "14:00–15:00 Dana Phiri"]),
        ("Without staff", ["12:00–13:00 Roomy"]),
    ]
    assert tables(client, "?date=2026-11-25") == [("Tendai", ["12:00–13:00 Guest Gumbo"])]
    assert tables(client, "?date=2026-11-26") == []


def test_row_has_all_that_is_needed_without_a_phone(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(
        salon.braids,
        salon.bobs,
        start=NOW,
        status=Status.PENDING,
        customer=salon.dana,
        notes="Bring <b>beads</b>",
        business_notes="Sensitive scalp",
    )
    html = as_user(salon.alice).get(URL).content.decode()
    for cell in (
        "<td>12:00–13:00</td>",
        "<td>Dana Phiri</td>",
        f"<td>{made.contact_phone}</td>",
        "<td>Braids (waiting for an answer)</td>",
        "<td>Bring &lt;b&gt;beads&lt;/b&gt; / Sensitive scalp</td>",
    ):
        assert cell in html


def test_staff_get_their_own_alone(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW, guest_name="Mine")
    make_appointment(salon.braids, salon.tendai, start=NOW, guest_name="Hidden")
    assert tables(as_user(salon.bob)) == [("Bob", ["12:00–13:00 Mine"])]


def test_full_day_is_small_and_has_no_pictures(salon: Salon, as_user: LogIn) -> None:
    for person in (salon.bobs, salon.marys, salon.tendai):
        for n in range(-4, 5):
            start = NOW + n * HOUR
            make_appointment(
                salon.braids, person, start=start, notes="Long hair, please wash " * 20
            )
    response = as_user(salon.alice).get(URL)
    html = response.content.decode()
    assert len(response.context["tables"]) == 3
    assert len(response.content) <= 10_000
    assert not any(tag in html for tag in ("<img", "<svg", "<script"))


def test_unreadable_date_shows_today(salon: Salon, as_user: LogIn) -> None:
    response = as_user(salon.alice).get(URL, {"date": "never"})
    assert (response.status_code, response.context["title"]) == (400, "Tue 24 Nov 2026")


def test_it_says_who_is_away(salon: Salon, as_user: LogIn) -> None:
    midnight = NOW.replace(hour=22) - DAY  # in Harare
    for staff, since, until in (
        (salon.bobs, midnight, midnight + DAY),
        (salon.tendai, NOW + HOUR, NOW + 2 * HOUR),
    ):
        TimeOff.objects.create(provider=salon.provider, staff=staff, start=since, end=until)
    text = as_user(salon.alice).get("/provider/calendar/sheet/").content.decode()
    assert "Bob (away all day)" in text
    assert "Tendai (away 13:00–14:00)" in text
    assert "Mary" not in text
