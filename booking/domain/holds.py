"""Keep a slot for a visitor while the form is filled in."""

from datetime import datetime, timedelta

from django.db import transaction

from booking.domain.free_time import Ask, check_instant, load_around
from booking.domain.locking import lock_provider
from booking.domain.refusals import refuse
from booking.domain.sessions import occupied_range
from booking.models import Hold
from project.db import retry_on_conflict
from providers.models import Staff

HOLD_MINUTES = 5


@retry_on_conflict
def take_hold(ask: Ask, *, start: datetime, visitor: str, now: datetime) -> Hold:
    """Keep ``start`` for ``visitor``, in place of whatever they held before.

    Raises ``SlotUnavailable`` with alternatives. A hold counts until ``expires_at``; its row may
    stay longer.
    """
    start = check_instant(start, now=now)
    if not visitor:
        raise ValueError("a hold belongs to a visitor")
    with transaction.atomic():
        lock_provider(ask.service.provider_id)
        free = load_around(ask, start, now=now, visitor=visitor)
        slot = free.slot(start)
        if slot is not None:
            Hold.objects.filter(visitor=visitor).delete()
            return _create(ask, start=start, staff=free.choose(slot), visitor=visitor, now=now)
    raise refuse(free, start)


def release_hold(*, token: str, visitor: str) -> None:
    """Give a hold up; one that is not there, or somebody else's, is left as it is."""
    Hold.objects.filter(token=token, visitor=visitor).delete()


def _create(ask: Ask, *, start: datetime, staff: Staff | None, visitor: str, now: datetime) -> Hold:
    occupied_from, occupied_until = occupied_range(ask, start)
    return Hold.objects.create(
        provider_id=ask.service.provider_id,
        service=ask.service,
        staff=staff,
        anyone=ask.staff is None,
        start=start,
        end=start + timedelta(minutes=ask.duration),
        occupied_from=occupied_from,
        occupied_until=occupied_until,
        party_size=ask.party_size,
        visitor=visitor,
        expires_at=now + timedelta(minutes=HOLD_MINUTES),
    )
