"""Who is reminded of which booking, when, and what stops a reminder on its way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.domain.actors import Actor
from booking.domain.attendance import confirm_attendance
from booking.domain.booking import Contact
from booking.domain.lifecycle import accept, cancel, reschedule
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Appointment, Delivery, Notification, OutboxJob
from booking.notifications import reminders, rounds
from booking.notifications.reminders import scan_reminders
from booking.tests.jobs.salon import DAY, NOW, START, Salon, make_salon
from booking.tests.messages.site import Site
from customers.domain.preferences import set_preference
from customers.models import Channel, MessageKind, User
from project import clock

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def traveller(db: None) -> Iterator[time_machine.Traveller]:
    """Mon 23 Nov 2026, 10:00 in Harare; bookings are made at this time."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon()


@pytest.fixture
def site(traveller: time_machine.Traveller) -> Site:
    return Site(traveller)


def by(customer: User, *leads: int) -> dict[str, Any]:
    """Have ``customer`` book, who wants to be reminded at ``leads``."""
    customer.reminder_leads = list(leads)
    customer.save()
    return {"by": Actor.customer(customer), "customer": customer, "contact": None}


# --- when ---------------------------------------------------------------------------------------


def test_guests_are_reminded_a_day_before(salon: Salon, site: Site) -> None:
    salon.book()
    assert site.pass_until(START) == [START - DAY]


def test_accounts_at_the_times_they_chose(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 120, 30, 1440))
    assert site.pass_until(START) == [START - DAY, START - 2 * HOUR, START - 30 * MINUTE]


def test_nobody_who_chose_no_time(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana))
    assert site.pass_until(START) == []


def test_times_that_are_not_on_offer_are_left_out(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 45, 60, -60))
    assert site.pass_until(START) == [START - HOUR]


def test_a_choice_made_after_the_booking_counts(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 1440))
    by(salon.dana, 60)
    assert site.pass_until(START) == [START - HOUR]


def test_requests_without_an_answer_are_not_reminded_of(site: Site) -> None:
    asking = make_salon(auto_confirm=False)
    asking.book()
    assert site.pass_until(START) == []


def test_an_accepted_request_is_reminded_of_from_then_on(site: Site) -> None:
    asking = make_salon(auto_confirm=False)
    appointment = asking.book(**by(asking.dana, 1440, 60))
    site.pass_until(START - DAY + HOUR)
    accept(appointment, by=Actor.provider(asking.alice), now=clock.now())
    assert site.pass_until(START) == [START - HOUR]


def test_a_late_booking_gets_no_reminder_for_a_time_already_past(salon: Salon, site: Site) -> None:
    start = NOW + 90 * MINUTE
    salon.book(start=start, **by(salon.dana, 1440, 120, 60))
    assert site.pass_until(start) == [start - HOUR]


def test_a_booking_made_at_the_very_time_is_its_own_message(salon: Salon, site: Site) -> None:
    salon.book(start=NOW + HOUR, **by(salon.dana, 60))
    assert site.pass_until(NOW + HOUR) == []


# --- changes ------------------------------------------------------------------------------------


def test_after_a_move_the_new_time_is_reminded_of_and_the_old_is_not(
    salon: Salon, site: Site
) -> None:
    appointment = salon.book()
    later = START + DAY
    reschedule(appointment, start=later, by=Actor.provider(salon.alice), now=clock.now())
    assert site.pass_until(later) == [later - DAY]


def test_a_move_to_a_time_that_is_near_brings_no_reminder_of_the_past(
    salon: Salon, site: Site
) -> None:
    appointment = salon.book(start=START + 5 * DAY, **by(salon.dana, 2880, 60))
    reschedule(appointment, start=START, by=Actor.provider(salon.alice), now=clock.now())
    assert site.pass_until(START) == [START - HOUR]


