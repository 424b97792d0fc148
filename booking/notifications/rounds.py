"""How far the rounds that look for due messages have come, so that each looks at what is new.

The place is kept in the cache, shared by all workers. Losing it costs one longer look back: nothing
is sent twice, as every message has its key.
"""

import zoneinfo
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache

from django.core.cache import cache as shared

from booking.domain.outbox import Work
from booking.models import OutboxJob

OVERLAP = timedelta(minutes=2)
"""Looked at again in each round, for what was not committed yet in the last one."""


def seen_until(name: str, *, now: datetime, reach: timedelta) -> datetime:
    """Return since when to look: shortly before the last round, at most ``reach`` ago."""
    last = shared.get(_key(name))
    # Lost, or from a clock that was wrong by more than those of two workers may differ.
    if not isinstance(last, datetime) or last > now + OVERLAP:
        return now - reach
    return max(last - OVERLAP, now - reach)


def remember(name: str, *, now: datetime) -> None:
    """Note that all that was due at ``now`` has been found."""
    shared.set(_key(name), now, timeout=None)


def is_time(name: str, *, now: datetime, every: timedelta) -> bool:
    """Whether the last round that was remembered is long enough ago."""
    last = shared.get(_key(name))
    return not isinstance(last, datetime) or last > now or now - last >= every


def unknown(work: Collection[Work]) -> list[Work]:
    """Leave out what is queued or done: reading takes no lock, and writing is then rare."""
    keys = [one.dedupe for one in work]
    found = OutboxJob.objects.filter(dedupe__in=keys) if keys else OutboxJob.objects.none()
    seen = set(found.values_list("dedupe", flat=True))
    return [one for one in work if one.dedupe not in seen]


@cache
def all_zones() -> tuple[str, ...]:
    """Return the names of all timezones; reading the folder takes too long for every round."""
    return tuple(sorted(zoneinfo.available_timezones()))


def _key(name: str) -> str:
    return f"rounds:{name}"
