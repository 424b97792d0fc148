"""The customer says: I will come. A mark with a history, and nothing of the booking changes."""

from datetime import datetime, timedelta

import pytest

from booking.domain.actors import SYSTEM, Actor
from booking.domain.attendance import confirm_attendance
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.events import Action
from booking.domain.lifecycle import accept, cancel, reschedule
from booking.models import Appointment, Status
from booking.tests.cast import make_user
from booking.tests.domain.conftest import NOW, TUESDAY, Salon
from project.errors import NguvaError

GUEST = Actor.guest()
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return salon.book("10:00", day=TUESDAY)


def test_it_is_marked_with_who_and_when_and_the_status_stays(booked: Appointment) -> None:
    said = confirm_attendance(booked, by=GUEST, now=LATER)
    booked.refresh_from_db()
    assert (said.attending_at, booked.attending_at) == (LATER, LATER)
    assert booked.status == Status.CONFIRMED
    event = booked.events.get(action=Action.ATTENDING)
    assert (event.from_status, event.to_status) == (Status.CONFIRMED, Status.CONFIRMED)
    assert (event.actor, event.created_at) == ("guest", LATER)
    assert (event.from_start, event.to_start) == (None, booked.start)


def test_a_customer_is_named(salon: Salon) -> None:
    dana = make_user(name="Dana")
    booked = salon.book("10:00", day=TUESDAY, by=Actor.customer(dana), customer=dana, contact=None)
    confirm_attendance(booked, by=Actor.customer(dana), now=LATER)
    assert booked.events.get(action=Action.ATTENDING).by == dana


def test_a_repeat_is_harmless(booked: Appointment) -> None:
    for minutes in range(3):
        confirm_attendance(booked, by=GUEST, now=LATER + timedelta(minutes=minutes))
    booked.refresh_from_db()
    assert booked.attending_at == LATER
    assert booked.events.filter(action=Action.ATTENDING).count() == 1


def refused(appointment: Appointment, *, now: datetime = LATER) -> NguvaError:
    with pytest.raises(NguvaError) as caught:
        confirm_attendance(appointment, by=GUEST, now=now)
    appointment.refresh_from_db()
    assert appointment.attending_at is None
    assert not appointment.events.filter(action=Action.ATTENDING).exists()
    return caught.value


def test_a_request_without_an_answer_is_refused(salon: Salon) -> None:
    salon.provider.auto_confirm = False
    salon.provider.save()
    booked = salon.book("10:00", day=TUESDAY)
    error = refused(booked)
    assert isinstance(error, InvalidTransition)
    assert error.message == "This booking has not been accepted yet."
    accept(booked, by=salon.owner, now=LATER)
    assert confirm_attendance(booked, by=GUEST, now=LATER).attending_at == LATER


def test_a_cancelled_one_is_refused(booked: Appointment) -> None:
    cancel(booked, by=SYSTEM, now=NOW)
    assert refused(booked).message == "This booking is already: cancelled."


def test_one_that_has_begun_is_refused(booked: Appointment) -> None:
    assert isinstance(refused(booked, now=booked.start), OutsidePolicy)
    just_before = booked.start - timedelta(seconds=1)
    assert confirm_attendance(booked, by=GUEST, now=just_before).attending_at == just_before


def test_a_move_takes_it_back(salon: Salon, booked: Appointment) -> None:
    confirm_attendance(booked, by=GUEST, now=LATER)
    moved = reschedule(booked, start=salon.at("12:00", TUESDAY), by=salon.owner, now=LATER)
    assert moved.attending_at is None
    booked.refresh_from_db()
    assert booked.attending_at is None
    assert confirm_attendance(booked, by=GUEST, now=LATER).attending_at == LATER


def test_a_yes_to_the_old_time_is_no_yes_to_the_new_one(salon: Salon, booked: Appointment) -> None:
    reschedule(booked, start=salon.at("12:00", TUESDAY), by=salon.owner, now=LATER)
    assert refused(booked).message == "This booking has been moved to another time."
