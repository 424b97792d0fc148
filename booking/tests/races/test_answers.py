"""A request is answered and called off at the same moment: one history, and a legal one."""

from functools import partial
from typing import Any

import pytest

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, SlotUnavailable
from booking.models import Appointment, Session, Status
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import NOW, Business, booked, booking
from booking.tests.races.harness import Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

DANA = Actor.guest()


@pytest.fixture
def business(transactional_db: None) -> Business:
    return Business(auto_confirm=False)


@pytest.fixture
def request_(business: Business) -> Appointment:
    appointment = booked(business.haircut())
    assert appointment.status == Status.PENDING
    return appointment


def steps(appointment: Appointment) -> list[str]:
    return list(appointment.events.order_by("pk").values_list("to_status", flat=True))


def doing(verb: Any, appointment: Appointment, by: Actor) -> Work:
    return partial(verb, appointment, by=by, now=NOW)


def test_accept_and_cancel_leave_it_cancelled(business: Business, request_: Appointment) -> None:
    accept = doing(lifecycle.accept, request_, business.owner)
    cancel = doing(lifecycle.cancel, request_, DANA)
    outcome = race([accept, cancel] * 10)
    outcome.refused_with(InvalidTransition)
    assert steps(request_) in (
        ["pending", "cancelled"],
        ["pending", "confirmed", "cancelled"],
    )
    assert not Session.objects.get().active
    assert audit(NOW) == []


def test_accept_and_decline_let_one_answer_stand(business: Business, request_: Appointment) -> None:
    accept = doing(lifecycle.accept, request_, business.owner)
    decline = doing(lifecycle.decline, request_, business.owner)
    outcome = race([accept, decline] * 10)
    assert outcome.refused_with(InvalidTransition) == 10
    assert steps(request_) in (["pending", "confirmed"], ["pending", "declined"])
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("verb", [lifecycle.cancel, lifecycle.decline])
def test_control_without_protection_both_answers_are_written(
    business: Business, request_: Appointment, verb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate_after(monkeypatch, lifecycle._read, Gate(2))
    works = [
        doing(lifecycle.accept, request_, business.owner),
        doing(verb, request_, business.owner),
    ]
    outcome = race(map(in_separate_steps, works))
    assert outcome.errors == []
    assert request_.events.filter(from_status=Status.PENDING).count() == 2
    assert "history" in kinds(NOW)


def test_twenty_cancels_give_the_time_back_once(business: Business) -> None:
    """One of two seats is cancelled again and again: the other one stays."""
    service = business.class_of(2)
    dana, _ = booked(service), booked(service)
    outcome = race([doing(lifecycle.cancel, dana, DANA)] * 20)
    assert outcome.errors == []
    assert steps(dana) == ["pending", "cancelled"]
    assert Session.objects.get().seats_taken == 1
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_the_other_seat_is_given_back_too(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = business.class_of(2)
    dana, _ = booked(service), booked(service)
    gate_after(monkeypatch, lifecycle._read, Gate(2))
    outcome = race([in_separate_steps(doing(lifecycle.cancel, dana, DANA))] * 2)
    assert outcome.errors == []
    assert Session.objects.get().seats_taken == 0
    assert {"seats", "appointment", "history"} <= kinds(NOW)


def test_time_freed_by_a_cancellation_goes_to_one(
    business: Business, request_: Appointment
) -> None:
    rivals = [booking(request_.service)] * 20
    outcome = race([doing(lifecycle.cancel, request_, DANA), *rivals])
    assert outcome.refused_with(SlotUnavailable) >= 19
    assert Appointment.objects.active().count() <= 1
    assert audit(NOW) == []


def test_expiry_and_a_late_cancel_leave_one_end(business: Business, request_: Appointment) -> None:
    late = request_.start
    expire = partial(lifecycle.expire_unanswered, now=late)
    cancel = partial(lifecycle.cancel, request_, by=business.owner, now=late)
    outcome = race([expire, cancel] * 5)
    outcome.refused_with(InvalidTransition)
    assert steps(request_) in (["pending", "expired"], ["pending", "cancelled"])
    assert audit(NOW) == []
