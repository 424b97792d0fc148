"""System checks of the settings for texts: combinations that cannot work, or not as meant.

A check reads settings only; whether a carrier takes the credentials shows with the first text.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name for it

NEEDED = {
    "africastalking": ("AFRICASTALKING_USERNAME", "AFRICASTALKING_API_KEY"),
    "twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
}
ADDRESSES = {"africastalking": "AFRICASTALKING_URL", "twilio": "TWILIO_URL"}
SENDERS = {"SMS_BACKEND": "TWILIO_FROM", "WHATSAPP_BACKEND": "TWILIO_WHATSAPP_FROM"}
FORMS = {
    "TWILIO_ACCOUNT_SID": (r"AC[0-9a-fA-F]{32}", "AC and 32 hexadecimal digits"),
    "TWILIO_WHATSAPP_FROM": (r"\+[1-9]\d{6,14}", "a number such as +15550006789"),
    "TWILIO_WHATSAPP_TEMPLATE": (r"HX[0-9a-fA-F]{32}", "HX and 32 hexadecimal digits"),
}
"""How those values look at Twilio's, when they are there."""

HERE = {"127.0.0.1", "::1", "localhost"}
"""Hosts to which credentials may go without encryption: they do not leave the machine."""


def check_texts(app_configs: Sequence[AppConfig] | None, **options: object) -> list[CheckMessage]:
    """Return what is wrong with the settings for SMS and WhatsApp."""
    return [*_missing(), *_shapes(), *_unsafe(), *_not_sent()]


def _carriers() -> set[str]:
    return {settings.SMS_BACKEND, settings.WHATSAPP_BACKEND}


def _used() -> Iterator[str]:
    """Name the settings that the chosen carriers cannot do without."""
    for carrier in sorted(_carriers() & NEEDED.keys()):
        yield from NEEDED[carrier]
    for backend, sender in SENDERS.items():
        if getattr(settings, backend) == "twilio":
            yield sender


def _missing() -> Iterator[CheckMessage]:
    """nguva.E101: no credentials or no sender; E102: credentials that no header can carry."""
    for name in _used():
        value: str = getattr(settings, name)
        if not value:
            yield Error(f"{name} is not set, so no text can leave.", id="nguva.E101")
        elif not value.isascii() or not value.isprintable() or value != value.strip():
            hint = "Copy it again, without spaces around it."
            yield Error(f"{name} holds characters that cannot be sent.", hint, id="nguva.E102")


def _shapes() -> Iterator[CheckMessage]:
    """nguva.E103: a value of Twilio's that looks like something else."""
    for name, (form, words) in FORMS.items():
        value: str = getattr(settings, name)
        if "twilio" in _carriers() and value and not re.fullmatch(form, value):
            yield Error(f"{name} should be {words}.", id="nguva.E103")


def _unsafe() -> Iterator[CheckMessage]:
    """nguva.E104: an address to which credentials and numbers would go in the clear."""
    for carrier in sorted(_carriers() & ADDRESSES.keys()):
        name = ADDRESSES[carrier]
        parts = urlsplit(getattr(settings, name))
        near = parts.scheme == "http" and parts.hostname in HERE
        if not parts.hostname or (parts.scheme != "https" and not near):
            yield Error(f"{name} must be an https:// address.", id="nguva.E104")


def _not_sent() -> Iterator[CheckMessage]:
    """nguva.W101 to W103: settings that work, but reach nobody or few."""
    for name in SENDERS:
        if getattr(settings, name) == "console" and not settings.DEBUG:
            text = f"{name}=console sends nothing unless DEBUG is on."
            yield Warning(text, "Choose a carrier, or none.", id="nguva.W101")
    simulated = settings.AFRICASTALKING_USERNAME == "sandbox" and not settings.DEBUG
    if "africastalking" in _carriers() and simulated:
        text = "AFRICASTALKING_USERNAME=sandbox reaches a simulator, no telephones."
        yield Warning(text, id="nguva.W102")
    if settings.WHATSAPP_BACKEND == "twilio" and not settings.TWILIO_WHATSAPP_TEMPLATE:
        text = "Without TWILIO_WHATSAPP_TEMPLATE only people who wrote lately get messages."
        yield Warning(text, "See docs/texting.md.", id="nguva.W103")
