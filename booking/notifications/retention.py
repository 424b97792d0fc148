"""Messages hold names and words of people, so they are kept for a bounded time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from booking.models import Notification, OutboxJob

KEEP_MESSAGES = timedelta(days=180)
KEEP_DONE = timedelta(days=30)
"""Longer than anything that could still ask for the same work by its dedupe key."""
KEEP_FAILED = timedelta(days=180)

BATCH = 500
"""Rows by one statement, so that no long transaction keeps others from writing."""


def delete_old(now: datetime, *, batch: int = BATCH) -> int:
    """Delete messages with their deliveries, and closed jobs, that are older; return how many.

    Messages count from their writing and from the start of their booking, jobs from their end. At
    most one batch of each by one call: the next round goes on.
    """
    return sum(_delete(rows, batch) for rows in _old(now))


def _old(now: datetime) -> Iterator[QuerySet[Any]]:
    until = now - KEEP_MESSAGES
    old = Notification.objects.filter(created_at__lt=until)
    yield old.exclude(appointment__start__gte=until)
    done, failed = now - KEEP_DONE, now - KEEP_FAILED
    yield OutboxJob.objects.filter(Q(done_at__lt=done) | Q(done_at=None, failed_at__lt=failed))


def _delete(rows: QuerySet[Any], batch: int) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
    if not keys:
        return 0
    _, counts = rows.model._default_manager.filter(pk__in=keys).delete()
    return int(counts.get(rows.model._meta.label, 0))
