"""A job is written by one INSERT, in the transaction of the change that it belongs to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from booking.domain.outbox import Work, enqueue, enqueue_many
from booking.models import OutboxJob

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_is_there_when_its_transaction_commits() -> None:
    with transaction.atomic():
        enqueue("greet", {"event": 7}, now=NOW)
    job = OutboxJob.objects.get()
    assert (job.kind, job.payload, job.run_at) == ("greet", {"event": 7}, NOW)
    assert (job.attempts, job.max_attempts, job.dedupe, job.lease) == (0, 8, None, "")


@pytest.mark.parametrize("dedupe", [None, "key"])
def test_is_rolled_back_with_its_transaction(dedupe: str | None) -> None:
    with transaction.atomic():
        enqueue("greet", {"event": 7}, dedupe=dedupe, now=NOW)
        assert OutboxJob.objects.count() == 1
        transaction.set_rollback(True)
    assert OutboxJob.objects.count() == 0


@pytest.mark.parametrize("dedupe", [None, "key"])
def test_is_one_insert(
    dedupe: str | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic(), django_assert_num_queries(1) as seen:
        enqueue("greet", {"event": 7}, dedupe=dedupe, now=NOW)
    assert seen.captured_queries[0]["sql"].startswith("INSERT")


def test_many_are_one_insert_too(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    work = [Work(kind="greet", payload={"event": event}, max_attempts=event) for event in (3, 4)]
    with transaction.atomic(), django_assert_num_queries(1):
        enqueue_many(work, now=NOW)
    assert list(OutboxJob.objects.values_list("max_attempts", flat=True)) == [3, 4]


def test_nothing_is_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        enqueue_many([], now=NOW)


def test_the_first_of_a_dedupe_key_stays_and_the_transaction_goes_on() -> None:
    with transaction.atomic():
        enqueue("greet", {"event": 1}, dedupe="key", now=NOW)
        enqueue("greet", {"event": 2}, dedupe="key", now=NOW)
        enqueue("greet", {"event": 3}, dedupe="other", now=NOW)
    assert [job.payload["event"] for job in OutboxJob.objects.all()] == [1, 3]


def test_a_dedupe_key_counts_also_when_its_job_is_done() -> None:
    enqueue("greet", {"event": 1}, dedupe="key", now=NOW)
    OutboxJob.objects.update(done_at=NOW)
    enqueue("greet", {"event": 2}, dedupe="key", now=NOW)
    assert OutboxJob.objects.count() == 1


def test_jobs_without_a_key_are_all_kept() -> None:
    enqueue("greet", {"event": 1}, now=NOW)
    enqueue("greet", {"event": 1}, now=NOW)
    assert OutboxJob.objects.count() == 2


def test_run_at_keeps_it_back_until_then() -> None:
    enqueue("greet", {"event": 1}, run_at=NOW + HOUR, now=NOW)
    assert not OutboxJob.objects.due(NOW + HOUR - timedelta(seconds=1)).exists()
    assert OutboxJob.objects.due(NOW + HOUR).exists()
