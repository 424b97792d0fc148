"""One person books several times at the same moment: one client."""

from datetime import timedelta

import pytest

from booking.models import Appointment, Client
from booking.tests.races.audit import audit
from booking.tests.races.business import NOW, TEN, Business, booking
from booking.tests.races.harness import Work, in_separate_steps, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

FEW = 8
HOUR = timedelta(hours=1)


def at_different_times(business: Business) -> list[Work]:
    """The same guest, on as many days as there are requests."""
    service = business.haircut()
    return [booking(service, TEN + number * 7 * 24 * HOUR) for number in range(FEW)]


def one_client_has_them_all() -> bool:
    owners = set(Appointment.objects.values_list("client", flat=True))
    return owners == set(Client.objects.values_list("pk", flat=True)) and len(owners) == 1


def test_bookings_at_once_make_one_client(business: Business) -> None:
    outcome = race(at_different_times(business))
    assert len(outcome.results) == FEW
    assert one_client_has_them_all()
    assert audit(NOW) == []


@pytest.mark.usefixtures("without_lock")
def test_the_unique_identity_alone_is_enough(business: Business) -> None:
    outcome = race(map(in_separate_steps, at_different_times(business)))
    assert len(outcome.results) == FEW
    assert one_client_has_them_all()
