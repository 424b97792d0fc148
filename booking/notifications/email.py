"""The email channel: one mail to one side about one event."""

import re
import smtplib
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from booking.models import AppointmentEvent
from booking.notifications.sides import Side, email_of, reply_to
from booking.notifications.wording import compose

PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321, 4.2.1)."""


class DeliveryFailed(Exception):
    """``code`` says why without naming anybody; the next attempt may succeed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Undeliverable(DeliveryFailed):
    """No attempt can succeed: there is no address, or the server says that it does not exist."""


def send_email(event: AppointmentEvent, side: Side, *, calendar: bytes | None) -> None:
    """Hand one mail to the mail server; a return means that the server took it.

    ``calendar`` is the file to attach. Raises ``DeliveryFailed`` or ``Undeliverable``, neither of
    which carries the address or the server's words. Must not run inside a transaction, as it waits
    for the network.
    """
    address = email_of(event.appointment, side)
    if not address:
        raise Undeliverable("no contact")
    mail = build(event, side, address=address, calendar=calendar)
    try:
        _hand_over(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(error) from None
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(_masked(error)) from None
    except ValueError:
        raise Undeliverable("address cannot be written") from None


def build(
    event: AppointmentEvent, side: Side, *, address: str, calendar: bytes | None
) -> EmailMultiAlternatives:
    """Write the mail: text, HTML, the calendar file, and an id that is the same on each attempt."""
    message = compose(event, side)
    context = {"message": message, "calendar": calendar is not None}
    answer_to = reply_to(event.appointment, side)
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=render_to_string("booking/mail/event.txt", context),
        to=[address],
        reply_to=[answer_to] if answer_to else None,
        headers={"Message-ID": message_id(event, side), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("booking/mail/event.html", context), "text/html")
    if calendar is not None:
        mail.attach("booking.ics", calendar, "text/calendar")
    return mail


def message_id(event: AppointmentEvent, side: Side) -> str:
    """Return the mail's Message-ID; mail servers and readers recognise a second copy by it."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<appointment-event-{event.pk}-{side}@{host}>"


def _hand_over(mail: EmailMultiAlternatives) -> None:
    """Send over a connection of our own: trouble at its closing does not undo a taken mail."""
    connection = get_connection()
    try:
        connection.open()
        connection.send_messages([mail])
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


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
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" ({code})" if code else "")
