"""The file in a mail adds, moves and removes the booking in the reader's calendar (RFC 5546)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project_settings
from django.core.mail import EmailAttachment, EmailMultiAlternatives
from icalendar import Calendar
from pytest_django import Settings

from booking.domain.actors import Actor
from booking.domain.attendance import confirm_attendance
from booking.domain.booking import Contact
from booking.domain.lifecycle import (
    accept,
    cancel,
    complete,
    decline,
    expire_unanswered,
    reschedule,
)
from booking.feeds.ics import appointment_calendar
from booking.models import Appointment, Notification
from booking.notifications.channels.email import build
from booking.notifications.deliver import Invitation
from booking.notifications.post import resend
from booking.notifications.wording import Message
from booking.tests.jobs.salon import (
    DAY,
    NOW,
    START,
    Salon,
    calendar_of,
    deliver,
    method_of,
    to_customer,
    to_provider,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

GUEST = Actor.guest()


def entry_of(sent: EmailMultiAlternatives) -> Any:
    calendar = Calendar.from_ical(calendar_of(sent))
    assert str(calendar["METHOD"]) == method_of(sent)
    [entry] = calendar.walk("VEVENT")
    return entry


def gist(sent: EmailMultiAlternatives) -> tuple[str, str, int]:
    """METHOD, STATUS, SEQUENCE."""
    entry = entry_of(sent)
    return method_of(sent), str(entry["STATUS"]), int(entry["SEQUENCE"])


# --- a booking's life ---------------------------------------------------------------------------


def test_booked_moved_cancelled_is_one_entry_with_a_growing_sequence(salon: Salon) -> None:
    appointment = salon.book()
    mails = [to_customer(deliver())]
    reschedule(appointment, start=START + DAY, by=GUEST, now=NOW)
    mails.append(to_customer(deliver()))
    cancel(appointment, by=GUEST, now=NOW)
    mails.append(to_customer(deliver()))
    assert [gist(sent) for sent in mails] == [
        ("REQUEST", "CONFIRMED", 0),
        ("REQUEST", "CONFIRMED", 1),
        ("CANCEL", "CANCELLED", 2),
    ]
    entries = [entry_of(sent) for sent in mails]
    assert {str(entry["UID"]) for entry in entries} == {
        f"appointment-{appointment.reference}@nguva"
    }
    assert len({str(entry["ORGANIZER"]) for entry in entries}) == 1
    assert [entry["DTSTART"].dt for entry in entries] == [START, START + DAY, START + DAY]


def test_a_request_has_no_file_until_it_is_accepted(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    assert [sent.attachments for sent in deliver()] == [[], []]
    accept(appointment, by=Actor.provider(asking_salon.alice), now=NOW)
    assert gist(to_customer(deliver())) == ("REQUEST", "CONFIRMED", 1)


def test_declined_without_an_earlier_yes_has_no_file(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    deliver()
    decline(appointment, by=Actor.provider(asking_salon.alice), now=NOW)
    assert [sent.attachments for sent in deliver()] == [[]]


@pytest.fixture
def moved(asking_salon: Salon) -> Appointment:
    """Accepted, told, then moved by the customer, so that it waits for an answer again."""
    appointment = asking_salon.book()
    accept(appointment, by=Actor.admin(asking_salon.dana), now=NOW)
    deliver()
    reschedule(appointment, start=START + DAY, by=GUEST, now=NOW)
    return appointment


def test_moved_and_waiting_is_tentative_at_the_new_time(moved: Appointment) -> None:
    entry = entry_of(sent := to_customer(deliver()))
    assert gist(sent) == ("REQUEST", "TENTATIVE", 2)
    assert entry["DTSTART"].dt == START + DAY


def test_declined_after_an_earlier_yes_is_taken_out(
    moved: Appointment, asking_salon: Salon
) -> None:
    deliver()
    decline(moved, by=Actor.provider(asking_salon.alice), now=NOW)
    assert gist(to_customer(deliver())) == ("CANCEL", "CANCELLED", 3)


def test_expired_after_an_earlier_yes_is_taken_out(
    moved: Appointment, monday: time_machine.Traveller
) -> None:
    deliver()
    monday.move_to(START + DAY)
    assert expire_unanswered(now=START + DAY) == 1
    mails = deliver()
    assert gist(to_customer(mails)) == ("CANCEL", "CANCELLED", 3)
    assert gist(to_provider(mails)) == ("CANCEL", "CANCELLED", 3)


def test_whoever_was_never_reached_by_mail_gets_no_cancellation(salon: Salon) -> None:
    appointment = salon.book()
    Appointment.objects.update(guest_email="", guest_phone="")
    deliver()
    Appointment.objects.update(guest_email="chipo@example.com")
    cancel(appointment, by=GUEST, now=NOW)
    assert to_customer(deliver()).attachments == []


def test_saying_i_will_come_changes_nothing_of_the_entry(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    confirm_attendance(appointment, by=GUEST, now=NOW)
    deliver()
    reschedule(appointment, start=START + DAY, by=GUEST, now=NOW)
    assert gist(to_customer(deliver())) == ("REQUEST", "CONFIRMED", 1)


def test_sent_again_it_is_the_same_file_but_not_once_it_took_place(
    salon: Salon, monday: time_machine.Traveller
) -> None:
    appointment = salon.book()
    first = gist(to_customer(deliver()))
    message = Notification.objects.get(side="customer")
    resend(message, channel=None, now=NOW)
    assert gist(to_customer(deliver())) == first
    monday.move_to(START + DAY)
    complete(appointment, by=Actor.provider(salon.alice), now=START + DAY)
    [asked] = deliver()
    assert (asked.subject[:7], asked.attachments) == ("How was", [])
    resend(message, channel=None, now=START + DAY)
    [sent] = deliver()
    assert sent.attachments == []


# --- who and when -------------------------------------------------------------------------------


def test_it_names_the_business_and_the_reader_and_asks_for_nothing(salon: Salon) -> None:
    salon.book()
    entry = entry_of(to_customer(deliver()))
    assert str(entry["ORGANIZER"]) == "mailto:bookings@localhost"
    assert entry["ORGANIZER"].params["CN"] == "Tendai Hair Studio"
    attendee = entry["ATTENDEE"]
    assert str(attendee) == "mailto:chipo@example.com"
    names = ("CN", "PARTSTAT", "RSVP")
    assert [attendee.params[name] for name in names] == ["Chipo Moyo", "ACCEPTED", "FALSE"]
    assert str(entry["SUMMARY"]) == "Box braids at Tendai Hair Studio"


def test_the_business_reads_who_comes(salon: Salon) -> None:
    salon.book()
    entry = entry_of(to_provider(deliver()))
    assert str(entry["SUMMARY"]) == "Box braids – Chipo Moyo"
    assert str(entry["ATTENDEE"]) == "mailto:studio@example.com"
    assert "Phone +263771234567" in str(entry["DESCRIPTION"])


def test_neither_file_holds_the_others_address(salon: Salon) -> None:
    salon.book()
    mails = deliver()
    files = {sent.to[0]: calendar_of(sent).decode().replace("\r\n ", "") for sent in mails}
    assert "studio@" not in files["chipo@example.com"]
    assert "alice@" not in files["chipo@example.com"]
    assert "chipo@" not in files["studio@example.com"]


@pytest.mark.parametrize(
    ("timezone", "hour", "offset"),
    [
        ("America/New_York", 7, -5),
        ("Asia/Kathmandu", 18, 5.75),
        ("Pacific/Auckland", 1, 13),
    ],
)
def test_local_time_in_a_zone_other_than_the_servers(
    salon: Salon, timezone: str, hour: int, offset: float
) -> None:
    assert project_settings.TIME_ZONE == "UTC"
    salon.move_to(timezone)
    salon.book()
    raw = calendar_of(to_customer(deliver()))
    start = entry_of_bytes(raw)["DTSTART"].dt
    assert (start.hour, start.utcoffset()) == (hour, timedelta(hours=offset))
    assert start == START
    assert f"DTSTART;TZID={timezone}:".encode() in raw
    assert b"BEGIN:VTIMEZONE" in raw


def entry_of_bytes(raw: bytes) -> Any:
    [entry] = Calendar.from_ical(raw).walk("VEVENT")
    return entry


def test_names_cannot_add_a_property(salon: Salon) -> None:
    contact = Contact(
        name='Eve"\r\nATTENDEE:mailto:evil@example.com;X="', email="chipo@example.com"
    )
    salon.book(contact=contact)
    for sent in deliver():
        entry = entry_of(sent)
        assert not isinstance(entry["ATTENDEE"], list)
        assert "evil" not in str(entry["ATTENDEE"])


def test_one_at_a_time_overtaken_mails_carry_no_old_file(salon: Salon) -> None:
    appointment = salon.book()
    reschedule(appointment, start=START + DAY, by=GUEST, now=NOW)
    mails = [sent for sent in deliver() if sent.to == ["chipo@example.com"]]
    files = [(method_of(sent), bool(sent.attachments)) for sent in mails]
    assert sorted(files) == [("", False), ("REQUEST", True)]


def test_the_download_stays_a_publication_without_addresses(salon: Salon) -> None:
    appointment = salon.book()
    raw = appointment_calendar(
        appointment, url="https://example.com/", events=list(appointment.events.all())
    )
    assert b"METHOD:PUBLISH" in raw
    assert b"ATTENDEE" not in raw
    assert b"ORGANIZER" not in raw


def test_a_mail_service_gets_the_file_once_with_its_method(settings: Settings) -> None:
    """Services take no part beside text and HTML, so there the attachment is both."""
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    message = Message("Subject", "Headline", [], [], "https://example.com/", "Open")
    mail = build(message, to="a@example.com", key="k", invitation=Invitation("CANCEL", b"x"))
    assert [kind for _, kind in mail.alternatives] == ["text/html"]
    [attachment] = mail.attachments
    assert isinstance(attachment, EmailAttachment)
    assert attachment.mimetype == "text/calendar; method=CANCEL"
