"""Many clients want one person's time: one gets it, the others get a clean refusal."""

from datetime import datetime

import pytest

from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import load_around
from booking.models import Appointment, Session
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import NOW, QUARTER, TEN, Business, booking
from booking.tests.races.harness import CLIENTS, Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

FEW = 8
TOLERABLE = 10  # seconds, in one process whose two cores all clients share

starts = pytest.mark.parametrize(
    "starts", [[TEN], [TEN, TEN + QUARTER]], ids=["same start", "a quarter apart"]
)


def rush(business: Business, starts: list[datetime], clients: int = CLIENTS) -> list[Work]:
    service = business.haircut()
    return [booking(service, starts[number % len(starts)]) for number in range(clients)]


@starts
def test_one_of_fifty_gets_it(business: Business, starts: list[datetime]) -> None:
    outcome = race(rush(business, starts))
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert list(Appointment.objects.values_list("pk", flat=True)) == [outcome.results[0].pk]
    assert outcome.slowest < TOLERABLE
    assert audit(NOW) == []


@starts
@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_all_fifty_get_it(
    business: Business, starts: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS)
    gate_after(monkeypatch, load_around, gate)
    outcome = race(map(in_separate_steps, rush(business, starts)))
    assert gate.crowd == CLIENTS
    assert len(outcome.results) == Session.objects.filter(active=True).count() == CLIENTS
    assert kinds(NOW) == {"time"}


def test_the_refused_are_offered_other_times(business: Business) -> None:
    outcome = race(rush(business, [TEN], FEW))
    for error in outcome.errors:
        assert isinstance(error, SlotUnavailable)
        offered = [slot.start for slot in error.alternatives]
        assert len(offered) == 5
        assert TEN not in offered
        assert [problem.code for problem in error.problems] == ["time_taken"]


@pytest.mark.usefixtures("without_rules")
def test_the_lock_alone_is_enough(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when a check takes half a second longer, nobody else gets to check meanwhile."""
    gate = Gate(2, patience=0.5)
    gate_after(monkeypatch, load_around, gate)
    outcome = race(rush(business, [TEN], FEW))
    assert gate.crowd == 1
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == FEW - 1
    assert audit(NOW) == []


@starts
@pytest.mark.usefixtures("without_lock")
def test_the_rule_alone_is_enough_and_refuses_as_cleanly(
    business: Business, starts: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(FEW, one_by_one=True)
    gate_after(monkeypatch, load_around, gate)
    works = map(in_separate_steps, rush(business, starts, FEW))
    outcome = race(map(gate.through, works))
    assert gate.crowd == FEW
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == FEW - 1
    assert audit(NOW) == []


def test_anyone_means_as_many_as_there_are_people(business: Business) -> None:
    service = business.haircut(business.bob, business.beth)
    outcome = race([booking(service)] * CLIENTS)
    assert sorted(each.staff.name for each in outcome.results) == ["Beth", "Bob"]
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 2
    assert audit(NOW) == []


def test_two_services_of_one_person_are_one_slot(business: Business) -> None:
    services = [business.haircut(), business.haircut()]
    outcome = race([booking(services[number % 2]) for number in range(CLIENTS)])
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert audit(NOW) == []


def test_different_starts_all_succeed(business: Business) -> None:
    """The lock must not turn away those who do not collide: seven hours, seven bookings."""
    service = business.haircut()
    hours = [TEN.replace(hour=hour) for hour in range(6, 13)]
    outcome = race([booking(service, start) for start in hours])
    assert outcome.errors == []
    assert {each.start for each in outcome.results} == set(hours)
    assert audit(NOW) == []


def test_fifty_businesses_all_succeed() -> None:
    services = [Business().haircut() for _ in range(CLIENTS)]
    outcome = race(map(booking, services))
    assert outcome.errors == []
    assert {each.service for each in outcome.results} == set(services)
    assert outcome.slowest < TOLERABLE
    assert audit(NOW) == []
