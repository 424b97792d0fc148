"""What each worker does beside its jobs, at its start and then every half minute."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session as LogIn
from django.core.management import CommandError, call_command
from pytest_django import Settings

from booking.domain.outbox import Payload, enqueue
from booking.jobs import housekeeping
from booking.jobs.housekeeping import tidy
from booking.jobs.queue import Outcome
from booking.jobs.worker import HOUSEKEEPING, Worker
from booking.models import Hold, OutboxJob, Status
from booking.tests.jobs.salon import NOW, START, Salon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

SECOND = timedelta(seconds=1)


def make_hold(salon: Salon, expires_at: datetime) -> Hold:
    return Hold.objects.create(
        provider=salon.provider,
        service=salon.braids,
        staff=salon.rudo,
        start=START,
        end=START + timedelta(minutes=90),
        occupied_from=START,
        occupied_until=START + timedelta(minutes=90),
        visitor="somebody",
        expires_at=expires_at,
    )


def test_requests_expire_once_their_start_has_come(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    tidy(START - SECOND)
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING
    tidy(START)
    appointment.refresh_from_db()
    assert appointment.status == Status.EXPIRED
    assert [event.action for event in appointment.events.all()] == ["requested", "expired"]


def test_a_worker_keeps_house_before_its_first_job(
    asking_salon: Salon, monday: time_machine.Traveller
) -> None:
    appointment = asking_salon.book()
    monday.move_to(START)
    call_command("worker", "--once", verbosity=0)
    appointment.refresh_from_db()
    assert appointment.status == Status.EXPIRED


def test_holds_long_over_are_deleted_and_others_stay(salon: Salon) -> None:
    kept = [make_hold(salon, NOW - timedelta(hours=1)), make_hold(salon, NOW + SECOND)]
    make_hold(salon, NOW - timedelta(hours=1) - SECOND)
    tidy(NOW)
    assert list(Hold.objects.order_by("pk")) == kept


def test_a_repeat_is_harmless(asking_salon: Salon) -> None:
    appointment = asking_salon.book()
    for _ in range(3):
        tidy(START)
    assert appointment.events.count() == 2


def test_it_comes_round_every_half_minute(monday: time_machine.Traveller) -> None:
    rounds: list[datetime] = []
    worker = Worker({}, tidy=rounds.append)
    for _ in range(7):
        worker._turn()
        monday.shift(timedelta(seconds=10))
    assert rounds == [NOW, NOW + HOUSEKEEPING, NOW + 2 * HOUSEKEEPING]


def test_a_full_queue_does_not_keep_it_away(monday: time_machine.Traveller) -> None:
    rounds: list[datetime] = []
    for number in range(10):
        enqueue("slow", {"n": number}, now=NOW)

    def slow(payload: Payload, now: datetime) -> None:
        monday.shift(timedelta(seconds=10))

    worker = Worker({"slow": slow}, tidy=rounds.append)
    for _ in range(3):
        worker._turn()
    assert rounds == [NOW, NOW + HOUSEKEEPING, NOW + 2 * HOUSEKEEPING]


def test_trouble_in_it_does_not_stop_the_jobs(caplog: pytest.LogCaptureFixture) -> None:
    def trouble(now: datetime) -> None:
        raise ValueError("dana@example.com")

    enqueue("quick", {}, now=NOW)
    done: list[Payload] = []
    worker = Worker({"quick": lambda payload, _now: done.append(payload)}, tidy=trouble)
    assert worker.run_once() == {Outcome.DONE: 1}
    assert done == [{}]
    assert "housekeeping failed: ValueError at " in caplog.text
    assert "dana" not in caplog.text


@pytest.mark.parametrize("timeout", [None, 26])
def test_a_mail_that_could_outlast_a_claim_is_refused_at_the_start(
    settings: Settings, timeout: int | None
) -> None:
    settings.EMAIL_TIMEOUT = timeout
    with pytest.raises(CommandError, match="Set EMAIL_TIMEOUT to at most 25 seconds"):
        call_command("worker", "--once")


def test_trouble_in_one_part_keeps_no_other_back(
    salon: Salon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def trouble(now: datetime) -> int:
        raise ValueError("dana@example.com")

    monkeypatch.setattr(housekeeping, "PARTS", {trouble: "things done"} | housekeeping.PARTS)
    make_hold(salon, NOW - timedelta(hours=2))
    tidy(NOW)
    assert not Hold.objects.exists()
    assert "housekeeping: not things done: ValueError at " in caplog.text
    assert "dana" not in caplog.text


def test_old_jobs_are_looked_for_once_an_hour(salon: Salon) -> None:
    def add_old_job() -> None:
        long_ago = NOW - timedelta(days=40)
        OutboxJob.objects.create(kind="quick", run_at=long_ago, done_at=long_ago)

    add_old_job()
    tidy(NOW)
    assert not OutboxJob.objects.exists()
    tidy(NOW + SECOND)  # the round before deleted something, so this one looked again
    add_old_job()
    tidy(NOW + timedelta(minutes=59))
    assert OutboxJob.objects.count() == 1
    tidy(NOW + timedelta(hours=1) + SECOND)
    assert not OutboxJob.objects.exists()


def test_log_ins_that_are_over_are_deleted_once_a_day(salon: Salon) -> None:
    def add(expires: datetime) -> None:
        LogIn.objects.create(session_key=f"key{expires:%d%H%M%S}", expire_date=expires)

    add(NOW - SECOND)
    add(NOW + timedelta(days=2))
    tidy(NOW)
    assert [row.expire_date for row in LogIn.objects.all()] == [NOW + timedelta(days=2)]
    add(NOW)
    tidy(NOW + timedelta(hours=23))
    assert LogIn.objects.count() == 2
    tidy(NOW + timedelta(days=1))
    assert LogIn.objects.count() == 1
