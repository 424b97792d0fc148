"""The day's agenda, each morning on the provider's clock, to those who chose it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.domain.actors import Actor
from booking.domain.lifecycle import accept, cancel
from booking.domain.outbox import enqueue
from booking.jobs.handlers import HANDLERS
from booking.jobs.housekeeping import tidy
from booking.jobs.runner import run_due
from booking.models import Delivery, Notification, OutboxJob
from booking.notifications.digest import CATCH_UP, scan_digests, send_digest
from booking.tests import cast
from booking.tests.jobs.salon import NOW, Salon, make_salon
from customers.domain.preferences import set_preference
from customers.models import Channel, MessageKind, User
from project import clock
from providers.models import Staff

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TUESDAY = date(2026, 11, 24)
SEVEN = datetime(2026, 11, 24, 5, tzinfo=UTC)
"""Tuesday, 07:00 in Harare."""


@pytest.fixture(autouse=True)
def traveller(db: None) -> Iterator[time_machine.Traveller]:
    """Mon 23 Nov 2026, 10:00 in Harare; bookings are made at this time."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def salon(db: None) -> Salon:
    """Alice, who owns it, wants the agenda by email."""
    made = make_salon()
    want(made.alice)
    return made


def want(user: User) -> None:
    set_preference(user, MessageKind.DIGEST, Channel.EMAIL, wanted=True)


def work() -> list[EmailMultiAlternatives]:
    """Run one round and all jobs; return the agendas that left by email."""
    mail.outbox.clear()
    tidy(clock.now())
    run_due(HANDLERS)
    mails = [one for one in mail.outbox if isinstance(one, EmailMultiAlternatives)]
    return [one for one in mails if one.subject.startswith("Today")]


