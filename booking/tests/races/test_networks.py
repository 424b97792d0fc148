"""Many strangers at one address press at one instant: no more times are kept than may be."""

from datetime import timedelta

import pytest

from booking.domain import holds
from booking.domain.errors import TooManyHolds
from booking.domain.holds import HOLDS_PER_NETWORK, take_hold
from booking.models import Hold
from booking.tests.races.business import NOW, TEN, Business, ask_for
from booking.tests.races.harness import Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after
from providers.models import Service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

STRANGERS = 20


def strangers(service: Service) -> list[Work]:
    """Each wants a time of their own, on some day at ten."""

    def holding(number: int) -> Work:
        start = TEN + timedelta(days=7 * (number // 6) + number % 6 - 1)
        return lambda: take_hold(
            ask_for(service), start=start, visitor=f"stranger {number}", now=NOW, network="here"
        )

    return [holding(number) for number in range(STRANGERS)]


def test_a_crowd_at_one_address_keeps_no_more_than_may_be(business: Business) -> None:
    outcome = race(strangers(business.haircut()))
    assert len(outcome.results) == Hold.objects.count() == HOLDS_PER_NETWORK
    assert outcome.refused_with(TooManyHolds) == STRANGERS - HOLDS_PER_NETWORK


@pytest.mark.usefixtures("without_lock")
def test_control_without_the_lock_all_of_them_do(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(STRANGERS)
    gate_after(monkeypatch, holds._check_network, gate)
    outcome = race(map(in_separate_steps, strangers(business.haircut())))
    assert len(outcome.results) == Hold.objects.count() == STRANGERS
