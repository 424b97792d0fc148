"""Many clients want rooms: never more than there are at any instant, whoever asks through what."""

import pytest

from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import load_around
from booking.models import Session
from booking.tests.races.audit import audit, kinds, most_at_once
from booking.tests.races.business import NOW, QUARTER, TEN, Business, booking
from booking.tests.races.harness import CLIENTS, Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ROOMS = 3


def rush(business: Business) -> list[Work]:
    """Starts a quarter of an hour apart, for an hour each, through two services."""
    rooms = business.rooms(ROOMS)
    services = business.rental(rooms), business.rental(rooms)
    return [
        booking(services[number % 2], TEN + QUARTER * (number % 5)) for number in range(CLIENTS)
    ]


def in_use_at_once() -> int:
    sessions = Session.objects.filter(active=True)
    return most_at_once(sessions.values_list("occupied_from", "occupied_until"))


def test_three_of_fifty_get_a_room_at_one_time(business: Business) -> None:
    outcome = race([booking(business.rental(business.rooms(ROOMS)))] * CLIENTS)
    assert len(outcome.results) == in_use_at_once() == ROOMS
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - ROOMS
    assert audit(NOW) == []


def test_never_more_than_three_at_any_instant(business: Business) -> None:
    outcome = race(rush(business))
    assert in_use_at_once() == ROOMS
    # From 10:00 to 12:00 a room fits twice, so three rooms serve three to six.
    assert ROOMS <= len(outcome.results) <= 2 * ROOMS
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - len(outcome.results)
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_more_than_three_are_in_use(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS)
    gate_after(monkeypatch, load_around, gate)
    outcome = race(map(in_separate_steps, rush(business)))
    assert gate.crowd == len(outcome.results) == CLIENTS
    assert in_use_at_once() == 40  # from 10:45 on all who started within the hour before
    assert kinds(NOW) == {"resource"}


def test_two_people_share_one_room(business: Business) -> None:
    """Staff are free, the room is not: whoever is second is refused."""
    room = business.rooms(1)
    services = []
    for person in (business.bob, business.beth):
        service = business.haircut(person)
        service.resources.set([room])
        services.append(service)
    outcome = race([booking(services[number % 2]) for number in range(CLIENTS)])
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert audit(NOW) == []