def test_after_a_reminder_and_a_move_the_new_time_gets_its_own(salon: Salon, site: Site) -> None:
    appointment = salon.book()
    assert site.pass_until(START - DAY + HOUR) == [START - DAY]
    later = START + DAY
    reschedule(appointment, start=later, by=Actor.provider(salon.alice), now=clock.now())
    assert site.pass_until(later) == [later - DAY]


def test_a_cancelled_booking_is_not_reminded_of(salon: Salon, site: Site) -> None:
    appointment = salon.book()
    cancel(appointment, by=Actor.provider(salon.alice), now=clock.now())
    assert site.pass_until(START) == []


def move(salon: Salon, appointment: Appointment) -> None:
    reschedule(appointment, start=START + HOUR, by=Actor.provider(salon.alice), now=clock.now())


def call_off(salon: Salon, appointment: Appointment) -> None:
    cancel(appointment, by=Actor.provider(salon.alice), now=clock.now())


@pytest.mark.parametrize("change", [move, call_off])
def test_a_change_while_the_job_waits_stops_it(salon: Salon, site: Site, change: Any) -> None:
    appointment = salon.book()
    site.work()
    site.traveller.move_to(START - DAY)
    assert scan_reminders(clock.now()) == 1
    change(salon, appointment)
    assert site.work() == []
    assert not Notification.objects.filter(kind=MessageKind.REMINDERS).exists()


@pytest.mark.parametrize("change", [move, call_off])
def test_a_change_while_the_message_waits_stops_it(salon: Salon, site: Site, change: Any) -> None:
    appointment = salon.book()
    site.work()
    site.traveller.move_to(START - DAY)
    scan_reminders(clock.now())
    run_due(
        {"reminder": HANDLERS["reminder"]},
        more=OutboxJob.objects.filter(kind="reminder", done_at=None).exists,
    )
    change(salon, appointment)
    assert site.work() == []
    delivery = Delivery.objects.get(notification__kind=MessageKind.REMINDERS)
    assert delivery.status == Delivery.Status.SKIPPED


def test_moved_away_and_back_within_the_hour_is_not_told_twice(salon: Salon, site: Site) -> None:
    appointment = salon.book()
    site.pass_until(START - DAY)
    for start in (START + HOUR, START):
        site.traveller.shift(MINUTE)
        reschedule(appointment, start=start, by=Actor.provider(salon.alice), now=clock.now())
    assert site.pass_until(START) == []


# --- once, and in spite of trouble --------------------------------------------------------------


def test_each_is_written_once_however_often_rounds_are_made(salon: Salon, site: Site) -> None:
    salon.book()
    assert len(site.pass_until(START - DAY + HOUR)) == 1
    cache.clear()  # a round that looks back as far as it ever does
    assert site.work() == []
    assert Notification.objects.filter(kind=MessageKind.REMINDERS).count() == 1


def test_after_hours_without_a_worker_what_is_not_past_is_still_sent(
    salon: Salon, site: Site
) -> None:
    salon.book()
    site.work()
    site.traveller.move_to(START - DAY + 5 * HOUR)
    assert len(site.work()) == 1


def test_after_a_long_time_without_a_worker_old_ones_are_left_out(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 1440, 30))
    site.work()
    site.traveller.move_to(START - DAY + reminders.CATCH_UP + MINUTE)
    assert site.work() == []
    assert site.pass_until(START) == [START - 30 * MINUTE]


def test_of_those_that_are_late_together_only_the_nearest_is_sent(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 180, 120, 60))
    site.work()
    site.traveller.move_to(START - 50 * MINUTE)
    assert len(site.work()) == 1
    key = Notification.objects.get(kind=MessageKind.REMINDERS).dedupe
    assert key.endswith(":60:customer")
    assert site.pass_until(START) == []


def test_jobs_that_waited_too_long_give_way_to_a_nearer_one(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 1440, 60))
    site.work()
    site.traveller.move_to(START - DAY)
    scan_reminders(clock.now())
    site.traveller.move_to(START - HOUR)
    assert len(site.work()) == 1


