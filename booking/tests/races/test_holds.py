"""Holds take part in the race like bookings do: one slot is kept or sold once."""

import pytest

from booking.domain import booking as booking_module
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import load_around
from booking.models import Appointment, Hold
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import NOW, QUARTER, TEN, Business, booking, holding
from booking.tests.races.harness import CLIENTS, Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

REPEATS = 20


def mixed(business: Business) -> list[Work]:
    """Half take holds and half book, half of each a quarter of an hour later."""
    service = business.haircut()
    works: list[Work] = []
    for number in range(0, CLIENTS, 2):
        start = TEN + QUARTER * (number // 2 % 2)
        works += [holding(service, f"visitor {number}", start), booking(service, start)]
    return works


def test_one_of_fifty_gets_the_hold(business: Business) -> None:
    service = business.haircut()
    outcome = race([holding(service, f"visitor {number}") for number in range(CLIENTS)])
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert Hold.objects.get() == outcome.results[0]
    assert audit(NOW) == []


def test_one_hold_or_one_booking_wins(business: Business) -> None:
    outcome = race(mixed(business))
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert Hold.objects.count() + Appointment.objects.count() == 1
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_all_holds_and_bookings_win(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS)
    gate_after(monkeypatch, load_around, gate)
    outcome = race(map(in_separate_steps, mixed(business)))
    assert gate.crowd == len(outcome.results) == CLIENTS
    assert Hold.objects.count() == Appointment.objects.count() == CLIENTS // 2
    assert kinds(NOW) == {"time"}


def test_who_holds_it_gets_it_however_many_rush(business: Business) -> None:
    service = business.haircut()
    hold = holding(service, "dana")()
    rivals = [booking(service) for _ in range(CLIENTS - 1)]
    outcome = race([*rivals, booking(service, hold=hold, visitor="dana")])
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert outcome.outcomes[-1].error is None
    assert Appointment.objects.count() == 1
    assert not Hold.objects.exists()
    assert audit(NOW) == []


def test_a_hold_is_spent_once(business: Business) -> None:
    """Two seats are left, so that only the hold itself stands in the way of a second booking."""
    service = business.class_of(REPEATS)
    hold = holding(service, "dana")()
    outcome = race([booking(service, hold=hold, visitor="dana")] * REPEATS)
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == REPEATS - 1
    assert audit(NOW) == []


def test_control_a_hold_that_is_not_spent_books_every_time(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_module, "_use_hold", lambda _: True)
    service = business.class_of(REPEATS)
    hold = holding(service, "dana")()
    outcome = race([booking(service, hold=hold, visitor="dana")] * REPEATS)
    assert len(outcome.results) == Appointment.objects.count() == REPEATS


def test_a_visitor_who_taps_fast_holds_one_slot(business: Business) -> None:
    service = business.haircut()
    works = [holding(service, "dana", TEN + QUARTER * number) for number in range(12)]
    outcome = race(works)
    assert outcome.errors == []
    assert Hold.objects.count() == 1
    assert audit(NOW) == []


def test_an_expired_hold_books_nothing_and_stands_in_nobodys_way(business: Business) -> None:
    service = business.haircut()
    hold = holding(service, "dana")()
    assert isinstance(hold, Hold)
    Hold.objects.update(expires_at=NOW)
    late = [booking(service, hold=hold, visitor="dana") for _ in range(5)]
    outcome = race([*late, *[booking(service)] * 5])
    assert len(outcome.results) == 1
    assert [bool(each.error) for each in outcome.outcomes[:5]] == [True] * 5
    assert outcome.refused_with(SlotUnavailable) == 9
    assert audit(NOW) == []
