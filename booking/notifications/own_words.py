"""A provider's own words in confirmations and reminders, with a few placeholders.

Whoever runs a business may write here, and strangers read it, so no template engine and no
``str.format`` ever sees the text: a placeholder is one of the names below in braces, replaced once,
and everything else is text. Each channel escapes the result for itself.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError

from booking.models import Appointment, Wording
from booking.notifications.short import cut
from booking.words import say_price, say_when, say_zone
from providers.models import Provider

LONGEST = 600
"""Characters that a provider may write; what `Wording.text` holds."""

PLACEHOLDERS = {
    "name": "the customer’s name",
    "service": "what is booked",
    "staff": "who performs it, or the name of your business",
    "when": "day, time and whose clock",
    "place": "your address",
    "price": "the price with its currency",
    "reference": "the booking’s reference",
    "link": "the page on which the customer sees, moves or cancels it",
}
"""What may stand in braces, and what it becomes."""

IN_BRACES = re.compile(r"\{([^{}]*)\}")
BRACES = re.compile(r"\{+[^{}]*\}*|\}+")
"""Everything that has braces, so that a mistake is shown as it was typed: ``{{name}}``, ``{x``."""


def validate_wording(text: str) -> None:
    """Refuse text that is too long, or that has braces around anything but a placeholder.

    Raises ``ValidationError`` that names the first unknown one and lists those that there are.
    """
    if len(text) > LONGEST:
        message = f"Please use at most {LONGEST} characters; these are {len(text)}."
        raise ValidationError(message, code="max_length")
    for found in BRACES.findall(text):
        if not IN_BRACES.fullmatch(found) or _name(found) not in PLACEHOLDERS:
            allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            message = f"{cut(found, 40)} cannot be filled in. In braces there may be: {allowed}."
            raise ValidationError(message, code="placeholder")


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its placeholders replaced, once: braces within values mean nothing.

    Unknown ones stay as they are, so that a text stored under older rules still says what it said.
    """

    def value_of(found: re.Match[str]) -> str:
        return values.get(_name(found[0]), found[0])

    return IN_BRACES.sub(value_of, text).strip()


def own_words_for(
    appointment: Appointment, kind: Wording.Kind, *, now: datetime | None = None
) -> str:
    """Return the provider's own words about this appointment, in one query; empty without any."""
    text = own_text(appointment.provider, kind)
    return fill_in(text, own_word_values(appointment, now=now)) if text else ""


def own_word_values(appointment: Appointment, *, now: datetime | None = None) -> dict[str, str]:
    """Return what each placeholder becomes; times are on the provider's clock.

    The year is told when it is not that of ``now``. Asks nothing of the database when provider,
    service, staff and customer are loaded.
    """
    provider = appointment.provider
    when = say_when(appointment.start, provider.tz, now=now or appointment.start)
    return {
        "name": appointment.contact_name,
        "service": str(appointment.service),
        "staff": str(appointment.staff or provider),
        "when": f"{when} ({say_zone(provider.timezone)})",
        "place": ", ".join(filter(None, [provider.address, provider.city])),
        "price": say_price(appointment.price, appointment.currency),
        "reference": appointment.reference,
        "link": f"{settings.PUBLIC_URL}{appointment.get_absolute_url()}",
    }


def own_text(provider: Provider, kind: Wording.Kind) -> str:
    """Return what the provider wrote, placeholders and all."""
    texts = Wording.objects.filter(provider=provider, kind=kind).values_list("text", flat=True)
    return texts.first() or ""


def own_texts(provider: Provider) -> dict[Wording.Kind, str]:
    """Return what the provider wrote for each kind, in one query."""
    rows = Wording.objects.filter(provider=provider).values_list("kind", "text")
    written = {Wording.Kind(kind): text for kind, text in rows}
    return {kind: written.get(kind, "") for kind in Wording.Kind}


def keep_own_text(provider: Provider, kind: Wording.Kind, text: str) -> None:
    """Keep what the provider wrote, or forget it when it is empty. Raises ``ValidationError``."""
    validate_wording(text)
    if text.strip():
        Wording.objects.update_or_create(provider=provider, kind=kind, defaults={"text": text})
    else:
        Wording.objects.filter(provider=provider, kind=kind).delete()


def _name(in_braces: str) -> str:
    """Return what stands in the braces; phones like to write ``{Name }``."""
    return in_braces.strip("{}").strip().lower()
