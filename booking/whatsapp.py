"""Links that open WhatsApp with a text to one number, ready to be sent or changed.

They need no account with anybody: https://wa.me/<number>?text=<text>. Nothing leaves the site until
somebody presses one. Pure functions over what was fetched already; they never query.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from django.conf import settings

from booking.models import Appointment, Status
from booking.words import say_when, say_zone

LONGEST = 400
"""Characters of a text: one screen of a small phone."""

CUTS = (120, 60, 40, 25, 15)
"""How long one name or place may be; the first is taken with which the text fits."""

LATE_FROM = timedelta(hours=12)
"""How long before the start somebody may say that they are late."""


class What(StrEnum):
    """What the business has to say to its client."""

    CONFIRM = "confirm"
    REMIND = "remind"
    RUNNING_LATE = "running_late"


LABELS = {
    What.CONFIRM: "Confirm by WhatsApp",
    What.REMIND: "Remind by WhatsApp",
    What.RUNNING_LATE: "Running late, by WhatsApp",
}

OPENINGS = {
    What.CONFIRM: "Hello {client}, your booking is confirmed.",
    What.REMIND: "Hello {client}, a reminder of your booking.",
    What.RUNNING_LATE: "Hello {client}, we are sorry: we are running late for your booking.",
}


@dataclass(frozen=True, slots=True)
class WhatsAppLink:
    """A link with the words on its button."""

    what: What
    label: str
    url: str


def whatsapp_link(phone_e164: str, text: str) -> str:
    """Return the address that opens WhatsApp with ``text`` to ``phone_e164``.

    The number goes there as digits, with the country's and without plus sign or zeros before it.
    Empty when it is no E.164 number: a wrong one would open a chat with a stranger.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone_e164):
        return ""
    return f"https://wa.me/{phone_e164[1:]}?text={quote(text, safe='')}"


def secret_url(appointment: Appointment) -> str:
    """Return the booking's secret link as an address that works from a phone."""
    return f"{settings.PUBLIC_URL}{appointment.get_absolute_url()}"


def customer_to_provider(appointment: Appointment, url: str, *, now: datetime) -> str:
    """Return the link by which a customer tells the business of a booking; ``""`` without a phone.

    ``url`` is the booking's secret link, absolute: with it the business sees which one is meant.
    """
    asked = appointment.status == Status.PENDING
    verb = "I would like to book" if asked else "I booked"

    def write(cut: Callable[[str], str]) -> str:
        return _lines(
            f"Hello {cut(appointment.provider.name)}, {verb} {_what(appointment, cut)}.",
            _when(appointment, now),
            f"Name: {cut(appointment.contact_name)}",
            f"Reference: {appointment.reference}",
            url,
        )

    return whatsapp_link(appointment.provider.phone, _fit(write))


def provider_to_client(appointment: Appointment, what: What, url: str, *, now: datetime) -> str:
    """Return the link by which the business tells its client ``what``; ``""`` without a phone.

    ``url`` is the booking's secret link, absolute; it is left out where there is nothing to do.
    """

    def write(cut: Callable[[str], str]) -> str:
        provider = appointment.provider
        place = ", ".join(filter(None, [provider.address, provider.city]))
        about = f"{_what(appointment, cut)} at {cut(provider.name)}"
        opening = OPENINGS[what].format(client=cut(appointment.contact_name))
        if what is What.RUNNING_LATE:
            return _lines(opening, about, _when(appointment, now), "Please bear with us.")
        return _lines(
            opening,
            about,
            _when(appointment, now),
            f"Place: {cut(place)}",
            f"To see, move or cancel it: {url}",
        )

    return whatsapp_link(appointment.contact_phone, _fit(write))


def links_to_client(
    appointment: Appointment, url: str, *, now: datetime
) -> tuple[WhatsAppLink, ...]:
    """Return what makes sense to tell the client now; nothing when there is no phone number."""
    made = (
        WhatsAppLink(what, LABELS[what], provider_to_client(appointment, what, url, now=now))
        for what in _sensible(appointment, now)
    )
    return tuple(link for link in made if link.url)


def _sensible(appointment: Appointment, now: datetime) -> list[What]:
    """Return nothing for requests without an answer, and for what is over or will not happen."""
    if appointment.status != Status.CONFIRMED or appointment.end <= now:
        return []
    ahead = [What.CONFIRM, What.REMIND] if appointment.start > now else []
    late = [What.RUNNING_LATE] if appointment.start - now <= LATE_FROM else []
    return ahead + late


def _what(appointment: Appointment, cut: Callable[[str], str]) -> str:
    whom = f" with {cut(appointment.staff.name)}" if appointment.staff else ""
    return f"{cut(appointment.service.name)}{whom}"


def _when(appointment: Appointment, now: datetime) -> str:
    zone = appointment.provider.tz
    return f"{say_when(appointment.start, zone, now=now)} ({say_zone(zone.key)})"


def _lines(*lines: str) -> str:
    return "\n".join(lines)


def _fit(write: Callable[[Callable[[str], str]], str]) -> str:
    """Write with names as long as fits one screen; times, reference and link are never cut."""
    text = ""
    for limit in CUTS:
        text = write(_cutter(limit))
        if len(text) <= LONGEST:
            break
    return text


def _cutter(limit: int) -> Callable[[str], str]:
    def cut(text: str) -> str:
        line = " ".join(text.split())
        return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"

    return cut
