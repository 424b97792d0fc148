"""Carry one message by one channel, and write down what came of it.

Delivered at least once: a delivery that is known to be sent is not sent again, and a repeat after
an answer that was lost has the same key, by which it can be recognised.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import translation

from booking.models import Delivery, Notification, Side
from booking.notifications import outcomes
from booking.notifications.channels import email, texting
from booking.notifications.post import NO_CONTACT, NOT_WANTED, OPTED_OUT
from booking.notifications.quiet import late
from booking.notifications.recipients import Recipient, may_read, recipient_of
from booking.notifications.reminders import still_due
from booking.notifications.short import short_text
from booking.notifications.unsubscribe import stop_url
from booking.notifications.wording import CHANGED_SINCE, Message, changed_since
from customers.domain.preferences import STOPPABLE, any_opted_out, wanted_channels
from customers.models import Channel, MessageKind
from project import clock

JUST_WRITTEN = timedelta(minutes=10)
DIGEST_LASTS = timedelta(hours=12)
"""How long the agenda of a day is worth reading."""

MAYBE_TAKEN_ATTEMPTS = 2
"""A text that may have been taken is not sent more often: each copy rings, and costs."""

OVERTAKEN = "overtaken"
NIGHT = "quiet hours"


class Invitation(NamedTuple):
    """A calendar file and its METHOD (RFC 5546): REQUEST or CANCEL."""

    method: str
    content: bytes


Calendars = Callable[[Notification, Recipient], Invitation | None]
"""Makes the calendar file that goes with a mail about an event, or nothing."""


class NotDelivered(Exception):
    """``code`` says why in words that may be stored and logged.

    Unless it is ``permanent`` another attempt is worth it, ``retry_after`` seconds from now when
    the carrier said so.
    """

    def __init__(self, code: str, *, permanent: bool, retry_after: int | None = None) -> None:
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
        super().__init__(code)


def deliver(delivery_id: int, now: datetime, *, calendars: Calendars) -> None:
    """Send one delivery and record it; nothing when that was done before.

    Must not run inside a transaction, as it waits for the network. Raises ``NotDelivered``, also
    recorded: as on its way when another attempt is worth it, or as failed.
    """
    delivery = _load(delivery_id)
    if delivery.status not in outcomes.OPEN:
        return
    notification = delivery.notification
    recipient = recipient_of(notification)
    if reason := _pointless(delivery, recipient, now):
        outcomes.skipped(delivery, code=reason)
        return
    _keep_quiet(notification, recipient, now)
    outcomes.begin(delivery)
    with translation.override(recipient.language):
        reference = _send(delivery, recipient, calendars)
    outcomes.sent(delivery, reference=reference, now=clock.now())


def gave_up(delivery_id: int, code: str) -> None:
    """Record that the job of the delivery had its last attempt. Writes one row, sends nothing."""
    outcomes.failed(delivery_id, code=code)


def _load(delivery_id: int) -> Delivery:
    wanted = Delivery.objects.select_related(
        "notification__recipient",
        "notification__provider__owner",
        "notification__event__appointment__provider",
        "notification__event__appointment__service",
        "notification__event__appointment__staff",
        "notification__event__appointment__customer",
        "notification__appointment__provider",
        "notification__appointment__customer",
        "notification__appointment__service",
        "notification__appointment__staff",
    )
    try:
        return wanted.get(pk=delivery_id)
    except Delivery.DoesNotExist:
        raise NotDelivered("delivery is gone", permanent=True) from None


def _pointless(delivery: Delivery, recipient: Recipient, now: datetime) -> str:
    """Say why it should not be sent any more; empty when it should.

    What tells of a change is always worth telling. A reminder is not once its booking was changed
    or has begun, and neither is the agenda of a day that is over. Whoever left a
    business reads nothing of its customers any more, and of its orders and reviews only those
    who run it.
    """
    notification, kind = delivery.notification, MessageKind(delivery.notification.kind)
    if recipient.side is Side.PROVIDER and not may_read(notification, recipient.user):
        return NOT_WANTED
    if kind is MessageKind.REMINDERS and not still_due(notification, now=now):
        return OVERTAKEN
    if kind is MessageKind.DIGEST and now - delivery.created_at > DIGEST_LASTS:
        return OVERTAKEN
    return OPTED_OUT if kind in STOPPABLE and _stopped(delivery, recipient, kind) else ""


def _keep_quiet(notification: Notification, recipient: Recipient, now: datetime) -> None:
    """Hold a reminder back that trouble has delayed into the night, while the morning is in time.

    Raises ``NotDelivered`` for now.
    """
    appointment = notification.appointment
    if MessageKind(notification.kind) is not MessageKind.REMINDERS or appointment is None:
        return
    due = late(now, start=appointment.start, zone=recipient.zone)
    # One that was written for this very moment leaves: the night had been thought of then.
    if due > now and notification.created_at < now - JUST_WRITTEN:
        wait = int((due - now).total_seconds()) + 1
        raise NotDelivered(NIGHT, permanent=False, retry_after=wait)


def _stopped(delivery: Delivery, recipient: Recipient, kind: MessageKind) -> bool:
    """Whether the person said so since the message was written."""
    if recipient.user is not None:
        return delivery.channel not in wanted_channels(recipient.user, kind)
    return any_opted_out([recipient.email, recipient.phone], kind)


def _send(delivery: Delivery, recipient: Recipient, calendars: Calendars) -> str:
    """Hand the message over; return the carrier's id. Refusals are recorded and raised."""
    try:
        if delivery.channel == Channel.EMAIL:
            return _mail(delivery, recipient, calendars)
        return _text(delivery, recipient)
    except (email.Undeliverable, texting.TextRefused) as error:
        if error.code == NO_CONTACT:
            outcomes.impossible(delivery, code=NO_CONTACT)
        else:
            outcomes.failed(delivery.pk, code=error.code)
        raise NotDelivered(error.code, permanent=True) from None
    except (email.DeliveryFailed, texting.TextFailed) as error:
        if getattr(error, "maybe_taken", False) and delivery.attempts >= MAYBE_TAKEN_ATTEMPTS:
            outcomes.failed(delivery.pk, code=error.code)
            raise NotDelivered(error.code, permanent=True) from None
        outcomes.trouble(delivery, code=error.code)
        wait = getattr(error, "retry_after", None)
        raise NotDelivered(error.code, permanent=False, retry_after=wait) from None


