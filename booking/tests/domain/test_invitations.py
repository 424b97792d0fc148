"""Asking people to join the staff: who may be asked, how often, and what the link is worth."""

from datetime import timedelta

import pytest
from django.core import mail, signing

from booking.domain.invitations import (
    A_DAY_AT_MOST,
    LASTS,
    OPEN_AT_MOST,
    PAUSE,
    CannotJoin,
    InvitationOver,
    InvitationRefused,
    UnknownInvitation,
    accept,
    disconnect,
    invite,
    make_token,
    read_token,
    withdraw,
)
from booking.domain.reassign import archive
from booking.jobs.handlers import staff_invitation, staff_joined
from booking.models import Notification, OutboxJob
from booking.tests.cast import make_provider, make_staff, make_user
from booking.tests.domain.conftest import NOW, Salon
from project.errors import NotAllowed
from providers.domain.access import Membership, Role, memberships
from providers.models import Invitation, Provider, Staff

MINUTE = timedelta(minutes=1)
TO = "rudo@example.com"


def owner_of(provider: Provider) -> Membership:
    return Membership(provider, None, Role.OWNER)


def asked(salon: Salon, email: str = TO) -> Invitation:
    return invite(salon.staff, email=email, by=salon.provider.owner, now=NOW)


def jobs(kind: str) -> list[dict[str, int | str]]:
    return [job.payload for job in OutboxJob.objects.filter(kind=kind).order_by("pk")]


# --- asking -------------------------------------------------------------------------------------


def test_invitation_and_its_mail_are_written_together(salon: Salon) -> None:
    invitation = asked(salon, "Rudo@Example.com ")
    assert (invitation.email, invitation.expires_at) == (TO, NOW + LASTS)
    assert jobs("staff_invitation") == [{"invitation": invitation.pk}]


def test_second_one_within_a_minute_is_refused_and_the_first_stays(salon: Salon) -> None:
    first = asked(salon)
    with pytest.raises(InvitationRefused, match="wait a minute"):
        invite(salon.staff, email=TO, by=salon.provider.owner, now=NOW + PAUSE - MINUTE / 2)
    assert list(Invitation.objects.open(NOW)) == [first]
    assert len(jobs("staff_invitation")) == 1


def test_newer_one_ends_the_older(salon: Salon) -> None:
    first = asked(salon)
    second = invite(salon.staff, email=TO, by=salon.provider.owner, now=NOW + PAUSE)
    assert list(Invitation.objects.open(NOW + PAUSE)) == [second]
    with pytest.raises(InvitationOver, match="newer"):
        accept(first, by=make_user(TO), now=NOW + PAUSE)


def test_open_ones_of_a_business_are_bounded(salon: Salon) -> None:
    owner = salon.provider.owner
    for number in range(OPEN_AT_MOST):
        one = make_staff(salon.provider)
        invite(one, email=f"p{number}@example.com", by=owner, now=NOW)
    with pytest.raises(InvitationRefused, match="20 invitations are open"):
        asked(salon)
    withdraw(one, by=owner_of(salon.provider), now=NOW)
    asked(salon)


def test_withdrawing_does_not_give_more_mails_a_day(salon: Salon) -> None:
    owner = salon.provider.owner
    for number in range(A_DAY_AT_MOST):
        one = make_staff(salon.provider)
        invite(one, email=f"p{number}@example.com", by=owner, now=NOW)
        withdraw(one, by=owner_of(salon.provider), now=NOW)
    with pytest.raises(InvitationRefused, match="today"):
        asked(salon)
    assert invite(salon.staff, email=TO, by=owner, now=NOW + timedelta(days=1)).email == TO


def test_whoever_has_an_account_there_or_is_archived_is_not_asked(salon: Salon) -> None:
    owner = salon.provider.owner
    linked = make_staff(salon.provider, user=make_user("bob@example.com"))
    gone = make_staff(salon.provider, active=False)
    for member, email in (
        (linked, TO),
        (gone, TO),
        (salon.staff, "BOB@example.com"),
        (salon.staff, owner.email),
    ):
        with pytest.raises(InvitationRefused):
            invite(member, email=email, by=owner, now=NOW)
    assert jobs("staff_invitation") == []


