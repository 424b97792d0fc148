"""The calendar file that goes with a mail, as things stand when the mail leaves.

It lives here because messages and calendar files know nothing of each other.
"""

from email.utils import parseaddr

from django.conf import settings

from booking.feeds.ics import Invited, Method, appointment_calendar
from booking.models import AppointmentEvent, Delivery, Notification, Side, Status
from booking.notifications.deliver import Invitation
from booking.notifications.recipients import Recipient, loses
from booking.notifications.wording import changed_since, link
from customers.models import Channel

OFF = frozenset({Status.DECLINED, Status.CANCELLED, Status.EXPIRED})


def invitation_for(notification: Notification, recipient: Recipient) -> Invitation | None:
    """Return the file by which the recipient's calendar adds, moves or removes the booking.

    Nothing when the event was overtaken, or says neither yes nor anything about an earlier yes.
    """
    event = notification.event
    method = _method(notification, event, recipient) if event is not None else None
    if event is None or method is None:
        return None
    appointment = event.appointment
    content = appointment_calendar(
        appointment,
        url=link(event, recipient.side, lost=loses(event, recipient)),
        events=list(appointment.events.all()),
        method=method,
        invited=_invited(event, recipient),
        for_business=recipient.side is Side.PROVIDER,
    )
    return Invitation(str(method), content)


def _method(
    notification: Notification, event: AppointmentEvent, recipient: Recipient
) -> Method | None:
    if loses(event, recipient):
        return _taken_away(notification, event)
    if event.action == AppointmentEvent.Action.ASKED:
        return None  # nothing that a calendar shows is another
    if event.appointment.status != event.to_status or changed_since(event):
        return None
    if event.to_status == Status.CONFIRMED:
        return Method.REQUEST
    if not _invited_before(notification, event):
        return None
    return Method.CANCEL if event.to_status in OFF else Method.REQUEST


def _taken_away(notification: Notification, event: AppointmentEvent) -> Method | None:
    """Nobody tells them of what comes later, so it is taken out unless it is theirs again."""
    staff = event.appointment.staff
    theirs = staff is not None and staff.user_id == notification.recipient_id
    return None if theirs or not _invited_before(notification, event) else Method.CANCEL


def _invited_before(notification: Notification, event: AppointmentEvent) -> bool:
    """Whether a mail with a file went, or is about to go, to this person for an earlier event."""
    before = Delivery.objects.filter(
        channel=Channel.EMAIL,
        status__in=[Delivery.Status.SENT, Delivery.Status.QUEUED],
        notification__appointment=event.appointment_id,
        notification__side=notification.side,
        notification__event__lt=event.pk,
        notification__event__to_status=Status.CONFIRMED,
    )
    if notification.side == Side.PROVIDER:
        before = before.filter(notification__recipient=notification.recipient_id)
    return before.exists()


def _invited(event: AppointmentEvent, recipient: Recipient) -> Invited:
    """The site invites for the business: its own address may be missing, and may change."""
    return Invited(
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        organizer_name=str(event.appointment.provider),
        attendee=recipient.email,
        attendee_name=recipient.name,
    )
