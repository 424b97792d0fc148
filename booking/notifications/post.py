"""Write a message to one person, and how it is to leave, in one transaction.

Nothing is sent here: each way that goes outside is a job of its own, run when the transaction is
done. What runs twice writes once, by the message's dedupe key.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from booking.domain.outbox import Work, enqueue_many
from booking.models import Appointment, AppointmentEvent, Delivery, Notification, OutboxJob, Side
from booking.notifications.channels.texting import can_text
from booking.notifications.recipients import Recipient, recipient_of
from booking.notifications.short import cut
from booking.notifications.wording import Message
from customers.domain.preferences import STOPPABLE, any_opted_out, wanted_channels
from customers.models import Channel, MessageKind
from project.db import retry_on_conflict
from project.errors import NguvaError
from providers.models import Provider

Status = Delivery.Status

SEND_ATTEMPTS = 14
"""With the waits between them about eight hours: longer than most outages of a mail server."""

NO_CONTACT = "no contact"
NO_CARRIER = "not configured"
OPTED_OUT = "opted out"
NOT_WANTED = "not wanted"

AGAIN_PAUSE = timedelta(minutes=1)
AGAIN_A_DAY = 5
"""Sending again: how long nothing more about the same booking is, and how often in a day."""

GUESTS_ORDER = (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)
BY_PHONE = frozenset({Channel.SMS, Channel.WHATSAPP})
IN_ORDER = tuple(Channel)


class SentTooOften(NguvaError):
    """The same person got something about the same booking again, too lately or too often."""

    code = "throttled"
    default = "Sent again a moment ago. Please wait a minute."


@dataclass(frozen=True, slots=True)
class Way:
    """One channel and how its delivery begins; ``error`` says why it cannot or must not leave."""

    channel: Channel
    status: Delivery.Status = Status.QUEUED
    error: str = ""


@retry_on_conflict
def post(
    recipient: Recipient,
    *,
    kind: MessageKind,
    appointment: Appointment | None,
    provider: Provider,
    event: AppointmentEvent | None,
    message: Message,
    dedupe: str,
    now: datetime,
    channels: Collection[Channel] | None = None,
) -> Notification | None:
    """Write the message, its deliveries and their jobs; ``None`` when ``dedupe`` is known already.

    ``channels`` are the person's wanted ones when the caller knows them (`wanted_for`); otherwise
    they are looked up. Guests are reached by email, or else by SMS. May run in the caller's
    transaction, and is undone with it.
    """
    with transaction.atomic():
        notification, new = Notification.objects.get_or_create(
            dedupe=dedupe,
            defaults={
                "recipient": recipient.user,
                "side": recipient.side,
                "kind": kind,
                "provider": provider,
                "appointment": appointment,
                "event": event,
                "title": cut(message.subject, 200),
                "text": cut(" ".join([*message.sentences, message.own_words]).strip(), 500),
                "path": _path(recipient, appointment, message),
                "message": message.as_json(),
                "created_at": now,
            },
        )
        if not new:
            return None
        _deliver_by(notification, ways(recipient, kind, channels), numbers={}, now=now)
        return notification


@retry_on_conflict
def resend(notification: Notification, *, channel: Channel | None, now: datetime) -> list[Delivery]:
    """Send a message again, by ``channel`` or by all that it went by; return the new deliveries.

    What is still on its way by a channel is not doubled, so a second tap does nothing. Contacts
    are those of today, and whoever does not want the channel, or the kind, is left in peace.
    Raises ``SentTooOften``.
    """
    with transaction.atomic():
        same_booking = Notification.objects.filter(appointment=notification.appointment_id)
        list(same_booking.order_by("pk").select_for_update().values_list("pk"))
        again = _ways_again(notification, {channel} if channel else _channels_before(notification))
        busy, numbers = set(_queued(notification)), _numbers(notification)
        again = [way for way in again if way.channel not in busy]
        if any(way.status is Status.QUEUED for way in again):
            _check_not_too_often(notification, now)
        return _deliver_by(notification, again, numbers=numbers, now=now)


def _check_not_too_often(notification: Notification, now: datetime) -> None:
    """Keep a person from getting the same again and again, which annoys, and costs by SMS."""
    again = Delivery.objects.filter(
        notification__appointment=notification.appointment_id,
        notification__side=notification.side,
        notification__recipient=notification.recipient_id,
        number__gt=1,
        created_at__gt=now - timedelta(days=1),
    )
    times = sorted(again.values_list("created_at", flat=True))
    if times and times[-1] > now - AGAIN_PAUSE:
        raise SentTooOften
    if len(set(times)) >= AGAIN_A_DAY:
        raise SentTooOften(f"Sent again {AGAIN_A_DAY} times today. Better call them.")


def ways(
    recipient: Recipient, kind: MessageKind, channels: Collection[Channel] | None = None
) -> list[Way]:
    """Return by which channels a message of ``kind`` leaves, or why it cannot; never nothing."""
    if recipient.user is None:
        return [_guests_way(recipient, kind, channels or ())]
    wanted = wanted_channels(recipient.user, kind) if channels is None else channels
    found = [_way(recipient, channel) for channel in IN_ORDER if channel in wanted]
    return found or [Way(Channel.IN_APP, Status.SKIPPED, NOT_WANTED)]


def _ways_again(notification: Notification, channels: set[Channel]) -> list[Way]:
    """The list on the site shows the message as it is, so that one is never used again."""
    recipient, kind = recipient_of(notification), MessageKind(notification.kind)
    if recipient.user is None:
        return [_guests_way(recipient, kind, channels)]
    wanted = wanted_channels(recipient.user, kind)
    asked = (channels - {Channel.IN_APP}) or {Channel.EMAIL}
    return [
        _way(recipient, channel) if channel in wanted else Way(channel, Status.SKIPPED, NOT_WANTED)
        for channel in IN_ORDER
        if channel in asked
    ]


def _guests_way(recipient: Recipient, kind: MessageKind, asked: Collection[Channel]) -> Way:
    """By email, or else by text; by the one asked for when somebody asks and it can be."""
    found = [_way(recipient, channel) for channel in GUESTS_ORDER]
    possible = [way for way in found if way.status is Status.QUEUED]
    best = [way for way in possible if way.channel in asked] or possible
    if not best:
        return next((way for way in found if way.error != NO_CONTACT), found[0])
    if any_opted_out([recipient.email, recipient.phone], kind):
        return Way(best[0].channel, Status.SKIPPED, OPTED_OUT)
    return best[0]


def _way(recipient: Recipient, channel: Channel) -> Way:
    if channel is Channel.IN_APP:
        return Way(channel, Status.SENT)
    if not (recipient.email if channel is Channel.EMAIL else recipient.phone):
        return Way(channel, Status.IMPOSSIBLE, NO_CONTACT)
    if channel in BY_PHONE and not can_text(channel):
        return Way(channel, Status.IMPOSSIBLE, NO_CARRIER)
    return Way(channel)


def _deliver_by(
    notification: Notification, found: Collection[Way], *, numbers: dict[str, int], now: datetime
) -> list[Delivery]:
    """Write the deliveries, numbered on, and a job for each that has to go outside."""
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            notification=notification,
            channel=way.channel,
            number=numbers.get(way.channel, 0) + 1,
            status=way.status,
            error=way.error,
            created_at=now,
            sent_at=now if way.status is Status.SENT else None,
        )
        for way in found
    )
    jobs = (
        Work(
            kind="deliver",
            payload={"delivery": delivery.pk},
            dedupe=f"deliver:{delivery.pk}",
            max_attempts=SEND_ATTEMPTS,
            priority=_priority(notification),
        )
        for delivery in deliveries
        if delivery.status == Status.QUEUED
    )
    enqueue_many(jobs, now=now)
    return deliveries


def _priority(notification: Notification) -> OutboxJob.Priority:
    """What comes by itself lets pass what answers somebody."""
    by_itself = MessageKind(notification.kind) in STOPPABLE
    return OutboxJob.Priority.IN_TURN if by_itself else OutboxJob.Priority.SOON


def _numbers(notification: Notification) -> dict[str, int]:
    counted = notification.deliveries.values_list("channel").annotate(last=Max("number"))
    return dict(counted)


def _channels_before(notification: Notification) -> set[Channel]:
    return {Channel(name) for name in notification.deliveries.values_list("channel", flat=True)}


def _queued(notification: Notification) -> list[str]:
    queued = notification.deliveries.filter(status=Status.QUEUED)
    return list(queued.values_list("channel", flat=True))


def _path(recipient: Recipient, appointment: Appointment | None, message: Message) -> str:
    """Return the page for the list on the site: people with accounts need no secret link there."""
    path = urlsplit(message.link).path
    if recipient.side is Side.CUSTOMER and recipient.user is not None and appointment is not None:
        secret = path.startswith(appointment.get_absolute_url())
        return reverse("me_appointment", args=[appointment.reference]) if secret else path
    return path