def at(clock_face: str, day: int = 24) -> datetime:
    """An instant by the clock of Harare."""
    hour, minute = map(int, clock_face.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - 2 * HOUR


def join(salon: Salon, staff: Staff, role: Staff.Role = Staff.Role.STAFF) -> User:
    """Give ``staff`` an account that wants the agenda."""
    user = cast.make_user(f"{staff.name.lower()}@example.com", name=staff.name)
    staff.user, staff.role = user, role
    staff.save()
    want(user)
    return user


# --- when ---------------------------------------------------------------------------------------


def test_it_is_sent_at_seven_by_the_providers_clock(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    salon.book(start=at("09:00"))
    work()
    traveller.move_to(SEVEN - MINUTE)
    assert work() == []
    traveller.move_to(SEVEN)
    assert [one.to for one in work()] == [["studio@example.com"]]


def test_the_businesss_own_clock_counts(salon: Salon, traveller: time_machine.Traveller) -> None:
    salon.move_to("Asia/Tokyo")
    salon.book(start=at("10:00"))
    traveller.move_to(at("00:00") - MINUTE)  # 06:59 in Tokyo
    assert work() == []
    traveller.move_to(at("00:00"))
    assert len(work()) == 1


def test_once_a_day_however_often_rounds_are_made(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    for day in (24, 25):
        salon.book(start=at("09:00", day))
    sent = []
    for minutes in range(0, 60 * 26, 30):
        traveller.move_to(SEVEN + minutes * MINUTE)
        sent += [clock.now()] * len(work())
    assert sent == [SEVEN, SEVEN + 24 * HOUR]
    cache.clear()
    assert work() == []


def test_a_worker_that_starts_late_still_sends_it_until_ten(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    salon.book(start=at("15:00"))
    work()
    traveller.move_to(SEVEN + CATCH_UP - MINUTE)
    assert len(work()) == 1


def test_after_ten_it_is_left_out(salon: Salon, traveller: time_machine.Traveller) -> None:
    salon.book(start=at("15:00"))
    work()
    traveller.move_to(SEVEN + CATCH_UP)
    assert work() == []
    payload: dict[str, int | str] = {
        "provider": salon.provider.pk,
        "user": salon.alice.pk,
        "day": TUESDAY.isoformat(),
    }
    enqueue("digest", payload, now=clock.now())  # as when the queue was long
    assert work() == []


def test_on_a_day_without_bookings_there_is_none(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    cancelled = salon.book(start=at("09:00"))
    salon.book(start=at("00:30", 25))
    cancel(cancelled, by=Actor.provider(salon.alice), now=clock.now())
    work()
    traveller.move_to(SEVEN)
    assert work() == []


# --- to whom ------------------------------------------------------------------------------------


def test_nobody_gets_it_who_did_not_choose_it(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    set_preference(salon.alice, MessageKind.DIGEST, Channel.EMAIL, wanted=False)
    salon.book(start=at("09:00"))
    work()
    traveller.move_to(SEVEN)
    assert work() == []
    assert not Notification.objects.filter(kind=MessageKind.DIGEST).exists()


def two_bookings(salon: Salon) -> None:
    """One with Rudo and one with Tariro."""
    salon.book(start=at("09:00"))
    other = salon.book(start=at("11:00"))
    other.staff = salon.tariro
    other.save()


def test_staff_see_their_own_and_managers_everything(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    join(salon, salon.rudo)
    join(salon, salon.tariro, Staff.Role.MANAGER)
    two_bookings(salon)
    work()
    traveller.move_to(SEVEN)
    mails = {one.to[0]: str(one.body) for one in work()}
    assert set(mails) == {"studio@example.com", "rudo@example.com", "tariro@example.com"}
    assert "11:00–12:30" not in mails["rudo@example.com"]
    assert "with" not in mails["rudo@example.com"].partition("09:00–10:30")[2].partition("\n")[0]
    for sees_all in ("studio@example.com", "tariro@example.com"):
        assert "09:00–10:30: Chipo Moyo, Box braids, with Rudo" in mails[sees_all]
        assert "11:00–12:30: Chipo Moyo, Box braids, with Tariro" in mails[sees_all]


def test_an_owner_who_also_performs_gets_one(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    salon.rudo.user = salon.alice
    salon.rudo.save()
    salon.book(start=at("09:00"))
    work()
    traveller.move_to(SEVEN)
    assert len(work()) == 1


@pytest.mark.parametrize("change", [{"active": False}, {"user": None}])
def test_who_left_gets_none(
    salon: Salon, traveller: time_machine.Traveller, change: dict[str, Any]
) -> None:
    rudo = join(salon, salon.rudo)
    salon.book(start=at("09:00"))
    work()
    Staff.objects.filter(pk=salon.rudo.pk).update(**change)
    send_digest(salon.provider.pk, user_id=rudo.pk, day=TUESDAY, now=SEVEN)
    traveller.move_to(SEVEN)
    assert [one.to for one in work()] == [["studio@example.com"]]


def test_an_account_that_was_closed_gets_none(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    salon.book(start=at("09:00"))
    work()
    User.objects.filter(pk=salon.alice.pk).update(is_active=False)
    send_digest(salon.provider.pk, user_id=salon.alice.pk, day=TUESDAY, now=SEVEN)
    traveller.move_to(SEVEN)
    assert work() == []


def test_it_goes_by_the_channels_that_were_chosen(
    salon: Salon, traveller: time_machine.Traveller
) -> None:
    set_preference(salon.alice, MessageKind.DIGEST, Channel.SMS, wanted=True)
    salon.book(start=at("09:00"))
    work()
    traveller.move_to(SEVEN)
    work()
    sent = Delivery.objects.filter(notification__kind=MessageKind.DIGEST)
    assert sorted(sent.values_list("channel", "status")) == [
        ("email", "sent"),
        ("in_app", "sent"),
        ("sms", "sent"),
    ]


# --- what ---------------------------------------------------------------------------------------


def test_it_lists_the_day_in_order_with_what_waits(traveller: time_machine.Traveller) -> None:
    salon = make_salon(auto_confirm=False)
    want(salon.alice)
    late = salon.book(start=at("14:00"))
    accept(late, by=Actor.provider(salon.alice), now=clock.now())
    salon.book(start=at("09:00"))
    work()
    traveller.move_to(SEVEN)
    [sent] = work()
    assert sent.subject == "Today at Tendai Hair Studio: 1 booking and 1 request"
    text = str(sent.body)
    assert "1 booking today. The first is at 09:00. 1 request to answer." in text
    first = "09:00–10:30: Chipo Moyo, Box braids, with Rudo, waits for your answer"
    assert text.index(first) < text.index("14:00–15:30: Chipo Moyo, Box braids, with Rudo")
    assert f"{settings.PUBLIC_URL}/provider/" in text
    assert "List-Unsubscribe" in sent.extra_headers


# --- cost ---------------------------------------------------------------------------------------


def businesses(count: int) -> None:
    for _ in range(count):
        provider = cast.make_provider()
        want(provider.owner)


@pytest.mark.parametrize("count", [1, 4])
def test_a_round_asks_the_same_for_one_and_for_many(count: int) -> None:
    businesses(count)
    with CaptureQueriesContext(connection) as captured:
        assert scan_digests(SEVEN) == count
    verbs = [query["sql"].split()[0] for query in captured if "cache" not in query["sql"]]
    found = [verb for verb in verbs if verb in {"SELECT", "INSERT"}]
    assert found == ["SELECT", "SELECT", "SELECT", "INSERT"]


def test_while_it_is_morning_nowhere_nothing_is_asked(traveller: time_machine.Traveller) -> None:
    businesses(1)
    scan_digests(SEVEN + 3 * MINUTE)
    with CaptureQueriesContext(connection) as captured:
        assert scan_digests(SEVEN + 10 * MINUTE) == 0
    asked = [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "INSERT"))]
    assert [sql for sql in asked if "cache" not in sql] == []


def test_the_agenda_asks_the_same_for_one_booking_and_for_many(salon: Salon) -> None:
    def queries(day: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            send_digest(
                salon.provider.pk,
                user_id=salon.alice.pk,
                day=date(2026, 11, day),
                now=at("07:00", day),
            )
        return len(captured)

    salon.book(start=at("09:00", 24))
    for hour in (9, 11, 13, 15):
        salon.book(start=at(f"{hour:02d}:00", 25))
    assert queries(24) == queries(25)
    assert Notification.objects.filter(kind=MessageKind.DIGEST).count() == 2


def test_jobs_carry_no_personal_data(salon: Salon) -> None:
    scan_digests(SEVEN)
    rows = str(list(OutboxJob.objects.filter(kind="digest").values()))
    for personal in ("alice", "Alice", "Tendai", "+263"):
        assert personal not in rows
