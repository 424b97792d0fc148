"""One booking by its secret link: see, move, cancel, put into a calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment, Status
from booking.tests import cast
from booking.tests.pages.conftest import HTMX, NOW, TUESDAY, Salon
from providers.models import Provider


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return salon.book("10:00")


def page(name: str, appointment: Appointment) -> str:
    return reverse(name, args=[appointment.token])


def test_link_shows_the_booking(client: Client, salon: Salon, booked: Appointment) -> None:
    response = client.get(page("appointment_manage", booked))
    text = response.content.decode()
    for words in ["Haircut", "Tue 24 Nov, 10:00", "11:00", "Bob", "USD 20.00", booked.reference]:
        assert words in text
    assert "You can move or cancel it here until Tue 24 Nov, 08:00." in text


@pytest.mark.parametrize(
    "name",
    ["appointment_manage", "appointment_reschedule", "appointment_cancel", "appointment_ics"],
)
def test_secret_pages_stay_out_of_caches_and_indexes(
    client: Client, booked: Appointment, name: str
) -> None:
    response = client.get(page(name, booked))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"
    assert client.get(reverse(name, args=["unknown"])).status_code == 404
    assert client.get(reverse(name, args=[booked.reference])).status_code == 404


def test_cancel_page_changes_nothing_until_the_button_is_pressed(
    client: Client, booked: Appointment
) -> None:
    assert "Yes, cancel it" in client.get(page("appointment_cancel", booked)).content.decode()
    booked.refresh_from_db()
    assert booked.status == Status.CONFIRMED
    response = client.post(page("appointment_cancel", booked), {"reason": "I am ill"})
    booked.refresh_from_db()
    assert (response.status_code, booked.status) == (303, Status.CANCELLED)
    text = client.get(response["Location"]).content.decode()
    assert "Your booking is cancelled." in text
    assert "I am ill" in text


def test_cancelling_again_is_harmless(client: Client, booked: Appointment) -> None:
    url = page("appointment_cancel", booked)
    assert client.post(url).status_code == 303
    assert client.post(url).status_code == 303
    assert booked.events.filter(action="cancelled").count() == 1
    assert "It is cancelled already" in client.get(url).content.decode()


def test_reason_that_is_too_long_is_said(client: Client, booked: Appointment) -> None:
    response = client.post(page("appointment_cancel", booked), {"reason": "x" * 501})
    booked.refresh_from_db()
    assert (response.status_code, booked.status) == (422, Status.CONFIRMED)


def test_too_late_to_change_shows_no_buttons_and_refuses(
    client: Client, salon: Salon, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(cast.at(salon.provider, TUESDAY, "08:30"))
    text = client.get(page("appointment_manage", booked)).content.decode()
    assert page("appointment_cancel", booked) not in text
    assert page("appointment_reschedule", booked) not in text
    assert "+263771234567" in text
    cancel = client.post(page("appointment_cancel", booked))
    move = client.post(
        page("appointment_reschedule", booked), {"start": salon.slot("14:00"), "staff": "any"}
    )
    booked.refresh_from_db()
    assert (cancel.status_code, move.status_code) == (409, 409)
    assert "too late" in cancel.content.decode()
    assert booked.status == Status.CONFIRMED
    assert booked.start == cast.at(salon.provider, TUESDAY, "10:00")


def test_move_page_offers_its_own_time_too(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    salon.book("12:00")
    url = page("appointment_reschedule", booked)
    text = client.get(f"{url}?view=day&date=2026-11-24", headers=HTMX).content.decode()
    assert text.startswith('<div id="grid"')
    assert salon.slot("10:30") in text
    assert "<s>12:00</s>" in text


def test_moving_takes_the_new_time_and_frees_the_old(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    url = page("appointment_reschedule", booked)
    response = client.post(url, {"start": salon.slot("14:00"), "staff": str(salon.bob.pk)})
    booked.refresh_from_db()
    assert response.status_code == 303
    assert booked.start == cast.at(salon.provider, TUESDAY, "14:00")
    text = client.get(response["Location"]).content.decode()
    assert "from Tue 24 Nov, 10:00 to Tue 24 Nov, 14:00" in text
    assert salon.slot("10:00") in client.get(salon.url("booking")).content.decode()


def test_what_one_holds_oneself_is_free_to_move_to(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    client.post(salon.url("hold_create"), {"start": salon.slot("14:00")})
    url, day = page("appointment_reschedule", booked), "?view=day&date=2026-11-24"
    assert salon.slot("14:00") in client.get(url + day, headers=HTMX).content.decode()
    assert salon.slot("14:00") not in Client().get(url + day, headers=HTMX).content.decode()
    move = {"start": salon.slot("14:00"), "staff": "any"}
    assert Client().post(url, move).status_code == 409
    assert client.post(url, move).status_code == 303
    booked.refresh_from_db()
    assert booked.start == cast.at(salon.provider, TUESDAY, "14:00")


def test_moving_to_a_taken_time_keeps_the_old_and_offers_others(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    salon.book("14:00")
    url = page("appointment_reschedule", booked)
    response = client.post(url, {"start": salon.slot("14:00"), "staff": "any"})
    text = response.content.decode()
    booked.refresh_from_db()
    assert response.status_code == 409
    assert "Your booking is where it was: Tue 24 Nov, 10:00." in text
    assert salon.slot("13:00") in text
    assert booked.start == cast.at(salon.provider, TUESDAY, "10:00")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"start": "soon"},
        {"start": "2026-11-24T08:00"},
        {"start": "2026-11-24T08:00Z", "staff": "999999"},
        {"start": "2026-11-24T08:00Z", "staff": "nobody"},
        {"start": "9999-12-31T23:00Z"},
    ],
)
def test_impossible_move_is_400_and_changes_nothing(
    client: Client, salon: Salon, booked: Appointment, data: dict[str, str]
) -> None:
    response = client.post(page("appointment_reschedule", booked), data)
    booked.refresh_from_db()
    assert response.status_code == 400
    assert booked.start == cast.at(salon.provider, TUESDAY, "10:00")


@pytest.mark.parametrize("query", ["?date=foo", "?staff=999999", "?staff=x", "?view=year"])
def test_odd_addresses_of_the_move_page_get_a_friendly_400(
    client: Client, booked: Appointment, query: str
) -> None:
    response = client.get(f"{page('appointment_reschedule', booked)}{query}")
    assert response.status_code == 400
    assert "That choice does not exist" in response.content.decode()


def test_move_keeps_working_when_the_service_is_no_longer_offered(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    salon.service.active = False
    salon.service.save()
    assert client.get(page("appointment_reschedule", booked)).status_code == 200


def test_move_waits_again_where_the_provider_answers(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    Provider.objects.update(auto_confirm=False)
    url = page("appointment_reschedule", booked)
    assert "have to accept the new time" in client.get(url).content.decode()
    client.post(url, {"start": salon.slot("14:00"), "staff": "any"})
    booked.refresh_from_db()
    assert booked.status == Status.PENDING


def test_finished_booking_offers_to_book_again(
    client: Client, salon: Salon, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(cast.at(salon.provider, TUESDAY, "12:00"))
    owner = Actor.provider(salon.provider.owner)
    lifecycle.complete(booked, by=owner, now=datetime.now(UTC))
    text = client.get(page("appointment_manage", booked)).content.decode()
    assert "Book again" in text
    assert "Add to calendar" not in text


def test_customers_own_change_is_recorded_as_theirs(client: Client, booked: Appointment) -> None:
    dana = cast.make_user("dana@example.com")
    Appointment.objects.update(customer=dana)
    client.force_login(dana)
    client.post(page("appointment_cancel", booked))
    assert booked.events.get(action="cancelled").by == dana


def entry(client: Client, appointment: Appointment) -> Any:
    response = client.get(page("appointment_ics", appointment))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.content)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Africa/Harare"]
    return calendar.walk("VEVENT")[0]


def test_calendar_file_tells_time_place_and_state(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    event = entry(client, booked)
    assert event["DTSTART"].dt == booked.start
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["SUMMARY"] == "Haircut at Alice's Salon"
    assert event["STATUS"] == "CONFIRMED"
    assert page("appointment_manage", booked) in event["DESCRIPTION"]


def test_calendar_entry_keeps_its_uid_and_counts_its_changes(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    first = entry(client, booked)
    client.post(
        page("appointment_reschedule", booked), {"start": salon.slot("14:00"), "staff": "any"}
    )
    moved = entry(client, booked)
    client.post(page("appointment_cancel", booked))
    cancelled = entry(client, booked)
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert [first["SEQUENCE"], moved["SEQUENCE"], cancelled["SEQUENCE"]] == [0, 1, 2]
    assert cancelled["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("moves", [1, 5])
def test_page_costs_two_queries_however_long_its_history(
    client: Client, salon: Salon, booked: Appointment, django_assert_num_queries: Any, moves: int
) -> None:
    for number in range(moves):
        start = cast.at(salon.provider, TUESDAY, f"{11 + number}:00")
        lifecycle.reschedule(booked, start=start, by=Actor.guest(), now=NOW)
    with django_assert_num_queries(2):
        client.get(page("appointment_manage", booked))


def test_move_page_costs_six_queries(
    client: Client, booked: Appointment, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(6):
        client.get(page("appointment_reschedule", booked))
