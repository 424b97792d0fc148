"""Ask people, by email, to sign in as members of the staff; and what becomes of it.

Each change takes the provider's lock, so that an invitation is accepted once and one that was
withdrawn a moment ago is not.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from booking.domain.locking import lock_provider
from booking.domain.outbox import Work, enqueue, enqueue_many
from customers.models import User
from project.db import retry_on_conflict
from project.errors import NguvaError, NotAllowed
from providers.domain.access import Membership
from providers.domain.team import may_edit
from providers.models import Invitation, Provider, Staff

LASTS = timedelta(days=7)
PAUSE = timedelta(minutes=1)
"""How long after an invitation the same person is not asked again."""

OPEN_AT_MOST = 20
A_DAY_AT_MOST = 50
"""By one business, so that nobody uses us to send mail to strangers."""

MAIL = "staff_invitation"
JOINED = "staff_joined"
"""The kinds of the jobs."""

SEND_ATTEMPTS = 14


class InvitationRefused(NguvaError):
    """Nobody can be invited in this place, or not now."""

    code = "invitation_refused"


class UnknownInvitation(NguvaError):
    """The token was not made by us, or what it named is gone."""

    code = "not_found"
    default = "This link is not complete. Please open it from the mail again."


class InvitationOver(NguvaError):
    """It was good once."""

    code = "invitation_over"


class CannotJoin(NguvaError):
    """The invitation is good, but this account cannot accept it."""

    code = "cannot_join"


@retry_on_conflict
def invite(member: Staff, *, email: str, by: User, now: datetime) -> Invitation:
    """Ask ``email`` to sign in as ``member``; earlier links of the same member stop working.

    The mail leaves by a job of the same transaction. Raises ``InvitationRefused``.
    """
    email = email.strip().lower()
    with transaction.atomic():
        lock_provider(member.provider_id)
        current = Staff.objects.get(pk=member.pk)
        _check_place(current, email)
        _check_pace(current, now)
        _withdraw(current, now)
        invitation = Invitation.objects.create(
            staff=current, email=email, invited_by=by, created_at=now, expires_at=now + LASTS
        )
        mail = Work(
            kind=MAIL,
            payload={"invitation": invitation.pk},
            dedupe=f"{MAIL}:{invitation.pk}",
            max_attempts=SEND_ATTEMPTS,
        )
        enqueue_many([mail], now=now)
    return invitation


@retry_on_conflict
def withdraw(member: Staff, *, by: Membership, now: datetime) -> None:
    """Let the links that were sent for ``member`` stop working; a repeat is harmless.

    Raises ``NotAllowed`` for whoever may not change them.
    """
    with transaction.atomic():
        lock_provider(member.provider_id)
        _withdraw(_get_editable(member, by), now)


@retry_on_conflict
def disconnect(member: Staff, *, by: Membership, now: datetime) -> None:
    """Let the account of ``member`` out of the business; the member stays, without an account.

    The owner's own row keeps its account: raises ``InvitationRefused``. Raises ``NotAllowed`` for
    whoever may not change the member.
    """
    with transaction.atomic():
        provider = lock_provider(member.provider_id)
        current = _get_editable(member, by)
        if current.user_id == provider.owner_id:
            raise InvitationRefused("The owner's own account stays connected.")
        current.user = None
        current.save(update_fields=["user"])
        _withdraw(current, now)


@retry_on_conflict
def accept(invitation: Invitation, *, by: User, now: datetime) -> Staff:
    """Let ``by`` in as the member that the invitation is for; a repeat by the same is harmless.

    The signed link was sent to the invited address, so whoever has it may use another account.
    Raises ``InvitationOver`` or ``CannotJoin``.
    """
    with transaction.atomic():
        lock_provider(invitation.staff.provider_id)
        current = _read(invitation.pk)
        member = current.staff
        if has_joined(current, by):
            return member
        if (refusal := over(current, now=now) or hindrance(current, by)) is not None:
            raise refusal
        current.accepted_at = now
        current.save(update_fields=["accepted_at"])
        member.user = by
        member.save(update_fields=["user"])
        enqueue(JOINED, {"invitation": current.pk}, dedupe=f"{JOINED}:{current.pk}", now=now)
        return member


def has_joined(invitation: Invitation, user: User) -> bool:
    """Whether ``user`` is in by this invitation already."""
    member = invitation.staff
    return invitation.accepted_at is not None and member.active and member.user_id == user.pk


def over(invitation: Invitation, *, now: datetime) -> InvitationOver | None:
    """Return why nobody can accept it any more, or nothing."""
    if invitation.accepted_at is not None:
        return InvitationOver("This invitation was used already.")
    if invitation.withdrawn_at is not None:
        return InvitationOver("This invitation was withdrawn, or a newer one was sent.")
    if invitation.expires_at <= now:
        return InvitationOver("This invitation has run out: it was good for 7 days.")
    if not invitation.staff.active:
        return InvitationOver("This place is not there any more.")
    if invitation.staff.user_id is not None:
        return InvitationOver("Somebody else has taken this place.")
    return None


def hindrance(invitation: Invitation, user: User) -> CannotJoin | None:
    """Return why this account cannot accept an invitation that is good, or nothing."""
    provider = invitation.staff.provider
    if user.pk == provider.owner_id:
        return CannotJoin(f"You own {provider}. The invitation is for somebody else.")
    place = Staff.objects.filter(provider=provider, user=user).first()
    if place is None:
        return None
    if place.active:
        return CannotJoin(f"You already work at {provider}, as {place}.")
    return CannotJoin(f"You worked at {provider} before. Ask them to bring {place} back.")


def make_token(invitation: Invitation) -> str:
    """Return what makes the link: signed, naming the row and the moment of its making."""
    return _signer().sign_object([invitation.pk, invitation.created_at.isoformat()])


def invitation_url(invitation: Invitation) -> str:
    """Return the whole address of the page on which to accept; for the mail, and for it alone."""
    return f"{settings.PUBLIC_URL}{reverse('invitation', args=[make_token(invitation)])}"


def read_token(token: str) -> Invitation:
    """Return the invitation that ``token`` names; raises ``UnknownInvitation``."""
    try:
        pk, made = _signer().unsign_object(token)
        invitation = _read(pk)
    except (signing.BadSignature, ValueError, TypeError, Invitation.DoesNotExist):
        raise UnknownInvitation from None
    if invitation.created_at.isoformat() != made:
        raise UnknownInvitation
    return invitation


def _check_place(member: Staff, email: str) -> None:
    if not member.active:
        raise InvitationRefused(f"{member} is archived. Bring them back first.")
    if member.user_id is not None:
        raise InvitationRefused(f"{member} has an account here already.")
    here = Staff.objects.filter(provider=member.provider_id, user__email__iexact=email)
    owned = Provider.objects.filter(pk=member.provider_id, owner__email__iexact=email)
    if here.exists() or owned.exists():
        raise InvitationRefused("Somebody with this address is in this business already.")


def _check_pace(member: Staff, now: datetime) -> None:
    if member.invitations.filter(created_at__gt=now - PAUSE).exists():
        raise InvitationRefused("An invitation was sent a moment ago. Please wait a minute.")
    sent = Invitation.objects.filter(staff__provider=member.provider_id)
    if sent.open(now).exclude(staff=member).count() >= OPEN_AT_MOST:
        raise InvitationRefused(f"{OPEN_AT_MOST} invitations are open. Withdraw one first.")
    if sent.filter(created_at__gt=now - timedelta(days=1)).count() >= A_DAY_AT_MOST:
        raise InvitationRefused("Enough invitations for today. Please go on tomorrow.")


def _get_editable(member: Staff, by: Membership) -> Staff:
    """Return the member as they are now, behind the lock; who they are may just have changed."""
    current = Staff.objects.get(pk=member.pk)
    if not may_edit(by, current):
        raise NotAllowed
    return current


def _withdraw(member: Staff, now: datetime) -> None:
    asked = member.invitations.filter(accepted_at=None, withdrawn_at=None)
    asked.update(withdrawn_at=now)


def _read(pk: int) -> Invitation:
    wanted = Invitation.objects.select_related(
        "staff__provider__owner", "staff__user", "invited_by"
    )
    return wanted.get(pk=pk)


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="booking.staff-invitation")