def _mail(delivery: Delivery, recipient: Recipient, calendars: Calendars) -> str:
    notification = delivery.notification
    if not recipient.email:
        raise email.Undeliverable(NO_CONTACT)
    invitation = calendars(notification, recipient)
    return email.send(
        message_of(notification),
        to=recipient.email,
        reply_to=_answers_to(notification),
        key=key_of(delivery),
        invitation=invitation,
        stop=_stop(notification, recipient),
    )


def _text(delivery: Delivery, recipient: Recipient) -> str:
    if not recipient.phone:
        raise texting.TextRefused(NO_CONTACT)
    text = short_text(message_of(delivery.notification))
    texter = texting.texter_for(Channel(delivery.channel))
    return texter.send(to=recipient.phone, text=text, key=key_of(delivery))


def message_of(notification: Notification) -> Message:
    """Return the words as they were said, and that they were overtaken if a later event did so."""
    message = Message.from_json(notification.message)
    if notification.event is not None and changed_since(notification.event):
        return replace(message, sentences=[*message.sentences, CHANGED_SINCE])
    return message


def key_of(delivery: Delivery) -> str:
    """Name the delivery: the same on each attempt, another when somebody sends it again."""
    return f"notification-{delivery.notification_id}-{delivery.number}"


def _answers_to(notification: Notification) -> str:
    """Where an answer goes: to the other side, if it gave an address for that.

    An owner's private log-in address is not shown to customers.
    """
    if notification.side == Side.CUSTOMER:
        return notification.provider.email
    return notification.appointment.contact_email if notification.appointment else ""


def _stop(notification: Notification, recipient: Recipient) -> str:
    kind = MessageKind(notification.kind)
    return stop_url(recipient.user or recipient.email, kind) if kind in STOPPABLE else ""