def test_nothing_is_sent_after_the_start(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 60))
    site.work()
    site.traveller.move_to(START)
    assert site.work() == []


def test_a_bad_row_does_not_stop_the_others(salon: Salon, site: Site) -> None:
    salon.book(**by(salon.dana, 60))
    User.objects.filter(pk=salon.dana.pk).update(timezone="Atlantis/Capital")
    other = salon.book(start=START + 2 * HOUR)
    Appointment.objects.filter(pk=other.pk).update(start=START - HOUR + DAY, end=START + DAY)
    site.work()
    site.traveller.move_to(START - HOUR)
    assert len(site.work()) == 1


def test_a_clock_that_went_backwards_is_no_trouble(salon: Salon, site: Site) -> None:
    rounds.remember("reminders", now=START + DAY)
    salon.book()
    assert site.pass_until(START) == [START - DAY]


# --- quiet hours --------------------------------------------------------------------------------


def harare(clock_face: str, day: int = 25) -> datetime:
    hour, minute = map(int, clock_face.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - 2 * HOUR


def test_in_the_night_it_waits_for_the_morning(salon: Salon, site: Site) -> None:
    start = harare("08:00")
    salon.book(start=start, **by(salon.dana, 120))
    site.be_in(harare("21:00", 24))
    assert site.pass_until(start) == [harare("07:00")]


def test_before_an_early_start_it_is_sent_in_the_evening(salon: Salon, site: Site) -> None:
    start = harare("06:00")
    salon.book(start=start, **by(salon.dana, 120, 60))
    site.be_in(harare("20:30", 24))
    assert site.pass_until(harare("20:30", 24)) == [harare("20:30", 24)]
    assert site.pass_until(start) == []


def test_a_booking_made_after_that_evening_gets_none(salon: Salon, site: Site) -> None:
    site.be_in(harare("20:40", 24))
    site.traveller.move_to(harare("20:40", 24))
    salon.book(start=harare("06:00"), now=clock.now(), **by(salon.dana, 120))
    assert site.pass_until(harare("06:00")) == []


def test_the_customers_own_clock_decides(salon: Salon, site: Site) -> None:
    salon.dana.timezone = "Asia/Tokyo"  # seven hours ahead of Harare
    start = harare("15:30")  # 22:30 in Tokyo
    salon.book(start=start, **by(salon.dana, 60))
    site.be_in(harare("12:00"))
    assert site.pass_until(start) == [harare("13:30")]  # 20:30 in Tokyo


def test_two_that_wait_for_the_same_morning_become_one(salon: Salon, site: Site) -> None:
    start = harare("08:30")
    salon.book(start=start, **by(salon.dana, 120, 180))
    site.be_in(harare("20:00", 24))
    assert site.pass_until(start) == [harare("07:00")]


def test_a_job_that_was_delayed_into_the_night_waits_for_the_morning(
    salon: Salon, site: Site
) -> None:
    start = harare("20:45")
    salon.book(start=start)
    site.work()
    site.traveller.move_to(harare("20:45", 24))
    scan_reminders(clock.now())
    site.traveller.move_to(harare("22:00", 24))
    assert site.work() == []
    assert site.pass_until(harare("07:00")) == [harare("07:00")]


def test_what_is_found_late_in_the_night_waits_or_goes_at_once(salon: Salon, site: Site) -> None:
    salon.book(start=harare("20:45"))
    early = salon.book(start=harare("06:00"), **by(salon.dana, 120))
    site.work()
    site.traveller.move_to(harare("23:00", 24))  # nobody worked in the evening
    [sent] = site.work()
    assert early.token in str(sent.body)
    assert site.pass_until(harare("07:00")) == [harare("07:00")]


# --- to whom, and what --------------------------------------------------------------------------


def test_it_says_when_where_and_with_whom_and_how_to_answer(salon: Salon, site: Site) -> None:
    appointment = salon.book()
    site.work()
    site.traveller.move_to(START - DAY)
    [sent] = site.work()
    assert sent.to == ["chipo@example.com"]
    assert sent.subject == "Reminder: Box braids with Rudo, Tue 24 Nov, 14:30"
    text = str(sent.body)
    for words in [
        "Tue 24 Nov, 14:30–16:00 (Harare time)",
        "12 Samora Machel Avenue, Harare",
        f"{settings.PUBLIC_URL}/a/{appointment.token}/coming/",
        f"{settings.PUBLIC_URL}/a/{appointment.token}/cancel/",
        "I cannot come",
    ]:
        assert words in text
    assert "List-Unsubscribe" in sent.extra_headers


def test_somebody_abroad_reads_their_own_time_too(salon: Salon, site: Site) -> None:
    salon.dana.timezone = "Europe/Berlin"
    salon.book(**by(salon.dana, 60))
    site.work()
    site.traveller.move_to(START - HOUR)
    [sent] = site.work()
    assert "Tue 24 Nov, 14:30–16:00 (Harare time)" in str(sent.body)
    assert "Tue 24 Nov, 13:30–15:00 (Berlin time)" in str(sent.body)


def test_who_said_yes_is_told_so(salon: Salon, site: Site) -> None:
    appointment = salon.book()
    site.work()
    confirm_attendance(appointment, by=Actor.guest(), now=clock.now())
    site.traveller.move_to(START - DAY)
    [sent] = site.work()
    assert "You said that you will come." in str(sent.body)


def test_it_goes_by_the_channels_that_were_chosen(salon: Salon, site: Site) -> None:
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.EMAIL, wanted=False)
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.SMS, wanted=True)
    salon.book(**by(salon.dana, 60))
    assert site.pass_until(START) == []
    sent = Delivery.objects.filter(notification__kind=MessageKind.REMINDERS)
    assert sorted(sent.values_list("channel", "status")) == [("in_app", "sent"), ("sms", "sent")]