# --- accepting ----------------------------------------------------------------------------------


def test_accepting_lets_in_and_a_repeat_is_harmless(salon: Salon) -> None:
    invitation, rudo = asked(salon), make_user(TO)
    for _ in range(2):
        assert accept(invitation, by=rudo, now=NOW + MINUTE) == salon.staff
    assert [place.staff for place in memberships(rudo)] == [salon.staff]
    assert jobs("staff_joined") == [{"invitation": invitation.pk}]
    assert Invitation.objects.get().accepted_at == NOW + MINUTE


def test_link_works_once(salon: Salon) -> None:
    invitation, rudo = asked(salon), make_user(TO)
    accept(invitation, by=rudo, now=NOW)
    with pytest.raises(InvitationOver, match="used"):
        accept(invitation, by=make_user(), now=NOW)
    disconnect(salon.staff, by=owner_of(salon.provider), now=NOW)
    with pytest.raises(InvitationOver, match="used"):
        accept(invitation, by=rudo, now=NOW)
    assert memberships(rudo) == []


def test_link_ends_after_seven_days_to_the_instant(salon: Salon) -> None:
    invitation, rudo = asked(salon), make_user(TO)
    with pytest.raises(InvitationOver, match="run out"):
        accept(invitation, by=rudo, now=NOW + LASTS)
    accept(invitation, by=rudo, now=NOW + LASTS - timedelta(microseconds=1))


def test_withdrawn_one_is_over(salon: Salon) -> None:
    invitation = asked(salon)
    for _ in range(2):
        withdraw(salon.staff, by=owner_of(salon.provider), now=NOW)
    with pytest.raises(InvitationOver, match="withdrawn"):
        accept(invitation, by=make_user(TO), now=NOW)


def test_archiving_ends_it_for_good(salon: Salon) -> None:
    invitation, rudo = asked(salon), make_user(TO)
    [place] = memberships(salon.provider.owner)
    archive(salon.staff, by=place, now=NOW)
    Staff.objects.update(active=True)
    with pytest.raises(InvitationOver):
        accept(invitation, by=rudo, now=NOW)


def test_place_of_somebody_archived_is_not_taken(salon: Salon) -> None:
    invitation = asked(salon)
    Staff.objects.update(active=False)
    with pytest.raises(InvitationOver, match="not there"):
        accept(invitation, by=make_user(TO), now=NOW)


def test_place_that_somebody_has_is_not_taken(salon: Salon) -> None:
    invitation = asked(salon)
    Staff.objects.filter(pk=salon.staff.pk).update(user=make_user())
    with pytest.raises(InvitationOver, match="taken"):
        accept(invitation, by=make_user(TO), now=NOW)


@pytest.mark.parametrize("active", [True, False])
def test_nobody_works_there_twice(salon: Salon, active: bool) -> None:
    invitation, bob = asked(salon), make_user()
    make_staff(salon.provider, name="Bob", user=bob, active=active)
    with pytest.raises(CannotJoin, match="Bob"):
        accept(invitation, by=bob, now=NOW)
    assert Staff.objects.get(pk=salon.staff.pk).user is None


def test_owner_does_not_join_by_accident(salon: Salon) -> None:
    with pytest.raises(CannotJoin, match="You own"):
        accept(asked(salon), by=salon.provider.owner, now=NOW)


def test_same_person_may_work_at_two_businesses(salon: Salon) -> None:
    rudo = make_user(TO)
    make_staff(make_provider(), user=rudo)
    accept(asked(salon), by=rudo, now=NOW)
    assert len(memberships(rudo)) == 2


# --- the token ----------------------------------------------------------------------------------


def test_token_names_the_invitation(salon: Salon) -> None:
    invitation = asked(salon)
    assert read_token(make_token(invitation)) == invitation
    assert TO not in make_token(invitation)


