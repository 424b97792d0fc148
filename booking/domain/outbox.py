"""How the domain asks for outside work: a row written with the change that it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.models import OutboxJob

Payload = dict[str, int | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One job to be written.

    ``payload`` carries ids and short codes, never personal data. ``run_at`` is the earliest
    instant at which it runs (``None``: at once). Of two with the same ``dedupe`` the first stays,
    also when it is done or given up. It is given up after ``max_attempts``. Of those that are due
    the more urgent by ``priority`` are done first.
    """

    kind: str
    payload: Payload
    run_at: datetime | None = None
    dedupe: str | None = None
    max_attempts: int = 8
    priority: OutboxJob.Priority = OutboxJob.Priority.SOON


def enqueue(
    kind: str,
    payload: Payload,
    *,
    now: datetime,
    run_at: datetime | None = None,
    dedupe: str | None = None,
) -> None:
    """Write one job in the caller's transaction: rolled back with it, seen when it commits."""
    enqueue_many([Work(kind=kind, payload=payload, run_at=run_at, dedupe=dedupe)], now=now)


def enqueue_many(work: Iterable[Work], *, now: datetime) -> None:
    """Write jobs by one INSERT in the caller's transaction; known ``dedupe`` keys are skipped."""
    jobs = [
        OutboxJob(
            kind=one.kind,
            payload=one.payload,
            run_at=one.run_at or now,
            dedupe=one.dedupe,
            max_attempts=one.max_attempts,
            priority=one.priority,
        )
        for one in work
    ]
    deduplicated = any(job.dedupe is not None for job in jobs)
    OutboxJob.objects.bulk_create(jobs, ignore_conflicts=deduplicated)
