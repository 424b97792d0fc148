"""Who works on which job: claims, and the ways in which a claim ends.

A claim is a lease. While it runs no other worker takes the job; when its worker dies the lease runs
out and the job is due again. Whatever ends a claim names the lease it was made with, so a worker
that comes back late changes nothing that somebody else has begun meanwhile.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from booking.domain.outbox import Payload
from booking.models import OutboxJob
from project.db import retry_on_conflict

LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
"""Longer than a handler's network calls may take together; the worker checks that at its start."""

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)

WORKER_LOST = "worker lost"
"""Why a job is given up whose workers died in each of its attempts."""


class Outcome(StrEnum):
    """How a claim ended."""

    DONE = "done"
    RETRY = "retry"
    FAILED = "failed"
    LOST = "lease lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that one worker holds; ``attempt`` counts from 1."""

    job: int
    kind: str
    payload: Payload
    attempt: int
    max_attempts: int
    lease: str


Lost = Callable[[OutboxJob], None]
"""Told, in the same transaction, of a job that is given up because its workers died."""


@retry_on_conflict
def claim(*, now: datetime, lost: Lost = lambda _job: None) -> Claim | None:
    """Take the most urgent job, of those the one that has been due longest; or nothing.

    Rivals get different jobs.

    PostgreSQL skips rows that a rival is just taking; on SQLite the immediate transaction lets one
    in at a time. A job whose attempts are used up without an answer is given up on the way.
    """
    if not OutboxJob.objects.due(now).exists():  # an idle worker takes no write lock
        return None
    with transaction.atomic():
        while job := OutboxJob.objects.due(now).select_for_update(skip_locked=True).first():
            if job.attempts < job.max_attempts:
                return _take(job, now)
            job.failed_at, job.last_error, job.leased_until = now, WORKER_LOST, None
            job.save(update_fields=["failed_at", "last_error", "leased_until"])
            lost(job)
    return None


def _take(job: OutboxJob, now: datetime) -> Claim:
    job.attempts += 1
    job.lease = secrets.token_hex(16)
    job.leased_until = now + LEASE
    job.save(update_fields=["attempts", "lease", "leased_until"])
    return Claim(job.pk, job.kind, job.payload, job.attempts, job.max_attempts, job.lease)


def finish(held: Claim, *, now: datetime) -> Outcome:
    """Mark the job done, unless the claim is not the newest any more."""
    return _end(held, Outcome.DONE, done_at=now, last_error="")


def fail(
    held: Claim,
    *,
    error: str,
    now: datetime,
    permanent: bool = False,
    wait: timedelta = timedelta(0),
) -> Outcome:
    """Put the job back for later; give it up when ``permanent`` or after its last attempt.

    ``wait`` is the least time until then. ``error`` is stored, so it must be free of personal data.
    """
    if permanent or held.attempt >= held.max_attempts:
        return _end(held, Outcome.FAILED, failed_at=now, last_error=error[:500])
    later = now + max(delay(held.attempt), wait)
    return _end(held, Outcome.RETRY, run_at=later, last_error=error[:500])


def delay(attempt: int) -> timedelta:
    """How long to wait after the given attempt: doubling to an hour, a fifth more or less."""
    doubled = FIRST_DELAY * (1 << min(attempt - 1, 16))
    return min(doubled, LONGEST_DELAY) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads attempts, guards nothing


@retry_on_conflict
def _end(held: Claim, outcome: Outcome, **fields: datetime | str) -> Outcome:
    mine = OutboxJob.objects.open().filter(pk=held.job, lease=held.lease)
    ended = mine.update(lease="", leased_until=None, **fields)
    return outcome if ended else Outcome.LOST