def test_forged_tokens_are_unknown(salon: Salon) -> None:
    invitation = asked(salon)
    token = make_token(invitation)
    names = [invitation.pk, invitation.created_at.isoformat()]
    forged = [
        "",
        "x",
        token[:-1],
        "A" + token,
        signing.Signer(sep=".", salt="other").sign_object(names),
        signing.Signer(sep=".", salt="booking.staff-invitation", key="other").sign_object(names),
    ]
    for each in forged:
        with pytest.raises(UnknownInvitation):
            read_token(each)


def test_token_of_a_row_that_is_gone_does_not_open_the_next_with_its_number(salon: Salon) -> None:
    invitation = asked(salon)
    token = make_token(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(created_at=NOW + MINUTE)
    with pytest.raises(UnknownInvitation):
        read_token(token)
    Invitation.objects.all().delete()
    with pytest.raises(UnknownInvitation):
        read_token(token)


# --- the messages -------------------------------------------------------------------------------


def test_mail_carries_the_link_and_nothing_else_does(salon: Salon) -> None:
    invitation = asked(salon)
    staff_invitation({"invitation": invitation.pk}, NOW)
    [sent] = mail.outbox
    token = make_token(invitation)
    assert sent.to == [TO]
    assert sent.subject == f"{salon.provider.owner} invites you to join {salon.provider}"
    assert f"/provider/invitation/{token}/" in sent.body
    assert "Answer until: Mon 30 Nov, 07:00" in sent.body
    assert token not in str(list(OutboxJob.objects.values()))
    assert Notification.objects.count() == 0


def test_no_mail_of_an_invitation_that_is_over(salon: Salon) -> None:
    invitation = asked(salon)
    withdraw(salon.staff, by=owner_of(salon.provider), now=NOW)
    staff_invitation({"invitation": invitation.pk}, NOW)
    staff_invitation({"invitation": 0}, NOW)
    assert mail.outbox == []


def test_whoever_invited_is_told_once(salon: Salon) -> None:
    invitation = asked(salon)
    accept(invitation, by=make_user(TO), now=NOW)
    for _ in range(2):
        staff_joined({"invitation": invitation.pk}, NOW)
    [told] = Notification.objects.all()
    assert (told.recipient, told.title) == (salon.provider.owner, f"Rudo joined {salon.provider}")
    assert told.path == f"/provider/team/{salon.staff.pk}/"


def test_manager_who_left_since_is_not_told(salon: Salon) -> None:
    mary = make_user()
    marys = make_staff(salon.provider, user=mary, role=Staff.Role.MANAGER)
    invitation = invite(salon.staff, email=TO, by=mary, now=NOW)
    accept(invitation, by=make_user(TO), now=NOW)
    Staff.objects.filter(pk=marys.pk).update(active=False)
    staff_joined({"invitation": invitation.pk}, NOW)
    assert Notification.objects.count() == 0


def test_owners_own_account_is_not_disconnected(salon: Salon) -> None:
    own = make_staff(salon.provider, user=salon.provider.owner)
    with pytest.raises(InvitationRefused):
        disconnect(own, by=owner_of(salon.provider), now=NOW)
    own.refresh_from_db()
    assert own.user == salon.provider.owner


def test_whoever_became_a_manager_meanwhile_is_not_for_managers_to_change(salon: Salon) -> None:
    """The page was opened when they were staff: who they are is read behind the lock."""
    marys = make_staff(salon.provider, user=make_user(), role=Staff.Role.MANAGER)
    mary = Membership(salon.provider, marys, Role.MANAGER)
    invitation, rudo = asked(salon), make_user(TO)
    Staff.objects.filter(pk=salon.staff.pk).update(role=Staff.Role.MANAGER)
    with pytest.raises(NotAllowed):
        withdraw(salon.staff, by=mary, now=NOW)
    accept(invitation, by=rudo, now=NOW)
    with pytest.raises(NotAllowed):
        disconnect(salon.staff, by=mary, now=NOW)
    assert [place.role for place in memberships(rudo)] == [Role.MANAGER]
