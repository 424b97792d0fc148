"""A hair salon in Harare and a customer of it, whose mails the tests read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import make_ask
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Appointment
from booking.tests import cast
from customers.models import User
from providers.models import Provider, Service, Staff

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
START = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
"""Tue 24 Nov, 14:30 in Harare."""

DAY = timedelta(days=1)
GUEST = Contact(name="Chipo Moyo", email="chipo@example.com", phone="+263771234567")


@dataclass(frozen=True)
class Salon:
    alice: User
    dana: User
    provider: Provider
    rudo: Staff
    tariro: Staff
    braids: Service

    def book(self, *, start: datetime = START, now: datetime = NOW, **given: Any) -> Appointment:
        """Book braids with Rudo; by a guest unless told otherwise."""
        if "customer" not in given:
            given = {"by": Actor.guest(), "contact": GUEST} | given
        ask = make_ask(service=self.braids, staff_id=self.rudo.pk)
        return book(ask, start=start, now=now, **given)

    def move_to(self, timezone: str) -> None:
        self.provider.timezone = timezone
        self.provider.save()


def make_salon(*, auto_confirm: bool = True) -> Salon:
    """Open every day, so that any date will do."""
    alice = cast.make_user("alice@example.com", name="Alice Ncube")
    provider = cast.make_provider(
        alice,
        hours=False,
        name="Tendai Hair Studio",
        address="12 Samora Machel Avenue",
        phone="+263242700000",
        email="studio@example.com",
        auto_confirm=auto_confirm,
    )
    cast.set_hours(provider, range(7), start=0, end=24 * 60)
    rudo, tariro = (cast.make_staff(provider, name=name) for name in ("Rudo", "Tariro"))
    braids = cast.make_service(
        provider, [rudo, tariro], name="Box braids", duration=90, price=Decimal(45)
    )
    dana = cast.make_user("dana@example.com", name="Dana Dube", phone="+263772000000")
    return Salon(alice, dana, provider, rudo, tariro, braids)


def deliver() -> list[EmailMultiAlternatives]:
    """Run the jobs that are due; return the mails that left since the last time."""
    mail.outbox.clear()
    run_due(HANDLERS)
    return [sent for sent in mail.outbox if isinstance(sent, EmailMultiAlternatives)]


def to_customer(mails: list[EmailMultiAlternatives]) -> EmailMultiAlternatives:
    return only(mails, "chipo@example.com", "dana@example.com")


def to_provider(mails: list[EmailMultiAlternatives]) -> EmailMultiAlternatives:
    return only(mails, "studio@example.com", "alice@example.com")


def only(mails: list[EmailMultiAlternatives], *addresses: str) -> EmailMultiAlternatives:
    [found] = [one for one in mails if set(one.to) <= set(addresses)]
    return found


def html_of(sent: EmailMultiAlternatives) -> str:
    alternative = sent.alternatives[0]
    assert alternative[1] == "text/html"
    return str(alternative[0])


def method_of(sent: EmailMultiAlternatives) -> str:
    """What the mail asks the reader's calendar to do, as its part says; empty without one."""
    parts = [part for part in wire(sent).walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == len(sent.attachments)
    return str(parts[0].get_param("method")) if parts else ""


def calendar_of(sent: EmailMultiAlternatives) -> bytes:
    """The file as a mail reader gets it: after the trip through the wire format, in both places."""
    received = message_from_bytes(wire(sent).as_bytes(linesep="\r\n"))
    [attached] = [part for part in received.walk() if part.get_filename() == "booking.ics"]
    [inside] = [part for part in received.walk() if part.get_content_type() == "text/calendar"]
    assert attached.get_content_type() == "application/ics"
    payload = attached.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert inside.get_payload(decode=True) == payload
    return payload


def wire(sent: EmailMultiAlternatives) -> Any:
    """The mail as it is written for the mail server."""
    return sent.message()
