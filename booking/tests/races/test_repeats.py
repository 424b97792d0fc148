"""The same request many times at once makes one appointment and shows it to each."""

import pytest

from booking.domain.errors import IdempotencyMismatch
from booking.domain.free_time import load_around
from booking.models import Appointment
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import HOUR, NOW, TEN, Business, booking
from booking.tests.races.harness import Gate, in_separate_steps, race
from booking.tests.races.protection import gate_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

REPEATS = 20


def test_one_key_twenty_times_is_one_appointment(business: Business) -> None:
    outcome = race([booking(business.haircut(), idempotency_key="dana:1")] * REPEATS)
    assert outcome.errors == []
    (only,) = Appointment.objects.all()
    assert {each.pk for each in outcome.results} == {only.pk}
    assert only.events.count() == 1
    assert audit(NOW) == []


def test_one_key_twenty_times_takes_one_seat(business: Business) -> None:
    """In a class, where the time itself would let the repeats pass."""
    outcome = race([booking(business.class_of(REPEATS), idempotency_key="dana:1")] * REPEATS)
    assert outcome.errors == []
    assert {each.pk for each in outcome.results} == {Appointment.objects.get().pk}
    assert audit(NOW) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_each_repeat_books(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(REPEATS)
    gate_after(monkeypatch, load_around, gate)
    work = in_separate_steps(booking(business.haircut(), idempotency_key="dana:1"))
    outcome = race([work] * REPEATS)
    assert gate.crowd == REPEATS
    assert len({each.pk for each in outcome.results}) == Appointment.objects.count() == REPEATS
    assert kinds(NOW) == {"time"}


def test_one_key_for_two_times_books_one_of_them(business: Business) -> None:
    service = business.haircut()
    works = [
        booking(service, TEN + HOUR * (number % 2), idempotency_key="dana:1")
        for number in range(REPEATS)
    ]
    outcome = race(works)
    assert {each.pk for each in outcome.results} == {Appointment.objects.get().pk}
    assert outcome.refused_with(IdempotencyMismatch) == REPEATS // 2
    assert audit(NOW) == []


def test_one_key_at_two_businesses_books_at_one_of_them(business: Business) -> None:
    """Their locks differ: the key's own uniqueness decides."""
    services = [business.haircut(), Business().haircut()]
    works = [booking(service, idempotency_key="dana:1") for service in services]
    outcome = race(works)
    assert len(outcome.results) == Appointment.objects.count() == 1
    assert outcome.refused_with(IdempotencyMismatch) == 1
    assert audit(NOW) == []


@pytest.mark.usefixtures("without_rules")
def test_control_without_the_rules_the_key_books_at_both(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [business.haircut(), Business().haircut()]
    gate_after(monkeypatch, load_around, Gate(2))
    works = [booking(service, idempotency_key="dana:1") for service in services]
    outcome = race(map(in_separate_steps, works))
    assert outcome.errors == []
    assert Appointment.objects.filter(idempotency_key="dana:1").count() == 2
