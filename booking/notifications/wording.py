"""The words of a message about one event: a headline, a sentence, facts, and one link."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from booking.models import AppointmentEvent, Status
from booking.notifications.sides import CHANGES, Action, Actor, Side
from booking.notifications.when import own_span, span
from booking.words import one_line, say_people, say_price, say_when

HEADLINES: dict[Side, dict[str, str]] = {
    Side.CUSTOMER: {
        Action.REQUESTED: "Your request is sent",
        Action.BOOKED: "Your booking is confirmed",
        Action.ACCEPTED: "Your booking is confirmed",
        Action.DECLINED: "Your request is declined",
        Action.CANCELLED: "Your booking is cancelled",
        Action.RESCHEDULED: "Your booking is moved",
        Action.EXPIRED: "Your request was not answered",
        Action.ASKED: "Please choose another time",
    },
    Side.PROVIDER: {
        Action.REQUESTED: "New request",
        Action.BOOKED: "New booking",
        Action.ACCEPTED: "Request accepted",
        Action.DECLINED: "Request declined",
        Action.CANCELLED: "Booking cancelled",
        Action.RESCHEDULED: "Booking moved",
        Action.EXPIRED: "Request expired",
    },
}

SENTENCES: dict[Side, dict[str, str]] = {
    Side.CUSTOMER: {
        Action.REQUESTED: "{provider} will answer your request. Nothing else to do for now.",
        Action.BOOKED: "{provider} expects you.",
        Action.ACCEPTED: "{provider} accepted and expects you.",
        Action.DECLINED: "{provider} cannot take this booking.",
        Action.CANCELLED: "{who} cancelled this booking.",
        Action.RESCHEDULED: "{who} moved this booking.",
        Action.EXPIRED: "{provider} did not answer in time, so this booking does not take place.",
        Action.ASKED: (
            "{provider} cannot keep this time and asks you to choose another one. "
            "The booking stays as it is until you do."
        ),
    },
    Side.PROVIDER: {
        Action.REQUESTED: "{customer} asks for this time. Please accept or decline.",
        Action.BOOKED: "{customer} booked this time.",
        Action.ACCEPTED: "{who} accepted this request.",
        Action.DECLINED: "{who} declined this request.",
        Action.CANCELLED: "{who} cancelled this booking.",
        Action.RESCHEDULED: "{who} moved this booking.",
        Action.EXPIRED: "Nobody answered this request before its start.",
    },
}

AWAITS: dict[Side, str] = {
    Side.CUSTOMER: "{provider} has yet to accept the new time.",
    Side.PROVIDER: "Please accept or decline the new time.",
}

CHANGED_SINCE = "This booking has changed since then. The link shows how it stands."


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel carries; plain text throughout, so each channel escapes for itself.

    ``own_words`` is the provider's own paragraph. ``other_links`` are pairs of address and text,
    shown below the main one, all of them absolute.
    """

    subject: str
    headline: str
    sentences: list[str]
    facts: list[tuple[str, str]]
    link: str
    link_text: str
    own_words: str = ""
    other_links: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `as_json` made, whose pairs have become lists."""
        pairs = {name: [tuple(pair) for pair in stored[name]] for name in ("facts", "other_links")}
        return cls(**stored | pairs)


def compose(
    event: AppointmentEvent,
    side: Side,
    *,
    zone: ZoneInfo | None = None,
    own_words: str = "",
    lost: bool = False,
) -> Message:
    """Write the message for one side of an event that people are told of.

    ``lost`` is for somebody at the business whose booking went to a colleague: nothing is left to
    answer, nor may the page of the booking be open to them.

    Reads the event with its appointment and theirs; times are on the provider's clock, as they
    were set by this event, and on the reader's own, ``zone``, where that shows another time.
    """
    headline = HEADLINES[side][event.action]
    what = summary(event, side)
    return Message(
        subject=one_line(f"{headline}: {what}"),  # a line break would end the header
        headline=headline,
        sentences=_sentences(event, side, lost=lost),
        facts=[fact for fact in _facts(event, side, zone=zone) if one_line(fact[1])],
        link=link(event, side, lost=lost),
        link_text=_link_text(event, side, lost=lost),
        own_words=own_words,
    )


def summary(event: AppointmentEvent, side: Side) -> str:
    """Return ``Box braids with Rudo, Tue 24 Nov, 14:30``."""
    appointment = event.appointment
    provider = appointment.provider
    whom = f" with {event.to_staff}" if event.to_staff else ""
    if not whom and side is Side.CUSTOMER:
        whom = f" at {provider}"
    time = say_when(_start(event), provider.tz, now=event.created_at)
    return f"{appointment.service}{whom}, {time}"


def link(event: AppointmentEvent, side: Side, *, lost: bool = False) -> str:
    """Return the customer's secret link, or the business's page of the appointment.

    Whoever lost it to a colleague gets the business's first page.
    """
    appointment = event.appointment
    if side is Side.CUSTOMER:
        path = _customers_path(event)
    elif lost:
        path = reverse("provider_dashboard")
    else:
        path = reverse("provider_appointment", args=[appointment.pk])
    return f"{settings.PUBLIC_URL}{path}"


def _customers_path(event: AppointmentEvent) -> str:
    """Return the page of the booking, or that of its free times for somebody asked to choose."""
    if event.action == Action.ASKED:
        return reverse("appointment_reschedule", args=[event.appointment.token])
    return event.appointment.get_absolute_url()


def _link_text(event: AppointmentEvent, side: Side, *, lost: bool) -> str:
    if side is Side.CUSTOMER:
        asked = event.action == Action.ASKED
        return "Choose another time" if asked else "See or change your booking"
    return "Open the agenda" if lost else "Open the booking"


def changed_since(event: AppointmentEvent) -> bool:
    """Whether a later event says something else about the appointment."""
    later = AppointmentEvent.objects.filter(appointment=event.appointment_id, pk__gt=event.pk)
    return later.filter(action__in=CHANGES).exists()


def _sentences(event: AppointmentEvent, side: Side, *, lost: bool) -> list[str]:
    names = {
        "provider": str(event.appointment.provider),
        "customer": event.appointment.contact_name,
        "who": _who(event, side),
    }
    texts = [SENTENCES[side][event.action]]
    if event.action == Action.RESCHEDULED and event.to_status == Status.PENDING and not lost:
        texts.append(AWAITS[side])
    # Names are filled in last and only once, so braces in a name mean nothing.
    return [one_line(text.format(**names)) for text in texts]


def _who(event: AppointmentEvent, side: Side) -> str:
    """Name who made the change, as the reader would; nobody's address to log in."""
    if event.actor in {Actor.CUSTOMER, Actor.GUEST}:
        return "You" if side is Side.CUSTOMER else event.appointment.contact_name
    if event.actor == Actor.PROVIDER:
        business = str(event.appointment.provider)
        named = side is Side.PROVIDER and event.by is not None
        return (event.by.name if named and event.by else "") or business
    return "Nguva"


