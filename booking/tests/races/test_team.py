"""One invitation is accepted by many at once, or withdrawn at that moment."""

from functools import partial
from typing import Any

import pytest

from booking.domain import invitations
from booking.domain.invitations import InvitationOver, accept, invite, withdraw
from booking.models import OutboxJob
from booking.tests.cast import make_staff, make_user
from booking.tests.races.business import NOW, Business
from booking.tests.races.harness import Gate, in_separate_steps, race
from booking.tests.races.protection import gate_after
from providers.domain.access import Membership, Role
from providers.models import Invitation, Staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def asked(business: Business) -> Invitation:
    """For somebody who has no account yet."""
    member = make_staff(business.provider, name="New")
    return invite(member, email="new@example.com", by=business.provider.owner, now=NOW)


def works(asked: Invitation, count: int) -> list[Any]:
    return [partial(accept, asked, by=make_user(), now=NOW) for _ in range(count)]


def test_one_of_ten_joins(asked: Invitation) -> None:
    outcome = race(works(asked, 10))
    assert outcome.refused_with(InvitationOver) == 9
    assert Staff.objects.get(pk=asked.staff_id).user is not None
    assert OutboxJob.objects.filter(kind="staff_joined").count() == 1


def test_withdrawn_or_accepted_but_not_both(asked: Invitation) -> None:
    owner = Membership(asked.staff.provider, None, Role.OWNER)
    outcome = race([*works(asked, 1), partial(withdraw, asked.staff, by=owner, now=NOW)])
    outcome.refused_with(InvitationOver)
    now_it = Invitation.objects.select_related("staff").get()
    assert (now_it.accepted_at is None) != (now_it.withdrawn_at is None)
    assert (now_it.staff.user is None) == (now_it.accepted_at is None)


@pytest.mark.usefixtures("without_lock")
def test_control_without_the_lock_two_are_told_that_they_joined(
    asked: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate_after(monkeypatch, invitations._read, Gate(2))
    outcome = race(map(in_separate_steps, works(asked, 2)))
    assert len(outcome.results) == 2
