"""Each change of an appointment is told to those whom it concerns, in plain words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from booking.domain.actors import SYSTEM, Actor
from booking.domain.booking import Contact
from booking.domain.lifecycle import (
    accept,
    cancel,
    complete,
    decline,
    expire_unanswered,
    reschedule,
)
from booking.models import Delivery, Notification, OutboxJob
from booking.notifications.when import span
from booking.tests.jobs.salon import (
    DAY,
    GUEST,
    NOW,
    START,
    Salon,
    calendar_of,
    deliver,
    html_of,
    method_of,
    only,
    to_customer,
    to_provider,
    wire,
)
from customers.models import Channel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

HOUR = timedelta(hours=1)
WHEN = "Tue 24 Nov, 14:30"
SITE = settings.PUBLIC_URL


# --- what each change says ----------------------------------------------------------------------


def test_booked(salon: Salon) -> None:
    appointment = salon.book(notes="Long hair")
    mails = deliver()
    assert len(mails) == 2

    customers = to_customer(mails)
    assert customers.subject == f"Your booking is confirmed: Box braids with Rudo, {WHEN}"
    assert customers.body == (
        "Your booking is confirmed\n\n"
        "Tendai Hair Studio expects you.\n\n"
        "When: Tue 24 Nov, 14:30–16:00 (Harare time)\n"
        "Service: Box braids\n"
        "With: Rudo\n"
        "Price: USD 45.00\n"
        "Where: Tendai Hair Studio, 12 Samora Machel Avenue, Harare\n"
        "Phone: +263242700000\n"
        f"Reference: {appointment.reference}\n\n"
        "See or change your booking:\n"
        f"{SITE}/a/{appointment.token}/\n\n"
        "The attached file adds it to your calendar.\n\n"
        "-- \nSent by Nguva\n"
    )

    providers = to_provider(mails)
    assert providers.to == ["studio@example.com"]
    assert providers.subject == f"New booking: Box braids with Rudo, {WHEN}"
    assert "Chipo Moyo booked this time." in providers.body
    for fact in ("Phone: +263771234567", "Email: chipo@example.com", "Notes: Long hair"):
        assert fact in providers.body
    assert f"{SITE}/provider/appointments/{appointment.pk}/" in providers.body


def test_requested(asking_salon: Salon) -> None:
    asking_salon.book()
    mails = deliver()
    assert to_customer(mails).subject == f"Your request is sent: Box braids with Rudo, {WHEN}"
    assert to_provider(mails).subject == f"New request: Box braids with Rudo, {WHEN}"
    assert "Please accept or decline." in to_provider(mails).body
    assert "confirmed" not in to_customer(mails).body


def test_accepted(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    deliver()
    accept(appointment, by=Actor.provider(asking_salon.alice), now=NOW)
    [sent] = deliver()
    assert sent.to == ["chipo@example.com"]
    assert sent.subject == f"Your booking is confirmed: Box braids with Rudo, {WHEN}"


def test_accepted_by_an_administrator_is_told_to_the_business_too(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    deliver()
    accept(appointment, by=Actor.admin(asking_salon.dana), now=NOW)
    mails = deliver()
    assert len(mails) == 2
    assert "Nguva accepted this request." in to_provider(mails).body


def test_declined_with_its_reason(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    deliver()
    alice = Actor.provider(asking_salon.alice)
    decline(appointment, by=alice, now=NOW, reason="Rudo is away")
    [sent] = deliver()
    assert sent.to == ["chipo@example.com"]
    assert sent.subject == f"Your request is declined: Box braids with Rudo, {WHEN}"
    assert "Reason: Rudo is away" in sent.body
    assert sent.attachments == []


def test_cancelled_by_the_customer(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    cancel(appointment, by=Actor.guest(), now=NOW, reason="I am ill")
    mails = deliver()
    assert to_customer(mails).subject == f"Your booking is cancelled: Box braids with Rudo, {WHEN}"
    assert "You cancelled this booking." in to_customer(mails).body
    assert "Chipo Moyo cancelled this booking." in to_provider(mails).body
    assert "Reason: I am ill" in to_provider(mails).body


def test_cancelled_by_the_business(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    cancel(appointment, by=Actor.provider(salon.alice), now=NOW, reason="No water")
    mails = deliver()
    assert "Tendai Hair Studio cancelled this booking." in to_customer(mails).body
    assert "Reason: No water" in to_customer(mails).body
    assert "Alice Ncube cancelled this booking." in to_provider(mails).body


def test_moved_from_old_to_new(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    guest = Actor.guest()
    reschedule(appointment, start=START + DAY, staff=salon.tariro, by=guest, now=NOW)
    mails = deliver()
    subject = "Booking moved: Box braids with Tariro, Wed 25 Nov, 14:30"
    assert to_provider(mails).subject == subject
    for sent in mails:
        assert "Before: Tue 24 Nov, 14:30–16:00 (Harare time), with Rudo\n" in sent.body
        assert "Now: Wed 25 Nov, 14:30–16:00 (Harare time)\n" in sent.body
    assert "You moved this booking." in to_customer(mails).body


def test_moved_and_waiting_for_an_answer_again(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    accept(appointment, by=Actor.provider(asking_salon.alice), now=NOW)
    deliver()
    reschedule(appointment, start=START + DAY, by=Actor.guest(), now=NOW)
    mails = deliver()
    assert "Tendai Hair Studio has yet to accept the new time." in to_customer(mails).body
    assert "Please accept or decline the new time." in to_provider(mails).body
    assert to_provider(mails).attachments == []  # it had no file before
    assert method_of(to_customer(mails)) == "REQUEST"
    assert b"STATUS:TENTATIVE" in calendar_of(to_customer(mails))


def test_expired(asking_salon: Salon, monday: time_machine.Traveller) -> None:
    asking_salon.book()
    deliver()
    monday.move_to(START)
    assert expire_unanswered(now=START) == 1
    mails = deliver()
    assert to_customer(mails).subject.startswith("Your request was not answered: Box braids")
    assert "Nobody answered this request before its start." in to_provider(mails).body


def test_completed_asks_how_it_was_and_says_nothing_else(
    salon: Salon, monday: time_machine.Traveller
) -> None:
    appointment = salon.book()
    deliver()
    monday.move_to(START + DAY)
    complete(appointment, by=Actor.provider(salon.alice), now=START + DAY)
    [asked] = deliver()
    assert (asked.to, asked.subject) == (
        ["chipo@example.com"],
        "How was Box braids at Tendai Hair Studio?",
    )
    assert not OutboxJob.objects.open().exists()


def test_what_the_business_books_itself_is_told_to_the_customer_alone(salon: Salon) -> None:
    salon.book(by=Actor.provider(salon.alice), contact=GUEST)
    [sent] = deliver()
    assert sent.to == ["chipo@example.com"]


def test_a_message_that_was_overtaken_says_so(salon: Salon) -> None:
    appointment = salon.book()
    cancel(appointment, by=Actor.guest(), now=NOW)
    mails = deliver()
    confirmed = [sent for sent in mails if "confirmed" in sent.subject]
    assert [("changed since" in sent.body, sent.attachments) for sent in confirmed] == [(True, [])]
    assert not any("changed since" in sent.body for sent in mails if "cancelled" in sent.subject)


# --- to whom ------------------------------------------------------------------------------------


def test_a_customer_with_an_account_is_written_to_there(salon: Salon) -> None:
    salon.book(by=Actor.customer(salon.dana), customer=salon.dana)
    mails = deliver()
    assert to_customer(mails).to == ["dana@example.com"]
    assert "Customer: Dana Dube\n" in to_provider(mails).body


def test_a_business_without_an_address_is_reached_through_its_owner(salon: Salon) -> None:
    salon.provider.email = ""
    salon.provider.save()
    salon.book()
    mails = deliver()
    assert to_provider(mails).to == ["alice@example.com"]
    assert to_customer(mails).reply_to == []
    assert "alice@example.com" not in wire(to_customer(mails)).as_string()


def test_answers_go_to_the_other_side(salon: Salon) -> None:
    salon.book()
    mails = deliver()
    assert to_customer(mails).reply_to == ["studio@example.com"]
    assert to_provider(mails).reply_to == ["chipo@example.com"]


def test_a_guest_without_email_gets_a_text_instead(salon: Salon) -> None:
    salon.book(contact=Contact(name="Chipo Moyo", phone="+263771234567"))
    mails = deliver()
    assert [sent.to for sent in mails] == [["studio@example.com"]]
    [delivery] = Delivery.objects.filter(notification__side="customer")
    assert (delivery.channel, delivery.status) == (Channel.SMS, Delivery.Status.SENT)
    assert not OutboxJob.objects.open().exists()
    assert "Email:" not in to_provider(mails).body


def test_the_business_never_gets_the_secret_link(salon: Salon) -> None:
    appointment = salon.book()
    mails = deliver()
    assert appointment.token in wire(to_customer(mails)).as_string()
    sent = to_provider(mails)
    everything = sent.body + html_of(sent) + calendar_of(sent).decode().replace("\r\n ", "")
    assert f"/provider/appointments/{appointment.pk}/" in everything
    assert appointment.token not in everything


# --- how ----------------------------------------------------------------------------------------


def test_what_people_typed_is_escaped_in_html_and_plain_in_text(salon: Salon) -> None:
    salon.braids.name = "Cut & <i>dry</i>"
    salon.braids.save()
    contact = Contact(name="<b>Bobby</b> {who}", email="chipo@example.com")
    salon.book(contact=contact, notes="<script>alert(1)</script>\nsecond line")
    sent = to_provider(deliver())
    html = html_of(sent)
    assert "&lt;b&gt;Bobby&lt;/b&gt; {who} booked this time." in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line" in html
    for tag in ("<b>Bobby", "<script", "<i>"):
        assert tag not in html
    assert "<b>Bobby</b> {who} booked this time." in sent.body
    assert sent.subject == f"New booking: Cut & <i>dry</i> with Rudo, {WHEN}"


def test_a_line_break_in_a_name_cannot_add_a_header(salon: Salon) -> None:
    salon.rudo.name = "Rudo\r\nBcc: everybody@example.com"
    salon.rudo.save()
    salon.book()
    sent = to_customer(deliver())
    assert sent.subject.endswith(f"with Rudo Bcc: everybody@example.com, {WHEN}")
    assert wire(sent)["Bcc"] is None


def test_html_and_text_say_the_same(salon: Salon) -> None:
    appointment = salon.book()
    for sent in deliver():
        for label in ("When", "Service", "With", "Price", "Reference"):
            value = sent.body.split(f"{label}: ")[1].split("\n")[0]
            assert f"<b>{label}:</b> {value}</li>" in html_of(sent)
    html = html_of(to_customer(deliver_again()))
    assert f'<a href="{SITE}/a/{appointment.token}/">' in html
    assert "style" not in html


def deliver_again() -> list[EmailMultiAlternatives]:
    """Run all jobs as if none had been done, and no delivery written down as sent."""
    OutboxJob.objects.update(done_at=None)
    Delivery.objects.exclude(channel=Channel.IN_APP).update(status=Delivery.Status.QUEUED)
    return deliver()


def test_each_mail_has_an_id_that_stays_the_same(salon: Salon) -> None:
    salon.book()
    first = {wire(sent)["Message-ID"] for sent in deliver()}
    again = {wire(sent)["Message-ID"] for sent in deliver_again()}
    assert first == again
    assert first == {f"<notification-{row.pk}-1@127.0.0.1>" for row in Notification.objects.all()}
    assert len(first) == 2


def test_handling_an_event_twice_sends_nothing_twice(salon: Salon) -> None:
    salon.book()
    assert len(deliver()) == 2
    OutboxJob.objects.filter(kind="appointment_event").update(done_at=None)
    assert deliver() == []


def test_jobs_hold_ids_and_nothing_about_people(salon: Salon) -> None:
    event = salon.book().events.get().pk
    deliver()
    payloads = list(OutboxJob.objects.order_by("pk").values_list("payload", flat=True))
    mails = Delivery.objects.filter(channel=Channel.EMAIL).order_by("pk")
    assert payloads == [{"event": event}, *({"delivery": row.pk} for row in mails)]
    assert len(mails) == 2


def test_an_event_that_is_gone_is_a_final_failure(salon: Salon) -> None:
    salon.book().events.all().delete()
    assert deliver() == []
    assert OutboxJob.objects.get().last_error == "event is gone"


# --- times --------------------------------------------------------------------------------------


def test_the_attached_file_has_the_right_local_time(salon: Salon) -> None:
    salon.move_to("America/New_York")
    salon.book()
    entry = Calendar.from_ical(calendar_of(to_customer(deliver()))).walk("VEVENT")[0]
    start = entry["DTSTART"].dt
    assert (start.hour, start.minute, start.utcoffset()) == (7, 30, timedelta(hours=-5))
    assert start == START


@pytest.mark.parametrize(
    ("timezone", "start", "said"),
    [
        ("Europe/London", "2026-10-24T12:00Z", "Sat 24 Oct, 13:00–14:30 (London time)"),
        ("Europe/London", "2026-10-25T12:00Z", "Sun 25 Oct, 12:00–13:30 (London time)"),
        ("Europe/London", "2026-10-25T00:00Z", "Sun 25 Oct, 01:00 BST–01:30 GMT (London time)"),
        ("Europe/London", "2026-10-25T01:00Z", "Sun 25 Oct, 01:00 GMT–02:30 (London time)"),
        ("Europe/London", "2027-03-28T00:30Z", "Sun 28 Mar, 00:30–03:00 (London time)"),
        ("America/New_York", "2026-11-01T12:00Z", "Sun 1 Nov, 07:00–08:30 (New York time)"),
        ("Africa/Nairobi", "2026-11-02T12:00Z", "Mon 2 Nov, 15:00–16:30 (Nairobi time)"),
        ("Australia/Lord_Howe", "2026-10-04T00:00Z", "Sun 4 Oct, 11:00–12:30 (Lord Howe time)"),
    ],
)
def test_local_time_of_the_provider_across_daylight_saving(
    salon: Salon, monday: time_machine.Traveller, timezone: str, start: str, said: str
) -> None:
    salon.move_to(timezone)
    instant = datetime.fromisoformat(start)
    monday.move_to(instant - 10 * DAY)
    salon.book(start=instant, now=instant - 10 * DAY)
    for sent in deliver():
        assert f"When: {said}\n" in sent.body


def test_an_end_on_another_day_has_its_date() -> None:
    said = span(START, 12 * HOUR, ZoneInfo("Africa/Harare"), now=NOW)
    assert said == "Tue 24 Nov, 14:30 – Wed 25 Nov, 02:30 (Harare time)"


def test_the_year_is_said_when_it_is_another(salon: Salon, monday: time_machine.Traveller) -> None:
    now = datetime(2026, 12, 30, 8, tzinfo=UTC)
    monday.move_to(now)
    salon.book(start=datetime(2027, 1, 4, 12, 30, tzinfo=UTC), now=now)
    subjects = {sent.subject for sent in deliver()}
    assert "New booking: Box braids with Rudo, Mon 4 Jan 2027, 14:30" in subjects


def test_the_system_speaks_as_nguva(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    cancel(appointment, by=SYSTEM, now=NOW)
    sent = only(deliver(), "chipo@example.com")
    assert "Nguva cancelled this booking." in sent.body
