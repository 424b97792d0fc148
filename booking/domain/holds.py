"""Keep a slot for a visitor while the form is filled in."""

from datetime import datetime, timedelta

from django.db import transaction

from booking.domain.errors import TooManyHolds
from booking.domain.free_time import Ask, check_instant, load_around
from booking.domain.locking import lock_provider
from booking.domain.offers import as_offered
from booking.domain.refusals import refuse
from booking.domain.sessions import occupied_range
from booking.models import Hold
from project.db import retry_on_conflict
from providers.models import Staff

HOLD_MINUTES = 5

HOLDS_PER_NETWORK = 6
"""How many times of one business may be kept for one network at once.

Phones of one carrier can share an address, so it is not one; and a business has more times than
this, so that nobody can keep them all from everybody else.
"""


@retry_on_conflict
def take_hold(ask: Ask, *, start: datetime, visitor: str, now: datetime, network: str = "") -> Hold:
    """Keep ``start`` for ``visitor``, in place of whatever they held before.

    ``network`` is a digest of where they are; without one nothing is counted. Raises
    ``SlotUnavailable`` with alternatives, ``TooManyHolds``. A hold counts until ``expires_at``; its
    row may stay longer.
    """
    start = check_instant(start, now=now)
    if not visitor:
        raise ValueError("a hold belongs to a visitor")
    with transaction.atomic():
        provider = lock_provider(ask.service.provider_id)
        ask = as_offered(ask, provider=provider, for_everybody=True)
        _check_network(ask, network=network, visitor=visitor, now=now)
        free = load_around(ask, start, now=now, visitor=visitor)
        slot = free.slot(start)
        if slot is not None:
            Hold.objects.filter(visitor=visitor).delete()
            staff = free.choose(slot)
            return _create(ask, start=start, staff=staff, visitor=visitor, network=network, now=now)
    raise refuse(free, start)


def release_hold(*, token: str, visitor: str) -> None:
    """Give a hold up; one that is not there, or somebody else's, is left as it is."""
    Hold.objects.filter(token=token, visitor=visitor).delete()


def _check_network(ask: Ask, *, network: str, visitor: str, now: datetime) -> None:
    """Raise ``TooManyHolds`` when others of the network hold enough; the lock makes it exact."""
    if not network:
        return
    others = Hold.objects.live(now).filter(provider=ask.service.provider_id, network=network)
    ends = (
        others.exclude(visitor=visitor).order_by("expires_at").values_list("expires_at", flat=True)
    )
    if len(first := list(ends[:HOLDS_PER_NETWORK])) == HOLDS_PER_NETWORK:
        raise TooManyHolds(until=first[0])


def _create(
    ask: Ask,
    *,
    start: datetime,
    staff: Staff | None,
    visitor: str,
    network: str,
    now: datetime,
) -> Hold:
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
        network=network,
        expires_at=now + timedelta(minutes=HOLD_MINUTES),
    )
