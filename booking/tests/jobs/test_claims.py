"""Leases, attempts and endings: what one worker may do to a job, and when."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from booking.domain.outbox import Payload, Work, enqueue, enqueue_many
from booking.jobs import queue
from booking.jobs.errors import PermanentFailure, TemporaryFailure
from booking.jobs.queue import LEASE, Claim, Outcome
from booking.jobs.runner import run_due, run_next
from booking.models import OutboxJob
from booking.notifications.reminders import scan_reminders
from booking.tests.jobs.salon import START, Salon, deliver

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SECRET = "dana@example.com"


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


def held(now: datetime = NOW) -> Claim:
    claim = queue.claim(now=now)
    assert claim is not None
    return claim


def fine(payload: Payload, now: datetime) -> None:
    pass


def broken(payload: Payload, now: datetime) -> None:
    raise ValueError(SECRET)


def hopeless(payload: Payload, now: datetime) -> None:
    raise PermanentFailure("no contact")


def busy(payload: Payload, now: datetime) -> None:
    raise TemporaryFailure("server busy (421)")


HANDLERS = {"fine": fine, "broken": broken, "hopeless": hopeless, "busy": busy}


def job() -> OutboxJob:
    return OutboxJob.objects.get()


# --- claims -------------------------------------------------------------------------------------


def test_nothing_due_is_no_claim_and_takes_no_write_lock() -> None:
    enqueue("fine", {}, run_at=NOW + SECOND, now=NOW)
    assert queue.claim(now=NOW) is None
    assert job().attempts == 0


def test_a_claim_counts_an_attempt_and_keeps_others_off_for_the_lease() -> None:
    enqueue("fine", {"event": 3}, now=NOW)
    claim = held()
    assert (claim.kind, claim.payload, claim.attempt) == ("fine", {"event": 3}, 1)
    assert job().leased_until == NOW + LEASE
    assert queue.claim(now=NOW + LEASE - SECOND) is None


def test_an_expired_lease_makes_the_job_due_again() -> None:
    enqueue("fine", {}, now=NOW)
    first = held()
    again = held(NOW + LEASE)
    assert (again.job, again.attempt) == (first.job, 2)
    assert again.lease != first.lease


def test_the_job_that_waits_longest_comes_first() -> None:
    for minutes in (2, 3, 1):
        enqueue("fine", {"n": minutes}, run_at=NOW - timedelta(minutes=minutes), now=NOW)
    assert [held().payload["n"] for _ in range(3)] == [3, 2, 1]
    assert queue.claim(now=NOW) is None


# --- a worker that is late ----------------------------------------------------------------------


def test_a_late_finish_does_not_touch_a_newer_claim() -> None:
    enqueue("fine", {}, now=NOW)
    late, newer = held(), held(NOW + LEASE)
    assert queue.finish(late, now=NOW + LEASE) is Outcome.LOST
    assert (job().done_at, job().lease) == (None, newer.lease)
    assert queue.finish(newer, now=NOW + LEASE) is Outcome.DONE


@pytest.mark.parametrize("permanent", [False, True])
def test_a_late_failure_does_not_touch_a_newer_claim(permanent: bool) -> None:
    enqueue("fine", {}, now=NOW)
    late, newer = held(), held(NOW + LEASE)
    assert queue.fail(late, error="x", now=NOW, permanent=permanent) is Outcome.LOST
    assert (job().failed_at, job().lease, job().last_error) == (None, newer.lease, "")


def test_a_late_failure_does_not_reopen_what_is_done() -> None:
    enqueue("fine", {}, now=NOW)
    late, newer = held(), held(NOW + LEASE)
    queue.finish(newer, now=NOW + LEASE)
    assert queue.fail(late, error="x", now=NOW + LEASE, permanent=True) is Outcome.LOST
    assert (job().done_at, job().failed_at) == (NOW + LEASE, None)


def test_a_slow_worker_whose_job_nobody_took_may_still_finish_it() -> None:
    enqueue("fine", {}, now=NOW)
    slow = held()
    assert queue.finish(slow, now=NOW + 2 * LEASE) is Outcome.DONE


# --- endings ------------------------------------------------------------------------------------


def test_success_is_final() -> None:
    enqueue("fine", {}, now=NOW)
    assert run_due(HANDLERS) == {Outcome.DONE: 1}
    assert (job().done_at, job().lease, job().leased_until) == (NOW, "", None)
    assert queue.claim(now=NOW + timedelta(days=1)) is None


def test_a_success_clears_the_error_of_an_earlier_attempt(
    traveller: time_machine.Traveller,
) -> None:
    enqueue("busy", {}, now=NOW)
    run_next(HANDLERS)
    assert job().last_error == "server busy (421)"
    traveller.shift(timedelta(minutes=1))
    assert run_next({"busy": fine}) is Outcome.DONE
    assert job().last_error == ""


def test_waits_double_up_to_an_hour_a_fifth_more_or_less() -> None:
    planned = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    for attempt, seconds in enumerate(planned, start=1):
        waits = {queue.delay(attempt).total_seconds() / seconds for _ in range(50)}
        assert len(waits) > 25
        assert 0.8 <= min(waits) < 0.95
        assert 1.05 < max(waits) <= 1.2
    assert queue.delay(10_000) <= timedelta(hours=1.2)


def test_a_failed_attempt_waits_before_the_next(traveller: time_machine.Traveller) -> None:
    enqueue("broken", {}, now=NOW)
    assert run_next(HANDLERS) is Outcome.RETRY
    assert run_next(HANDLERS) is None
    assert timedelta(seconds=24) <= job().run_at - NOW <= timedelta(seconds=36)
    traveller.shift(timedelta(seconds=36))
    assert run_next(HANDLERS) is Outcome.RETRY
    assert job().attempts == 2


def test_after_the_last_attempt_it_is_given_up(traveller: time_machine.Traveller) -> None:
    enqueue_many([Work(kind="broken", payload={}, max_attempts=3)], now=NOW)
    outcomes = []
    for _ in range(5):
        outcomes.append(run_next(HANDLERS))
        traveller.shift(timedelta(hours=2))
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.FAILED, None, None]
    assert job().failed_at == NOW + timedelta(hours=4)
    assert job().attempts == 3


def test_a_permanent_failure_is_given_up_at_once() -> None:
    enqueue("hopeless", {}, now=NOW)
    assert run_due(HANDLERS) == {Outcome.FAILED: 1}
    assert (job().failed_at, job().attempts, job().last_error) == (NOW, 1, "no contact")


def test_an_unknown_kind_is_given_up_with_a_clear_error() -> None:
    enqueue("juggle", {}, now=NOW)
    assert run_due(HANDLERS) == {Outcome.FAILED: 1}
    assert job().last_error == "no handler for this kind of job"


def test_a_job_that_kills_its_workers_is_given_up_too() -> None:
    enqueue_many([Work(kind="fine", payload={}, max_attempts=2)], now=NOW)
    enqueue("fine", {"other": 1}, run_at=NOW + 2 * LEASE, now=NOW)
    held()
    held(NOW + LEASE)
    assert held(NOW + 2 * LEASE).payload == {"other": 1}
    lost = OutboxJob.objects.get(payload={})
    assert (lost.failed_at, lost.last_error) == (NOW + 2 * LEASE, "worker lost")


def test_one_bad_job_does_not_block_the_others() -> None:
    for number, kind in enumerate(["broken", "juggle", "hopeless", "fine", "busy", "fine"]):
        enqueue(kind, {"n": number}, now=NOW)
    assert run_due(HANDLERS) == {Outcome.RETRY: 2, Outcome.FAILED: 2, Outcome.DONE: 2}


def test_a_handler_runs_outside_any_transaction_of_the_queue(transactional_db: None) -> None:
    seen: list[bool] = []
    enqueue("look", {}, now=NOW)
    run_due({"look": lambda _payload, _now: seen.append(connection.in_atomic_block)})
    assert seen == [False]


def test_no_personal_data_reaches_the_row_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    enqueue("broken", {}, now=NOW)
    with caplog.at_level(logging.DEBUG):
        run_due(HANDLERS)
    line = broken.__code__.co_firstlineno + 1
    assert job().last_error == f"ValueError at booking/tests/jobs/test_claims.py:{line}"
    assert f"job {job().pk} broken: retry, attempt 1, ValueError" in caplog.text
    assert SECRET not in caplog.text + job().last_error


# --- what goes first ----------------------------------------------------------------------------


def test_what_somebody_waits_for_goes_before_what_was_due_longer() -> None:
    later = [
        Work(kind="fine", payload={"n": n}, priority=OutboxJob.Priority.IN_TURN) for n in range(3)
    ]
    enqueue_many(later, now=NOW - 10 * SECOND)
    enqueue("fine", {"n": 9}, now=NOW)
    assert [held().payload["n"] for _ in range(4)] == [9, 0, 1, 2]


def test_a_confirmation_passes_the_reminders_that_wait(salon: Salon) -> None:
    salon.book()
    deliver()
    traveller_at = START - timedelta(hours=24)
    scan_reminders(traveller_at)
    salon.book(start=START + timedelta(hours=2))
    first = queue.claim(now=traveller_at)
    assert first is not None
    assert first.kind == "appointment_event"
