"""The email channel: one mail to one person, by whatever Django's email settings name."""

import re
import smtplib
import sys
from types import ModuleType
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from booking.notifications.channels import mail_connection
from booking.notifications.wording import Message

PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class DeliveryFailed(Exception):
    """``code`` says why without naming anybody; the next attempt may succeed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Undeliverable(DeliveryFailed):
    """No attempt can succeed: there is no address, or the server says that it does not exist."""


class CalendarFile(Protocol):
    """An iCalendar file with its METHOD (RFC 5546)."""

    @property
    def method(self) -> str:
        """``REQUEST`` or ``CANCEL``."""
        ...

    @property
    def content(self) -> bytes:
        """The file, in UTF-8."""
        ...


def send(
    message: Message,
    *,
    to: str,
    key: str,
    reply_to: str = "",
    invitation: CalendarFile | None = None,
    stop: str = "",
) -> str:
    """Hand one mail to the mail server; a return means that it was taken. Returns the server's id.

    ``key`` makes the Message-ID, so it must be the same on each attempt. ``stop`` is the address of
    the page that stops messages of this kind. Raises ``DeliveryFailed`` or ``Undeliverable``,
    neither of which carries the address or the server's words. Must not run inside a transaction,
    as it waits for the network.
    """
    mail = build(message, to=to, key=key, reply_to=reply_to, invitation=invitation, stop=stop)
    try:
        mail_connection.send(mail)
    except Exception as error:
        outcome = _outcome(error)
        if outcome is None:
            raise
        raise outcome from None
    return _taken(mail)


def build(
    message: Message,
    *,
    to: str,
    key: str,
    reply_to: str = "",
    invitation: CalendarFile | None = None,
    stop: str = "",
) -> EmailMultiAlternatives:
    """Write the mail: text, HTML, the calendar file, and an id that is the same on each attempt."""
    context = {"message": message, "invitation": invitation, "stop": stop}
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),  # a line break would end the header
        body=render_to_string("booking/mail/message.txt", context),
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers=_headers(key, stop),
    )
    mail.attach_alternative(render_to_string("booking/mail/message.html", context), "text/html")
    if invitation is not None:
        _invite(mail, invitation)
    return mail


def message_id(key: str) -> str:
    """Return the mail's Message-ID; mail servers and readers recognise a second copy by it."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{key}@{host}>"


def _headers(key: str, stop: str) -> dict[str, str]:
    """Name the mail, and how to stop its kind by one press (RFC 2369, RFC 8058)."""
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    if stop:
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def _invite(mail: EmailMultiAlternatives, invitation: CalendarFile) -> None:
    """Add the file twice, as calendars do themselves.

    Mail readers act on a part beside text and HTML whose METHOD agrees with the file's (RFC 6047,
    2.4); people open the attachment. Most mail services take no further part, so with them the
    attachment is both.
    """
    kind = f"text/calendar; method={invitation.method}"
    if settings.EMAIL_BACKEND.startswith("anymail."):
        mail.attach("booking.ics", invitation.content, kind)
        return
    mail.attach_alternative(invitation.content.decode(), kind)
    mail.attach("booking.ics", invitation.content, "application/ics")


def _taken(mail: EmailMultiAlternatives) -> str:
    """Return the id by which a mail service knows the mail; SMTP servers give none."""
    status = getattr(mail, "anymail_status", None)
    if "failed" in (getattr(status, "status", None) or ()):
        raise DeliveryFailed("not taken")
    found = getattr(status, "message_id", None)
    return found if isinstance(found, str) else ""


def _outcome(error: Exception) -> DeliveryFailed | None:
    """Return what an error means for the mail; nothing for one that is a mistake of ours."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(error)
    # Whoever sends by a mail service has loaded this; importing it here would bring the HTTP
    # library into web processes.
    services = sys.modules.get("anymail.exceptions")
    if services is not None and isinstance(error, services.AnymailError):
        return _service_said(error, services)
    if isinstance(error, mail_connection.NoConnection):
        return DeliveryFailed("no connection")
    # First, as a certificate that ran out is a ValueError too.
    if isinstance(error, (smtplib.SMTPException, OSError)):
        return DeliveryFailed(_masked(error))
    if isinstance(error, ValueError):
        return Undeliverable("address cannot be written")
    return None


def _service_said(error: Exception, services: ModuleType) -> DeliveryFailed:
    if isinstance(error, services.AnymailRecipientsRefused):
        return Undeliverable("address refused")
    if isinstance(error, services.AnymailInvalidAddress):
        return Undeliverable("address cannot be written")
    return DeliveryFailed(_masked(error))


def _refused(error: smtplib.SMTPRecipientsRefused) -> DeliveryFailed:
    """Tell an address that does not exist from a server that does not want to just now.

    A 5xx reply is about the address unless its enhanced code names another subject than 1,
    addressing (RFC 3463, 3.2): quotas and relaying rules are answered by 5xx too.
    """
    replies: list[tuple[int, bytes]] = list(error.recipients.values())
    code, text = replies[0]
    subject = re.match(rb"5\.(\d+)\.", text)
    if code >= PERMANENT and (subject is None or subject[1] == b"1"):
        return Undeliverable(f"address refused ({code})")
    return DeliveryFailed(f"{type(error).__name__} ({code})")


def _masked(error: Exception) -> str:
    names = ("smtp_code", "status_code", "errno")
    code = next((found for name in names if (found := getattr(error, name, None))), None)
    return type(error).__name__ + (f" ({code})" if code else "")
