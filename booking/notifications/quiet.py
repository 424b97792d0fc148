"""Quiet hours: when a reminder may ring, by the recipient's own clock.

Pure: instants in, instants out. Days begin and end where the wall clock says so, so a night in
which the clock is changed is an hour shorter or longer.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM = time(21)
QUIET_UNTIL = time(7)
EVENING = time(20, 30)
"""When that is sent which would ring in the night and be of no use in the morning."""

USEFUL = timedelta(minutes=30)
"""A reminder that waits for the morning must leave this much time before the start."""

DAY = timedelta(days=1)
LONGEST_NIGHT = timedelta(hours=12)
"""From the evening to the latest start that cannot wait for the morning, whatever clocks do."""


def is_quiet(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether nothing should ring at ``instant``."""
    clock_face = instant.astimezone(zone).time()
    return clock_face >= QUIET_FROM or clock_face < QUIET_UNTIL


def due_at(planned: datetime, *, start: datetime, zone: ZoneInfo) -> datetime:
    """Return when to send a reminder planned for ``planned``, of something at ``start`` (UTC).

    In quiet hours it waits for the morning; where less than half an hour would be left then, it is
    sent in the evening before.
    """
    if not is_quiet(planned, zone):
        return planned
    morning = morning_after(planned, zone)
    if start - morning >= USEFUL:
        return morning
    return at(_night(planned, zone), EVENING, zone)


def late(now: datetime, *, start: datetime, zone: ZoneInfo) -> datetime:
    """Return when to send what should have gone before ``now``.

    At once, or in the morning when it is night and the morning is early enough. A ring in the night
    is better than an appointment that is missed.
    """
    if not is_quiet(now, zone):
        return now
    morning = morning_after(now, zone)
    return morning if start - morning >= USEFUL else now


def morning_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of the quiet hours in which ``instant`` lies."""
    return at(_night(instant, zone) + DAY, QUIET_UNTIL, zone)


def at(day: date, clock_face: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the clock of ``zone`` shows ``clock_face`` on ``day``."""
    return datetime.combine(day, clock_face, zone).astimezone(UTC)


def zones_that_reached(
    clock_face: time, *, since: datetime, until: datetime, names: Iterable[str]
) -> list[str]:
    """Return those of the zones whose clocks came to ``clock_face`` in ``(since, until]``."""
    return [name for name in names if _reached(clock_face, since, until, ZoneInfo(name))]


def _reached(clock_face: time, since: datetime, until: datetime, zone: ZoneInfo) -> bool:
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        if since < at(day, clock_face, zone) <= until:
            return True
        day += DAY
    return False


def _night(instant: datetime, zone: ZoneInfo) -> date:
    """Return the date on which the night around ``instant`` began."""
    local = instant.astimezone(zone)
    return local.date() if local.time() >= QUIET_FROM else local.date() - DAY
