"""The words of a reminder: when, where and with whom, and two ways to answer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from booking.models import Appointment, Wording
from booking.notifications.own_words import own_words_for
from booking.notifications.when import own_span, span
from booking.notifications.wording import Message
from booking.words import one_line, say_people, say_when


def compose_reminder(appointment: Appointment, *, zone: ZoneInfo, now: datetime) -> Message:
    """Write the reminder; times are on the provider's clock, and on ``zone`` where that differs.

    Opening either link changes nothing: each leads to a page with a button.
    """
    provider = appointment.provider
    whom = f" with {appointment.staff}" if appointment.staff else f" at {provider}"
    when = say_when(appointment.start, provider.tz, now=now)
    place = ", ".join(filter(None, [provider.address, provider.city]))
    said = ["You said that you will come."] if appointment.attending_at else []
    return Message(
        subject=one_line(f"Reminder: {appointment.service}{whom}, {when}"),
        headline="Your booking is coming up",
        sentences=[f"{provider} expects you: {place}.", *said],
        facts=[fact for fact in _facts(appointment, zone, now, place) if fact[1]],
        link=_link("appointment_coming", appointment),
        link_text="I will come",
        own_words=own_words_for(appointment, Wording.Kind.REMINDER, now=now),
        other_links=[
            (_link("appointment_cancel", appointment), "I cannot come"),
            (_link("appointment_manage", appointment), "See or move the booking"),
        ],
    )


def _facts(
    appointment: Appointment, zone: ZoneInfo, now: datetime, place: str
) -> list[tuple[str, str]]:
    provider, start = appointment.provider, appointment.start
    length = appointment.end - start
    people = say_people(appointment.party_size) if appointment.party_size > 1 else ""
    return [
        ("When", span(start, length, provider.tz, now=now)),
        ("Your time", own_span(start, length, zone, provider.tz, now=now)),
        ("Where", f"{provider}, {place}"),
        ("Service", str(appointment.service)),
        ("With", str(appointment.staff or "")),
        ("For", people),
        ("Phone", provider.phone),
        ("Reference", appointment.reference),
    ]


def _link(name: str, appointment: Appointment) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[appointment.token])}"
