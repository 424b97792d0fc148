"""An appointment is dragged: it moves and can be moved back, or stays and says why."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from booking.models import Appointment, AppointmentEvent, OutboxJob, Status
from booking.tests.cast import make_service
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
URL = "/provider/calendar/move/"
NOTE = {"HX-Request": "true", "HX-Target": "calendar-note"}


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)


def send(client: Client, it: Appointment, start: datetime, **more: Any) -> Any:
    headers = more.pop("headers", NOTE)
    data = {"appointment": it.pk, "start": start.isoformat()} | more
    return client.post(URL, data, headers=headers)


def text(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def test_moves_and_says_so_with_a_way_back(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    client = as_user(salon.alice)
    response = send(client, booked, NOW + 3 * HOUR, staff=salon.tendai.pk)
    assert response.status_code == 200
    assert "Guest Gumbo moved to Tue 24 Nov, 15:00 with Tendai." in text(response)
    assert response["HX-Trigger"] == '{"appointment-changed": {}}'
    booked.refresh_from_db()
    assert (booked.start, booked.staff) == (NOW + 3 * HOUR, salon.tendai)
    undo = response.context["undo"]
    assert undo == {"start": (NOW + HOUR).isoformat(), "staff": str(salon.bobs.pk)}
    client.post(URL, undo | {"appointment": booked.pk}, headers=NOTE)
    booked.refresh_from_db()
    assert (booked.start, booked.staff, booked.status) == (
        NOW + HOUR,
        salon.bobs,
        Status.CONFIRMED,
    )
    moves = booked.events.filter(action=AppointmentEvent.Action.RESCHEDULED)
    assert [event.by for event in moves] == [salon.alice, salon.alice]


def test_plain_form_goes_back_to_the_calendar(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    came_from = "/provider/calendar/?view=week&date=2026-11-24"
    response = send(as_user(salon.alice), booked, NOW + 3 * HOUR, next=came_from, headers={})
    assert (response.status_code, response["Location"]) == (303, came_from)
    said = [str(message) for message in get_messages(response.wsgi_request)]
    assert said == ["Guest Gumbo moved to Tue 24 Nov, 15:00."]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/me/", ""])
def test_way_back_is_the_calendars_own(
    salon: Salon, as_user: LogIn, booked: Appointment, target: str
) -> None:
    response = send(as_user(salon.alice), booked, NOW + 3 * HOUR, next=target, headers={})
    assert response["Location"] == "/provider/calendar/"


def test_notice_and_horizon_do_not_bind_the_business(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    salon.provider.minimum_notice, salon.provider.booking_horizon = 24 * 60, 1
    salon.provider.save()
    client = as_user(salon.alice)
    assert send(client, booked, NOW + HOUR / 4).status_code == 200
    assert send(client, booked, NOW + 28 * DAY).status_code == 200


def test_taken_time_is_refused_with_alternatives_and_nothing_changes(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 3 * HOUR)
    before = OutboxJob.objects.count()
    response = send(as_user(salon.alice), booked, NOW + 3 * HOUR, staff=salon.bobs.pk)
    assert response.status_code == 409
    said = text(response)
    assert "Sorry, this time has just been taken." in said
    assert "Guest Gumbo stays at Tue 24 Nov, 13:00." in said
    assert 'name="start" value="2026-11-24T12:00:00+00:00">Tue 24 Nov, 14:00</button>' in said
    assert 1 <= len(response.context["alternatives"]) <= 5
    booked.refresh_from_db()
    assert (booked.start, booked.staff) == (NOW + HOUR, salon.bobs)
    assert OutboxJob.objects.count() == before


def test_refused_without_javascript_shows_the_calendar_that_it_came_from(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    came_from = "/provider/calendar/?view=week&date=2026-12-02"
    client = as_user(salon.alice)
    response = send(client, booked, NOW + 9 * HOUR, next=came_from, headers={})
    assert response.status_code == 409
    assert response.context["title"] == "30 Nov – 6 Dec"
    assert "Nobody works at this time." in text(response)
    wrong = "/provider/calendar/?date=never"
    assert send(client, booked, NOW + 9 * HOUR, next=wrong, headers={}).status_code == 409


def test_person_who_does_not_do_it_is_refused(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    salon.braids.staff.remove(salon.tendai)
    response = send(as_user(salon.alice), booked, NOW + 3 * HOUR, staff=salon.tendai.pk)
    assert response.status_code == 422
    assert "They do not do this: Braids." in text(response)


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T13:00", "9999-12-31T23:59:59+00:00"])
def test_unreadable_time_is_refused(
    salon: Salon, as_user: LogIn, booked: Appointment, start: str
) -> None:
    data = {"appointment": booked.pk, "start": start}
    assert as_user(salon.alice).post(URL, data, headers=NOTE).status_code == 422


def test_what_is_over_stays(salon: Salon, as_user: LogIn) -> None:
    done = make_appointment(salon.braids, salon.bobs, start=NOW - HOUR, status=Status.COMPLETED)
    response = send(as_user(salon.alice), done, NOW + 3 * HOUR)
    assert response.status_code == 409
    assert "already: completed" in text(response)


def test_repeat_is_harmless(salon: Salon, as_user: LogIn, booked: Appointment) -> None:
    client = as_user(salon.alice)
    for _ in range(2):
        assert send(client, booked, NOW + 3 * HOUR).status_code == 200
    assert booked.events.filter(action=AppointmentEvent.Action.RESCHEDULED).count() == 1


def test_start_that_has_passed_cannot_be_undone(salon: Salon, as_user: LogIn) -> None:
    running = make_appointment(salon.braids, salon.bobs, start=NOW - HOUR / 2)
    response = send(as_user(salon.alice), running, NOW + 3 * HOUR)
    assert (response.status_code, response.context["undo"]) == (200, {})
    assert "Undo" not in text(response)


def test_what_needs_nobody_moves_too(salon: Salon, as_user: LogIn) -> None:
    space = salon.provider.resources.create(name="Room")
    room = make_appointment(make_service(salon.provider, resources=[space]), None, start=NOW + HOUR)
    assert send(as_user(salon.alice), room, NOW + 3 * HOUR, staff="").status_code == 200
    room.refresh_from_db()
    assert (room.start, room.staff) == (NOW + 3 * HOUR, None)


def test_staff_move_their_own_within_their_own_time(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    response = send(as_user(salon.bob), booked, NOW + 3 * HOUR, staff=salon.tendai.pk)
    assert response.status_code == 200
    booked.refresh_from_db()
    assert (booked.start, booked.staff) == (NOW + 3 * HOUR, salon.bobs)


def test_others_find_nothing(salon: Salon, as_user: LogIn) -> None:
    theirs = make_appointment(salon.braids, salon.tendai, start=NOW + HOUR)
    for user in (salon.bob, salon.charlie, salon.dana):
        assert send(as_user(user), theirs, NOW + 3 * HOUR).status_code == 404
    assert send(Client(), theirs, NOW + 3 * HOUR, headers={}).status_code == 302
    theirs.refresh_from_db()
    assert theirs.start == NOW + HOUR
    assert theirs.start + timedelta(hours=1) == theirs.end


@pytest.mark.parametrize("number", ["", "0", "x", "99999999999999999999"])
def test_unknown_appointment_is_not_found(salon: Salon, as_user: LogIn, number: str) -> None:
    assert as_user(salon.alice).post(URL, {"appointment": number}).status_code == 404
