"""Appointments move at the same moment: each keeps exactly one time, the old or the new."""

import threading
from functools import partial

import pytest

from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, SlotUnavailable
from booking.domain.free_time import load_around
from booking.domain.lifecycle import cancel
from booking.models import Appointment, Session, Status
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import (
    HOUR,
    NOW,
    QUARTER,
    TEN,
    Business,
    booked,
    booking,
    moving,
)
from booking.tests.races.harness import PATIENCE, Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after, replace_everywhere

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

DANA = Actor.guest()


def day(business: Business, count: int) -> list[Appointment]:
    """Bob's appointments on the hour, one after another."""
    service = business.haircut()
    return [booked(service, TEN + HOUR * number) for number in range(count)]


def starts() -> list[float]:
    """Hours after ten at which the appointments stand, in the order of their ids."""
    found = Appointment.objects.order_by("pk").values_list("start", flat=True)
    return [(start - TEN) / HOUR for start in found]


def test_two_who_swap_lose_nothing(business: Business) -> None:
    """Neither can have the other's time while the other is there: both stay."""
    first, second = day(business, 2)
    outcome = race([moving(first, second.start, DANA), moving(second, first.start, DANA)] * 10)
    assert outcome.refused_with(SlotUnavailable) == 20
    assert starts() == [0, 1]
    assert audit(NOW) == []


def test_a_ring_loses_nothing(business: Business) -> None:
    all_of = day(business, 5)
    targets = [each.start for each in all_of[1:] + all_of[:1]]
    outcome = race([moving(each, to, DANA) for each, to in zip(all_of, targets, strict=True)] * 4)
    assert outcome.refused_with(SlotUnavailable) == 20
    assert starts() == [0, 1, 2, 3, 4]
    assert audit(NOW) == []


def test_a_chain_moves_as_far_as_it_can_and_loses_nothing(business: Business) -> None:
    """Each wants the next one's time and the last a free one: who comes too early stays."""
    all_of = day(business, 5)
    outcome = race([moving(each, each.start + HOUR, DANA) for each in all_of])
    outcome.refused_with(SlotUnavailable)
    moved = {each.pk for each in outcome.results}
    assert all_of[-1].pk in moved
    expected = [number + (each.pk in moved) for number, each in enumerate(all_of)]
    assert starts() == expected
    assert len(set(expected)) == 5
    assert audit(NOW) == []


def test_overlapping_moves_lose_nothing(business: Business) -> None:
    """Everybody tries every quarter of an hour between ten and two, at once."""
    all_of = day(business, 4)
    works = [moving(each, TEN + QUARTER * step, DANA) for step in range(13) for each in all_of]
    outcome = race(works)
    outcome.refused_with(SlotUnavailable)
    assert Appointment.objects.active().count() == Session.objects.filter(active=True).count() == 4
    assert audit(NOW) == []


def test_one_of_two_gets_the_free_time(business: Business) -> None:
    first, second = day(business, 2)
    free = TEN + 3 * HOUR
    outcome = race([moving(first, free, DANA), moving(second, free, DANA)])
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == 1
    assert sorted(starts()) in ([0, 3], [1, 3])
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_both_get_the_free_time(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = day(business, 2)
    free = TEN + 3 * HOUR
    gate_after(monkeypatch, load_around, Gate(2))
    works = [moving(first, free, DANA), moving(second, free, DANA)]
    outcome = race(map(in_separate_steps, works))
    assert outcome.errors == []
    assert starts() == [3, 3]
    assert kinds(NOW) == {"time"}


def test_the_time_left_behind_and_the_time_taken_go_once_each(business: Business) -> None:
    """One moves from ten to eleven while others book both hours."""
    service = business.haircut()
    dana = booked(service)
    rivals = [booking(service, TEN + HOUR * (number % 2)) for number in range(20)]
    outcome = race([moving(dana, TEN + HOUR, DANA), *rivals])
    outcome.refused_with(SlotUnavailable)
    assert max(starts()) == 1
    assert len(starts()) == len(set(starts())) <= 2
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_a_move_and_a_booking_take_the_same_time(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = business.haircut()
    dana = booked(service)
    gate_after(monkeypatch, load_around, Gate(2))
    works = [moving(dana, TEN + HOUR, DANA), booking(service, TEN + HOUR)]
    outcome = race(map(in_separate_steps, works))
    assert outcome.errors == []
    assert starts() == [1, 1]
    assert kinds(NOW) == {"time"}


def test_one_moved_by_two_people_stands_where_the_later_put_it(business: Business) -> None:
    (dana,) = day(business, 1)
    works = [moving(dana, TEN + HOUR, DANA), moving(dana, TEN + 2 * HOUR, business.owner)]
    outcome = race(works)
    assert outcome.errors == []
    assert starts() in ([1], [2])
    assert dana.events.count() == 3
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_its_history_contradicts_itself(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dana,) = day(business, 1)
    gate_after(monkeypatch, load_around, Gate(2))
    works = [moving(dana, TEN + HOUR, DANA), moving(dana, TEN + 2 * HOUR, business.owner)]
    outcome = race(map(in_separate_steps, works))
    assert outcome.errors == []
    assert "history" in kinds(NOW)


def test_a_move_does_not_bring_a_cancelled_one_back(business: Business) -> None:
    (dana,) = day(business, 1)
    calling_off = partial(cancel, dana, by=business.owner, now=NOW)
    works: list[Work] = [moving(dana, TEN + HOUR, DANA), calling_off]
    outcome = race(works * 5)
    outcome.refused_with(InvalidTransition)
    dana.refresh_from_db()
    assert dana.status == Status.CANCELLED
    assert not Session.objects.filter(active=True).exists()
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_a_cancelled_one_comes_back(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is called off between the mover's look and the mover's writing."""
    (dana,) = day(business, 1)
    looked, called_off = threading.Event(), threading.Event()

    def slow_look(*args: object, **kwargs: object) -> object:
        free = load_around(*args, **kwargs)  # type: ignore[arg-type]
        looked.set()
        assert called_off.wait(PATIENCE)
        return free

    def call_off() -> None:
        assert looked.wait(PATIENCE)
        cancel(dana, by=business.owner, now=NOW)
        called_off.set()

    replace_everywhere(monkeypatch, "load_around", load_around, slow_look, but=["refusals"])
    outcome = race(map(in_separate_steps, [moving(dana, TEN + HOUR, DANA), call_off]))
    assert outcome.errors == []
    dana.refresh_from_db()
    assert dana.status == Status.CONFIRMED
    assert {"appointment", "history"} <= kinds(NOW)
