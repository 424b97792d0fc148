"""The harness itself: races on the bare table of sessions, without any of the domain.

They show what each protection does alone, and that a control oversells for certain.
"""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.migrations import RemoveConstraint

from booking.constraints import is_overlap, overlapping
from booking.models import Session
from booking.tests.races.business import HOUR, TEN, Business
from booking.tests.races.harness import (
    CLIENTS,
    Gate,
    Work,
    in_separate_steps,
    race,
    schema_changed,
)
from project.db import retry_on_conflict
from providers.models import Provider, Service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

FEW = 8


class Taken(Exception):
    """The check saw that the time is taken."""


@pytest.fixture
def business() -> Business:
    return Business()


@pytest.fixture
def bare_table(transactional_db: None) -> Iterator[None]:
    """The table of sessions without the database's rule; emptied before the rule comes back."""
    with schema_changed("booking", *without("session_no_overlap")):
        yield
        Session.objects.all().delete()


def taking(business: Business, gate: Gate | None = None, *, lock: bool = False) -> Work:
    """Check the time and take it, as short as it can be written."""
    service = business.haircut()

    def is_free() -> bool:
        taken = Session.objects.filter(overlapping(TEN, TEN + HOUR), staff=business.bob)
        return not taken.exists()

    check = gate.after(is_free) if gate else is_free

    @retry_on_conflict
    def take() -> int:
        with transaction.atomic():
            if lock:
                Provider.objects.select_for_update(no_key=True).get(pk=business.provider.pk)
            if not check():
                raise Taken
            return new_session(business, service).pk

    return take


def new_session(business: Business, service: Service) -> Session:
    return Session.objects.create(
        provider=business.provider,
        service=service,
        staff=business.bob,
        start=TEN,
        end=TEN + HOUR,
        occupied_from=TEN,
        occupied_until=TEN + HOUR,
    )


def sold(business: Business) -> int:
    return Session.objects.filter(active=True, staff=business.bob).count()


def without(*constraints: str) -> list[RemoveConstraint]:
    return [RemoveConstraint("Session", name) for name in constraints]


@pytest.mark.usefixtures("bare_table")
def test_control_without_lock_and_rule_everybody_takes_the_time(business: Business) -> None:
    gate = Gate(CLIENTS)
    outcome = race([in_separate_steps(taking(business, gate))] * CLIENTS)
    assert gate.crowd == CLIENTS
    assert len(outcome.results) == sold(business) == CLIENTS


@pytest.mark.usefixtures("bare_table")
def test_the_lock_alone_sells_once(business: Business) -> None:
    """Even when the check takes half a second longer, nobody else gets to check meanwhile."""
    gate = Gate(2, patience=0.5)
    outcome = race([taking(business, gate, lock=True)] * CLIENTS)
    assert gate.crowd == 1
    assert len(outcome.results) == sold(business) == 1
    assert outcome.refused_with(Taken) == CLIENTS - 1


def test_the_rule_alone_sells_once(business: Business) -> None:
    gate = Gate(FEW, one_by_one=True)
    outcome = race([gate.through(in_separate_steps(taking(business, gate)))] * FEW)
    assert gate.crowd == FEW
    assert len(outcome.results) == sold(business) == 1
    assert outcome.refused_with(IntegrityError) == FEW - 1
    assert all(map(is_overlap, outcome.errors))


def test_constraints_come_back(business: Business) -> None:
    service = business.haircut()
    with schema_changed("booking", *without("session_no_overlap", "session_in_order")):
        for _ in range(2):
            new_session(business, service)
        Session.objects.all().delete()
    new_session(business, service)
    with pytest.raises(IntegrityError, match="session_no_overlap"), transaction.atomic():
        new_session(business, service)
    with pytest.raises(IntegrityError, match="session_in_order"), transaction.atomic():
        Session.objects.update(start=TEN - HOUR)


def test_a_conflict_of_the_database_is_not_a_clean_refusal() -> None:
    def locked() -> None:
        raise OperationalError("database is locked")

    outcome = race([locked])
    with pytest.raises(AssertionError, match="a client got"):
        outcome.refused_with(Exception)