def _facts(event: AppointmentEvent, side: Side, *, zone: ZoneInfo | None) -> list[tuple[str, str]]:
    appointment = event.appointment
    people = say_people(appointment.party_size) if appointment.party_size > 1 else ""
    return [
        *_times(event),
        ("Your time", _own_time(event, zone)),
        ("Service", str(appointment.service)),
        ("With", str(event.to_staff or "")),
        ("For", people),
        ("Price", say_price(appointment.price, appointment.currency)),
        ("Reason", event.reason),
        *(_about_business(event) if side is Side.CUSTOMER else _about_customer(event)),
        ("Reference", appointment.reference),
    ]


def _times(event: AppointmentEvent) -> list[tuple[str, str]]:
    length = event.appointment.end - event.appointment.start
    timezone, now = event.appointment.provider.tz, event.created_at
    new = span(_start(event), length, timezone, now=now)
    if event.action != Action.RESCHEDULED or event.from_start is None:
        return [("When", new)]
    old = span(event.from_start, length, timezone, now=now)
    moved = event.from_staff != event.to_staff
    whom = f", with {event.from_staff}" if moved and event.from_staff else ""
    return [("Before", old + whom), ("Now", new)]


def _own_time(event: AppointmentEvent, zone: ZoneInfo | None) -> str:
    """Say the time on the reader's clock; nothing when it shows what the provider's does."""
    length = event.appointment.end - event.appointment.start
    return own_span(
        _start(event), length, zone, event.appointment.provider.tz, now=event.created_at
    )


def _about_business(event: AppointmentEvent) -> list[tuple[str, str]]:
    provider = event.appointment.provider
    place = ", ".join(filter(None, [str(provider), provider.address, provider.city]))
    return [("Where", place), ("Phone", provider.phone)]


def _about_customer(event: AppointmentEvent) -> list[tuple[str, str]]:
    appointment = event.appointment
    return [
        ("Customer", appointment.contact_name),
        ("Phone", appointment.contact_phone),
        ("Email", appointment.contact_email),
        ("Notes", appointment.notes),
    ]


def _start(event: AppointmentEvent) -> datetime:
    return event.to_start or event.appointment.start
