"""The mail that asks somebody to join a business, and the word that they did."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from booking.domain.invitations import invitation_url, over
from booking.notifications.channels import email
from booking.notifications.deliver import NotDelivered
from booking.notifications.post import post
from booking.notifications.recipients import member_of
from booking.notifications.short import cut
from booking.notifications.wording import Message
from booking.words import one_line, say_when
from customers.models import MessageKind
from providers.domain.access import managers
from providers.models import Invitation

LONGEST_NAME = 80
"""Of what a business and its people call themselves, in the head of a mail to a stranger."""


def send_invitation(invitation_id: int, *, now: datetime) -> None:
    """Send the mail, unless the invitation is over; raises ``NotDelivered``.

    Must not run inside a transaction, as it waits for the network. The link is written into the
    mail alone: it is in no job, message or log.
    """
    invitation = _load(invitation_id)
    if invitation is None or over(invitation, now=now) is not None:
        return
    message = compose_invitation(invitation, now=now)
    key = f"staff-invitation-{invitation.pk}"
    reply_to = invitation.staff.provider.email
    try:
        email.send(message, to=invitation.email, key=key, reply_to=reply_to)
    except email.DeliveryFailed as error:
        permanent = isinstance(error, email.Undeliverable)
        raise NotDelivered(error.code, permanent=permanent) from None


def compose_invitation(invitation: Invitation, *, now: datetime) -> Message:
    """Write the mail to the person who is invited."""
    member = invitation.staff
    provider = cut(one_line(str(member.provider)), LONGEST_NAME)
    inviter = cut(one_line(str(invitation.invited_by or provider)), LONGEST_NAME)
    until = say_when(invitation.expires_at, member.provider.tz, now=now)
    return Message(
        subject=f"{inviter} invites you to join {provider}",
        headline=f"Join {provider}",
        sentences=[
            f"{inviter} would like you to see your bookings and hours at {provider}.",
            "If you do not know them, there is nothing to do.",
        ],
        facts=[
            ("You would be", ", ".join(filter(None, [one_line(member.name), member.title]))),
            ("As", str(member.get_role_display())),
            ("Answer until", until),
        ],
        link=invitation_url(invitation),
        link_text="See the invitation",
    )


def tell_joined(invitation_id: int, *, now: datetime) -> None:
    """Tell whoever invited that the person joined; once, and only while they run the business."""
    invitation = _load(invitation_id)
    if invitation is None or invitation.invited_by is None or invitation.accepted_at is None:
        return
    member, inviter = invitation.staff, invitation.invited_by
    if member.user is None or inviter not in managers(member.provider):
        return
    path = reverse("provider_member", args=[member.pk])
    post(
        member_of(member.provider, inviter),
        kind=MessageKind.BUSINESS,
        appointment=None,
        provider=member.provider,
        event=None,
        message=Message(
            subject=one_line(f"{member} joined {member.provider}"),
            headline=f"{member} joined",
            sentences=[f"{member} accepted your invitation and signs in with {member.user.email}."],
            facts=[],
            link=settings.PUBLIC_URL + path,
            link_text=f"See {member}",
        ),
        dedupe=f"joined:{invitation.pk}",
        now=now,
    )


def _load(invitation_id: int) -> Invitation | None:
    people = ("staff__provider__owner", "staff__user", "invited_by")
    return Invitation.objects.select_related(*people).filter(pk=invitation_id).first()
