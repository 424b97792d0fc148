"""What a customer was sent about an appointment, and how each try went, in words."""

from dataclasses import dataclass
from datetime import datetime

from booking.models import Appointment, Delivery, Notification, Side
from booking.models.notification import NotificationQuerySet
from booking.notifications.deliver import OVERTAKEN
from booking.notifications.post import NO_CARRIER, NO_CONTACT, NOT_WANTED, OPTED_OUT
from customers.models import Channel

Status = Delivery.Status

REASONS = {
    NO_CONTACT: "no address or number for it",
    NO_CARRIER: "not set up on Nguva",
    OPTED_OUT: "they asked for no more of these",
    NOT_WANTED: "they chose not to get these",
    OVERTAKEN: "the booking had changed or begun",
}
"""Why something did not leave, by the code that is kept; other codes are for administrators."""


@dataclass(frozen=True, slots=True)
class Try:
    """One delivery in words, with the reason if it did not leave; ``look`` is its mark's class."""

    delivery: Delivery
    words: str
    why: str
    look: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """One message and how each try to carry it went, the first one first."""

    notification: Notification
    headline: str
    tries: tuple[Try, ...]


LOOKS = {
    Status.QUEUED: "pending",
    Status.SENT: "confirmed",
    Status.FAILED: "no_show",
    Status.IMPOSSIBLE: "no_show",
    Status.SKIPPED: "expired",
}
"""The marks of appointments serve here too: ring, dot, cross, dash."""


def sent_to_customer(appointment: Appointment) -> list[Sent]:
    """Return what the customer was sent, newest first, in two queries."""
    found = to_customer(appointment).prefetch_related("deliveries").order_by("-created_at", "-pk")
    return [
        Sent(
            notification=each,
            headline=each.message.get("headline") or each.title,
            tries=tuple(_try(each) for each in sorted(each.deliveries.all(), key=_order)),
        )
        for each in found
    ]


def to_customer(appointment: Appointment) -> NotificationQuerySet:
    """Return the messages that the customer was sent about ``appointment``."""
    return Notification.objects.filter(appointment=appointment, side=Side.CUSTOMER)


def _order(delivery: Delivery) -> tuple[datetime, int]:
    return delivery.created_at, delivery.pk


def _try(delivery: Delivery) -> Try:
    words = delivery.get_status_display()
    if delivery.channel == Channel.IN_APP and delivery.status == Status.SENT:
        words = "Listed"
    return Try(
        delivery=delivery,
        words=words,
        why=REASONS.get(delivery.error, "") if delivery.status != Status.SENT else "",
        look=LOOKS[Status(delivery.status)],
        at=delivery.sent_at or delivery.created_at,
    )
