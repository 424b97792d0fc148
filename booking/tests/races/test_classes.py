"""Many clients want seats of one class: its seats are sold, and not one more."""

from functools import partial

import pytest
from django.db.models import Sum

from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import load_around
from booking.domain.lifecycle import cancel
from booking.models import Appointment, Session
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import NOW, TEN, Business, booked, booking
from booking.tests.races.harness import CLIENTS, Gate, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

SEATS = 8


def seats_sold() -> int:
    return int(Appointment.objects.active().aggregate(sold=Sum("party_size"))["sold"])


def test_eight_of_fifty_get_a_seat_in_one_session(business: Business) -> None:
    outcome = race([booking(business.class_of(SEATS))] * CLIENTS)
    assert len(outcome.results) == seats_sold() == SEATS
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - SEATS
    session = Session.objects.get()
    assert (session.seats, session.seats_taken, session.active) == (SEATS, SEATS, True)
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_fifty_get_a_seat(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS)
    gate_after(monkeypatch, load_around, gate)
    outcome = race([in_separate_steps(booking(business.class_of(SEATS)))] * CLIENTS)
    assert gate.crowd == CLIENTS
    assert len(outcome.results) == seats_sold() == CLIENTS > SEATS
    assert {"seats", "time"} & kinds(NOW)


def test_parties_fill_the_class_and_never_more(business: Business) -> None:
    """Parties of three: two fit into eight seats; the two seats left go to people alone."""
    service = business.class_of(SEATS)
    threes = race([booking(service, party_size=3)] * CLIENTS)
    assert len(threes.results) == 2
    assert threes.refused_with(SlotUnavailable) == CLIENTS - 2
    ones = race([booking(service)] * CLIENTS)
    assert len(ones.results) == 2
    assert ones.refused_with(SlotUnavailable) == CLIENTS - 2
    assert seats_sold() == SEATS
    assert audit(NOW) == []


def test_the_last_seat_goes_once(business: Business) -> None:
    service = business.class_of(SEATS)
    booked(service, party_size=SEATS - 1)
    outcome = race([booking(service)] * CLIENTS)
    assert len(outcome.results) == 1
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - 1
    assert audit(NOW) == []


def test_seats_given_back_at_the_same_moment_are_sold_once(business: Business) -> None:
    """Two leave while others want in: whatever the order, the count stays right."""
    service = business.class_of(SEATS)
    taken = [booked(service) for _ in range(SEATS)]
    leaving = [partial(cancel, each, by=business.owner, now=NOW) for each in taken[:2]]
    outcome = race([*leaving, *[booking(service)] * 20])
    newcomers = [each for each in outcome.results if each not in taken]
    assert outcome.refused_with(SlotUnavailable) == 20 - len(newcomers)
    assert len(newcomers) <= 2
    assert seats_sold() == SEATS - 2 + len(newcomers)
    assert audit(NOW) == []


def test_the_class_and_another_service_do_not_share_the_hour(business: Business) -> None:
    a_class, haircut = business.class_of(SEATS), business.haircut()
    outcome = race([booking(service) for service in [a_class, haircut] * (CLIENTS // 2)])
    assert {each.service for each in outcome.results} in ({a_class}, {haircut})
    expected = SEATS if outcome.results[0].service == a_class else 1
    assert len(outcome.results) == expected
    assert outcome.refused_with(SlotUnavailable) == CLIENTS - expected
    assert Session.objects.get().start == TEN
    assert audit(NOW) == []