def test_guests_with_a_phone_only_get_a_text(salon: Salon, site: Site) -> None:
    salon.book(contact=Contact(name="Chipo", email="", phone="+263771234567"))
    site.pass_until(START)
    sent = Delivery.objects.get(notification__kind=MessageKind.REMINDERS)
    assert (sent.channel, sent.status) == ("sms", "sent")


# --- cost ---------------------------------------------------------------------------------------


def statements(salon: Salon, site: Site, count: int) -> list[str]:
    """What a round that finds ``count`` reminders asks of the database."""
    for number in range(count):
        salon.book(start=START + number * 2 * HOUR)
    site.work()
    site.traveller.move_to(START - DAY + 10 * HOUR)
    with CaptureQueriesContext(connection) as captured:
        assert scan_reminders(clock.now()) == count
    return [query["sql"] for query in captured if "cache" not in query["sql"]]


@pytest.mark.parametrize("count", [1, 5])
def test_a_round_asks_the_same_for_one_and_for_many(salon: Salon, site: Site, count: int) -> None:
    found = [
        sql for sql in statements(salon, site, count) if sql.split()[0] in {"SELECT", "INSERT"}
    ]
    assert [sql.split()[0] for sql in found] == ["SELECT", "SELECT", "INSERT", "SELECT"]


def test_batches_follow_one_another_without_a_gap(
    salon: Salon, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    for number in range(5):
        salon.book(start=START + number * 2 * HOUR)
    site.work()
    site.traveller.move_to(START - DAY + 10 * HOUR)
    assert scan_reminders(clock.now()) == 5


def test_jobs_carry_no_personal_data(salon: Salon, site: Site) -> None:
    salon.book()
    site.traveller.move_to(START - DAY)
    scan_reminders(clock.now())
    rows = str(list(OutboxJob.objects.filter(kind="reminder").values()))
    for personal in ("chipo", "Chipo", "+263"):
        assert personal not in rows
