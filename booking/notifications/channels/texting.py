"""Texts by SMS and WhatsApp: which carrier takes them, and how a carrier says no.

A carrier's module is loaded when its first text leaves, so that web processes, which only ask
whether a channel can be used, never load the HTTP library.
"""

from collections.abc import Callable
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from customers.models import Channel

LONGEST_RETRY_AFTER = 24 * 60 * 60
"""The longest wait that a carrier may ask for, in seconds."""

CARRIERS = {
    "console": "booking.notifications.channels.console.ConsoleTexter",
    "memory": "booking.notifications.channels.memory.MemoryTexter",
    "africastalking": "booking.notifications.channels.africastalking.AfricasTalkingTexter",
    "twilio": "booking.notifications.channels.twilio.TwilioTexter",
}
"""What each value of SMS_BACKEND and WHATSAPP_BACKEND stands for; ``none`` stands for nothing."""

PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2013\u2014\u2212\u2022\u00b7", "-")  # dashes and dots
    | dict.fromkeys("\u2018\u2019\u201a\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u2033", '"')
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
    | {"\u2026": "...", "\u00d7": "x"}
)


class NotSent(Exception):
    """``code`` says why in words that may be stored and logged: no number, no text, no name."""

    def __init__(self, code: str) -> None:
        self.code = code[:100]
        super().__init__(self.code)


class TextRefused(NotSent):
    """No later attempt could succeed: the trouble is with the number or with the text."""


class NotConfigured(TextRefused):
    """There is no carrier for the channel."""

    def __init__(self) -> None:
        super().__init__("not configured")


class TextFailed(NotSent):
    """Worth another attempt; not before ``retry_after`` seconds when the carrier named a time.

    ``maybe_taken`` says that the carrier may have the text all the same, so that attempts are few.
    """

    def __init__(
        self, code: str, *, retry_after: int | None = None, maybe_taken: bool = False
    ) -> None:
        super().__init__(code)
        self.maybe_taken = maybe_taken
        self.retry_after = retry_after
        if retry_after is not None:
            self.retry_after = max(0, min(retry_after, LONGEST_RETRY_AFTER))


class Texter(Protocol):
    """Carries texts by one channel."""

    def send(self, *, to: str, text: str, key: str) -> str:
        """Hand over one text; return the carrier's id of it (possibly empty).

        ``to`` is an E.164 number. ``key`` names the delivery, the same on each attempt; no carrier
        here recognises a repeat by it. A return means that the carrier took the text, not that it
        reached a phone. Raises ``TextRefused`` or ``TextFailed``. Waits for the network, so it must
        not run inside a transaction.
        """
        ...


def can_text(channel: Channel) -> bool:
    """Whether a text by ``channel`` could leave at all. Reads settings only."""
    backend = backend_of(channel)
    return backend in CARRIERS and (backend != "console" or settings.DEBUG)


def backend_of(channel: Channel) -> str:
    """Return the name in the settings of the carrier for ``channel``, ``none`` included."""
    backends = {Channel.SMS: settings.SMS_BACKEND, Channel.WHATSAPP: settings.WHATSAPP_BACKEND}
    return backends.get(channel, "none")


def texter_for(channel: Channel) -> Texter:
    """Return the carrier of ``channel`` by the settings. Raises ``NotConfigured``.

    The console counts as none unless DEBUG is on: a log in production must hold no texts.
    """
    if not can_text(channel):
        raise NotConfigured
    make: Callable[[Channel], Texter] = import_string(CARRIERS[backend_of(channel)])
    return make(channel)


def for_sms(text: str) -> str:
    """Return ``text`` with typographic signs as plain ones.

    A single sign outside the alphabet of GSM 03.38 more than halves what one SMS holds (70 instead
    of 160 characters), so a dash would double the price.
    """
    return text.translate(PLAIN)
