"""Tell of orders: the business of what was ordered, the customer of what comes of it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from booking.models import OrderEvent, OrderStatus, Side
from booking.models.appointment import AppointmentEvent
from booking.notifications.post import post
from booking.notifications.recipients import Recipient, account_of, managers_of
from booking.notifications.when import own_span, span
from booking.notifications.wording import Message
from booking.words import one_line, say_price

Actor = AppointmentEvent.Actor

HEADLINES: dict[Side, dict[str, str]] = {
    Side.CUSTOMER: {
        OrderStatus.READY: "Your order is ready",
        OrderStatus.CANCELLED: "Your order is cancelled",
    },
    Side.PROVIDER: {
        OrderStatus.PLACED: "New order",
        OrderStatus.CANCELLED: "Order cancelled",
    },
}
"""Of what each side is told; nobody of what they did themselves."""

SENTENCES: dict[Side, dict[str, str]] = {
    Side.CUSTOMER: {
        OrderStatus.READY: "You can pick it up at {provider}.",
        OrderStatus.CANCELLED: "{who} cancelled your order. There is nothing to pay.",
    },
    Side.PROVIDER: {
        OrderStatus.PLACED: "{customer} ordered and will pick it up.",
        OrderStatus.CANCELLED: "{who} cancelled this order. What it took is in stock again.",
    },
}


def tell_order(event: OrderEvent, *, now: datetime) -> None:
    """Post one message to each person whom the event concerns; what runs twice tells once.

    Reads the event with its order, the order's customer, and the provider with its owner.
    """
    for recipient in _recipients(event):
        with translation.override(recipient.language):
            message = compose_order(event, recipient)
        post(
            recipient,
            kind=recipient.kind,
            appointment=None,
            provider=event.order.provider,
            event=None,
            message=message,
            dedupe=f"order:{event.pk}:{recipient.key}",
            now=now,
        )


def compose_order(event: OrderEvent, recipient: Recipient) -> Message:
    """Write what ``recipient`` is told of the event."""
    order, side = event.order, recipient.side
    names = {
        "provider": str(order.provider),
        "customer": order.customer_name or "Somebody",
        "who": _who(event),
    }
    headline = HEADLINES[side][event.to_status]
    page = "me_order" if side is Side.CUSTOMER else "provider_order"
    whose = order.provider if side is Side.CUSTOMER else names["customer"]
    return Message(
        subject=one_line(f"{headline}: {whose}, {say_price(order.total, order.currency)}"),
        headline=headline,
        sentences=[one_line(SENTENCES[side][event.to_status].format(**names))],
        facts=[fact for fact in _facts(event, recipient) if one_line(fact[1])],
        link=settings.PUBLIC_URL + reverse(page, args=[order.reference]),
        link_text="See the order",
    )


def _recipients(event: OrderEvent) -> list[Recipient]:
    """Return those to whom it is news."""
    order, found = event.order, []
    by_customer = event.actor == Actor.CUSTOMER
    if event.to_status in HEADLINES[Side.CUSTOMER] and not by_customer and order.customer:
        found.append(account_of(order.provider, order.customer))
    if event.to_status in HEADLINES[Side.PROVIDER] and event.actor != Actor.PROVIDER:
        found += managers_of(order.provider)
    return found


def _who(event: OrderEvent) -> str:
    """Name who made the change; nobody's address to log in."""
    if event.actor == Actor.CUSTOMER:
        return event.order.customer_name or "The customer"
    return str(event.order.provider) if event.actor == Actor.PROVIDER else "Nguva"


def _facts(event: OrderEvent, recipient: Recipient) -> list[tuple[str, str]]:
    order = event.order
    ordered = ", ".join(map(str, order.items.all()))
    facts = [("Order", ordered), ("Total", say_price(order.total, order.currency))]
    if order.appointment is not None:
        at, zone = order.appointment, order.provider.tz
        length, now = at.end - at.start, event.created_at
        facts.append(("Pick-up", span(at.start, length, zone, now=now)))
        facts.append(("Your time", own_span(at.start, length, recipient.zone, zone, now=now)))
    facts.append(("Reason", event.reason))
    if recipient.side is Side.CUSTOMER:
        place = (str(order.provider), order.provider.address, order.provider.city)
        facts += [("Where", ", ".join(filter(None, place))), ("Phone", order.provider.phone)]
    else:
        phone = order.customer.phone if order.customer else ""
        facts += [("Customer", order.customer_name), ("Phone", phone), ("Notes", order.notes)]
    return [*facts, ("Reference", order.reference)]
