"""One change becomes one message to each person whom it concerns, by the ways that they want."""

import pytest
from django.db import transaction
from pytest_django import Settings

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.domain.lifecycle import accept, cancel, reschedule
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Appointment, Delivery, Notification, OutboxJob
from booking.notifications.channels.memory import Text
from booking.notifications.recipients import recipients_of
from booking.notifications.telling import tell
from booking.tests.cast import make_user
from booking.tests.jobs.salon import DAY, NOW, START, Salon, deliver, to_customer
from customers.domain.preferences import digest, opt_out_digest, set_preference
from customers.models import Channel, MessageKind, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

BY_PHONE = Contact(name="Chipo Moyo", phone="+263771234567")


@pytest.fixture
def bob(salon: Salon) -> User:
    """Rudo's account; she works for Alice."""
    salon.rudo.user = make_user("bob@example.com", name="Rudo Bob", timezone="Europe/London")
    salon.rudo.save()
    return salon.rudo.user


def told(appointment: Appointment) -> list[tuple[str, str | None]]:
    """Whom the newest event told: the side and the account."""
    event = appointment.events.last()
    rows = Notification.objects.filter(event=event).order_by("pk")
    return [(row.side, str(row.recipient) if row.recipient else None) for row in rows]


def outcomes(side: str = "customer") -> list[tuple[str, str, str]]:
    rows = Delivery.objects.filter(notification__side=side).order_by("pk")
    return [(row.channel, row.status, row.error) for row in rows]


# --- once each ----------------------------------------------------------------------------------


def test_guest_owner_and_performer_are_told_once_each(salon: Salon, bob: User) -> None:
    appointment = salon.book()
    mails = deliver()
    assert told(appointment) == [
        ("customer", None),
        ("provider", "Alice Ncube"),
        ("provider", "Rudo Bob"),
    ]
    addresses = ["bob@example.com", "chipo@example.com", "studio@example.com"]
    assert sorted(address for sent in mails for address in sent.to) == addresses


def test_running_twice_writes_nothing_twice(salon: Salon, bob: User) -> None:
    event = salon.book().events.get()
    deliver()
    before = [model.objects.count() for model in (Notification, Delivery, OutboxJob)]
    tell(event, now=NOW)
    OutboxJob.objects.filter(kind="appointment_event").update(done_at=None)
    assert deliver() == []
    assert [model.objects.count() for model in (Notification, Delivery, OutboxJob)] == before


def test_a_guest_whose_booking_is_claimed_meanwhile_is_not_told_again(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    Appointment.objects.update(customer=salon.dana)
    OutboxJob.objects.filter(kind="appointment_event").update(done_at=None)
    assert deliver() == []
    assert len(told(appointment)) == 2


def test_half_of_them_told_is_made_up_for(salon: Salon, bob: User) -> None:
    appointment = salon.book()
    event = appointment.events.get()
    tell(event, now=NOW)
    Notification.objects.get(recipient=bob).delete()
    tell(event, now=NOW)
    assert len(told(appointment)) == 3
    assert Notification.objects.count() == 3


def test_an_owner_who_performs_the_service_is_told_once(salon: Salon) -> None:
    salon.rudo.user = salon.alice
    salon.rudo.save()
    assert [r.side for r in recipients_of(salon.book().events.get())] == ["customer", "provider"]


def test_whoever_loses_the_booking_to_a_colleague_is_told(salon: Salon, bob: User) -> None:
    appointment = salon.book()
    guest = Actor.guest()
    reschedule(appointment, start=START + DAY, staff=salon.tariro, by=guest, now=NOW)
    deliver()
    assert ("provider", "Rudo Bob") in told(appointment)


# --- those who did it themselves ----------------------------------------------------------------


def test_a_performer_who_books_is_not_told_but_the_owner_is(salon: Salon, bob: User) -> None:
    appointment = salon.book(by=Actor.provider(bob), contact=BY_PHONE)
    deliver()
    assert told(appointment) == [("customer", None), ("provider", "Alice Ncube")]


def test_an_owner_who_accepts_is_not_told_but_the_performer_is(asking_salon: Salon) -> None:
    asking_salon.rudo.user = make_user(name="Rudo Bob")
    asking_salon.rudo.save()
    appointment = asking_salon.book()
    accept(appointment, by=Actor.provider(asking_salon.alice), now=NOW)
    deliver()
    assert told(appointment) == [("customer", None), ("provider", "Rudo Bob")]


def test_cancellations_are_told_also_to_whoever_made_them(salon: Salon, bob: User) -> None:
    appointment = salon.book()
    cancel(appointment, by=Actor.provider(bob), now=NOW)
    deliver()
    assert len(told(appointment)) == 3


# --- nothing of what did not happen -------------------------------------------------------------


def test_a_booking_that_was_rolled_back_leaves_nothing(salon: Salon) -> None:
    with transaction.atomic():
        appointment = salon.book()
        tell(appointment.events.get(), now=NOW)
        assert OutboxJob.objects.count() == 3
        transaction.set_rollback(True)
    for model in (Appointment, Notification, Delivery, OutboxJob):
        assert not model.objects.exists()
    assert run_due(HANDLERS) == {}


# --- by which ways ------------------------------------------------------------------------------


def dana_books(salon: Salon) -> None:
    salon.book(by=Actor.customer(salon.dana), customer=salon.dana, contact=None)


def test_an_account_is_told_on_the_site_at_once_and_by_email(salon: Salon) -> None:
    dana_books(salon)
    run_due({"appointment_event": HANDLERS["appointment_event"]}, more=iter([True, False]).__next__)
    assert outcomes() == [("in_app", "sent", ""), ("email", "queued", "")]
    assert [sent.to for sent in deliver()] == [["dana@example.com"], ["studio@example.com"]]
    assert outcomes() == [("in_app", "sent", ""), ("email", "sent", "")]


def test_the_ways_that_somebody_chose(salon: Salon, texts: list[Text]) -> None:
    set_preference(salon.dana, MessageKind.BOOKINGS, Channel.EMAIL, wanted=False)
    set_preference(salon.dana, MessageKind.BOOKINGS, Channel.WHATSAPP, wanted=True)
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.SMS, wanted=True)
    dana_books(salon)
    assert [sent.to for sent in deliver()] == [["studio@example.com"]]
    assert outcomes() == [("in_app", "sent", ""), ("whatsapp", "sent", "")]
    assert [(text.channel, text.to) for text in texts] == [(Channel.WHATSAPP, "+263772000000")]


