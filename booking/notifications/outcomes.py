"""What became of a delivery: the only module that writes its status after it was made.

A success is final: whoever comes late with a failure changes nothing.
"""

from datetime import datetime

from django.db.models import F

from booking.models import Delivery
from booking.models.notification import DeliveryQuerySet
from project.db import retry_on_conflict

Status = Delivery.Status

OPEN = frozenset({Status.QUEUED, Status.FAILED})
"""May still be sent: failed ones when an administrator has their job run again."""


def begin(delivery: Delivery) -> None:
    """Count an attempt, before the network is asked; a failed one is on its way again."""
    _open(delivery.pk).update(status=Status.QUEUED, attempts=F("attempts") + 1)
    delivery.attempts += 1


@retry_on_conflict
def sent(delivery: Delivery, *, reference: str, now: datetime) -> None:
    """Keep that somebody took it, and the carrier's own id of it."""
    _open(delivery.pk).update(
        status=Status.SENT, error="", sent_at=now, reference=_known(reference)
    )


def trouble(delivery: Delivery, *, code: str) -> None:
    """Keep why this attempt did not work; it stays on its way, unless it was given up meanwhile."""
    Delivery.objects.filter(pk=delivery.pk, status=Status.QUEUED).update(error=_known(code))


def failed(delivery_id: int, *, code: str) -> None:
    """Keep that there will be no further attempt."""
    _open(delivery_id).update(status=Status.FAILED, error=_known(code))


def impossible(delivery: Delivery, *, code: str) -> None:
    """Keep that the person cannot be reached this way."""
    _open(delivery.pk).update(status=Status.IMPOSSIBLE, error=_known(code))


def skipped(delivery: Delivery, *, code: str) -> None:
    """Keep that it was not sent on purpose."""
    _open(delivery.pk).update(status=Status.SKIPPED, error=_known(code))


def _open(delivery_id: int) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk=delivery_id, status__in=OPEN)


def _known(text: str) -> str:
    """Cut to what the columns hold."""
    return text[:100]
