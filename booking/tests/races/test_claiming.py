"""One person presses "Add to my account" many times at the same moment: once each, one client."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress

from booking.domain import claiming
from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.models import Appointment, AppointmentEvent, Client
from booking.tests import cast
from booking.tests.races.audit import audit
from booking.tests.races.business import HOUR, NOW, TEN, Business, ask_for
from booking.tests.races.harness import Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after
from customers.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

FEW = 3
PRESSES = 8


@pytest.fixture
def dana(business: Business) -> User:
    """She has three bookings, made as a guest, and an address that is confirmed."""
    user = cast.make_user("dana@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    service = business.haircut()
    for number in range(FEW):
        book(
            ask_for(service),
            start=TEN + number * HOUR,
            by=Actor.guest(),
            now=NOW,
            contact=Contact(name="Dana", email="dana@example.com"),
        )
    return user


def presses(user: User, number: int = PRESSES) -> list[Work]:
    return [partial(claiming.claim, user, now=NOW)] * number


def told() -> int:
    return AppointmentEvent.objects.filter(action="claimed").count()


def test_many_presses_claim_each_booking_once(dana: User) -> None:
    outcome = race(presses(dana))
    assert outcome.errors == []
    assert sorted(outcome.results) == [0] * (PRESSES - 1) + [FEW]
    assert told() == FEW
    assert set(Appointment.objects.values_list("customer", flat=True)) == {dana.pk}
    assert Client.objects.get().user == dana
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_the_locks_each_is_told_again(
    dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheld(user: User) -> list[str]:
        return [user.email]

    monkeypatch.setattr(claiming, "_hold_addresses", unheld)
    gate_after(monkeypatch, claiming._look_again, Gate(2))
    race(map(in_separate_steps, presses(dana, 2)))
    assert told() == 2 * FEW