def test_the_list_on_the_site_leads_people_with_accounts_to_their_page(salon: Salon) -> None:
    dana_books(salon)
    deliver()
    appointment = Appointment.objects.get()
    paths = dict(Notification.objects.values_list("side", "path"))
    assert paths == {
        "customer": f"/me/appointments/{appointment.reference}/",
        "provider": f"/provider/appointments/{appointment.pk}/",
    }


def test_a_guest_with_only_a_phone_gets_a_text(salon: Salon, texts: list[Text]) -> None:
    appointment = salon.book(contact=BY_PHONE)
    deliver()
    assert outcomes() == [("sms", "sent", "")]
    [text] = texts
    assert text.to == "+263771234567"
    assert text.text.startswith(
        "Your booking is confirmed: Box braids with Rudo, Tue 24 Nov, 14:30."
    )
    assert text.text.endswith(f"/a/{appointment.token}/")
    assert len(text.text) <= 300


def test_a_guest_with_both_gets_an_email_alone(salon: Salon, texts: list[Text]) -> None:
    salon.book()
    deliver()
    assert (outcomes(), texts) == ([("email", "sent", "")], [])


def test_somebody_without_any_contact_is_recorded_once(salon: Salon) -> None:
    salon.book()
    Appointment.objects.update(guest_email="", guest_phone="")
    assert [sent.to for sent in deliver()] == [["studio@example.com"]]
    assert outcomes() == [("email", "impossible", "no contact")]


def test_a_text_without_a_carrier_is_impossible(salon: Salon, settings: Settings) -> None:
    settings.SMS_BACKEND = settings.WHATSAPP_BACKEND = "none"
    salon.book(contact=BY_PHONE)
    deliver()
    assert outcomes() == [("sms", "impossible", "not configured")]


def test_a_channel_that_was_chosen_without_a_number_is_told(salon: Salon) -> None:
    set_preference(salon.alice, MessageKind.BUSINESS, Channel.SMS, wanted=True)
    salon.provider.phone = ""
    salon.provider.save()
    salon.book()
    deliver()
    ways = [("in_app", "sent", ""), ("email", "sent", ""), ("sms", "impossible", "no contact")]
    assert outcomes("provider") == ways


@pytest.mark.parametrize("address", ["CHIPO@example.com ", "+263 771 234 567"])
def test_a_guest_who_said_no_is_left_in_peace(
    salon: Salon, texts: list[Text], address: str
) -> None:
    opt_out_digest(digest(address), MessageKind.BOOKINGS)
    salon.book()
    assert [sent.to for sent in deliver()] == [["studio@example.com"]]
    assert (outcomes(), texts) == ([("email", "skipped", "opted out")], [])


def test_a_no_to_one_kind_says_nothing_about_another(salon: Salon) -> None:
    opt_out_digest(digest("chipo@example.com"), MessageKind.REMINDERS)
    salon.book()
    assert to_customer(deliver()).to == ["chipo@example.com"]


# --- on whose clock -----------------------------------------------------------------------------


def test_times_are_on_the_providers_clock_and_beside_it_on_ones_own(
    salon: Salon, bob: User
) -> None:
    salon.book()
    bodies = {sent.to[0]: sent.body for sent in deliver()}
    own = (
        "When: Tue 24 Nov, 14:30–16:00 (Harare time)\n"
        "Your time: Tue 24 Nov, 12:30–14:00 (London time)\n"
    )
    assert own in bodies["bob@example.com"]
    for other in ("chipo@example.com", "studio@example.com"):
        assert "Your time" not in bodies[other]


def test_another_zone_that_shows_the_same_time_is_not_named(salon: Salon) -> None:
    salon.dana.timezone = "Africa/Lusaka"
    salon.dana.save()
    dana_books(salon)
    assert "Your time" not in to_customer(deliver()).body
