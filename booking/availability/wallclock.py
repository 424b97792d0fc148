"""Opening and working hours: rules in wall-clock time, and the instants that they mean.

Wall-clock times are written as minutes from the local midnight of a date; minutes from 1440 on are
wall-clock times of the date after it. This is the one place that goes from local time to UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.availability.intervals import Interval

MINUTES_A_DAY = 24 * 60
MIDNIGHT = time()
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# Beyond these, date arithmetic could leave the calendar of the datetime module.
DAWN = datetime(2, 1, 1, tzinfo=UTC)
DUSK = datetime(9998, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WallInterval:
    """Minutes from the local midnight of a date: 0 <= start < end <= 2880.

    An end past 1440 runs into the next date. Raises ValueError out of these bounds.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 2 * MINUTES_A_DAY:
            message = f"Not within two days of a date's midnight: {self.start}-{self.end} minutes."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Hours:
    """The wall-clock rules of one calendar.

    weekly: weekday (0 = Monday) -> intervals; an absent weekday is closed. None stands for a person
    without weekly hours of their own, who follows the opening hours.
    overrides: date -> the intervals that replace the weekly ones; none of them = closed that day.
    """

    weekly: Mapping[int, Sequence[WallInterval]] | None
    overrides: Mapping[date, Sequence[WallInterval]]


def working_hours(day: date, *, opening: Hours, own: Hours | None = None) -> list[WallInterval]:
    """The wall-clock intervals that somebody works (own given) or the business opens (own None).

    A person's own override of the date wins outright. Own weekly hours come next, cut to the
    special hours of the business if it has any that day: a closed day closes all, and longer hours
    put nobody to work outside their week. Who has neither follows the business.

    Intervals belong to the date that they start from: a night that runs into the next date is not
    cut by the rules of that date. Touching intervals stay apart.
    """
    if own is not None and (override := own.overrides.get(day)) is not None:
        return list(override)
    special = opening.overrides.get(day)
    if own is None or own.weekly is None:
        return list((opening.weekly or {}).get(day.weekday(), ()) if special is None else special)
    usual = own.weekly.get(day.weekday(), ())
    return list(usual) if special is None else _intersect(usual, special)


def _intersect(some: Sequence[WallInterval], others: Sequence[WallInterval]) -> list[WallInterval]:
    return [
        WallInterval(max(one.start, other.start), min(one.end, other.end))
        for one in some
        for other in others
        if max(one.start, other.start) < min(one.end, other.end)
    ]


def resolve(day: date, hours: Sequence[WallInterval], timezone: ZoneInfo) -> list[Interval]:
    """The real [start, end) of each interval of the date, in UTC; those left empty vanish.

    An interval runs from the first instant of its local start to the last of its local end. Where
    the clock goes back, two intervals that touch on the wall may overlap in real time.
    """
    real = (
        (first_instant(timezone, day, wall.start), last_instant(timezone, day, wall.end))
        for wall in hours
    )
    return [Interval(start, end) for start, end in real if start < end]


@lru_cache(maxsize=16_384)
def first_instant(timezone: ZoneInfo, day: date, minute: int) -> datetime:
    """When the local clock first shows the time; when it jumps, if it never does (UTC)."""
    return _instant(timezone, day, minute, fold=0)


@lru_cache(maxsize=16_384)
def last_instant(timezone: ZoneInfo, day: date, minute: int) -> datetime:
    """When the local clock last shows the time; when it jumps, if it never does (UTC)."""
    return _instant(timezone, day, minute, fold=1)


def _instant(timezone: ZoneInfo, day: date, minute: int, *, fold: int) -> datetime:
    # Adding to an aware datetime moves the wall clock, not the elapsed time: here that is meant.
    wall = datetime.combine(day, MIDNIGHT, tzinfo=timezone) + timedelta(minutes=minute)
    instant = wall.replace(fold=fold).astimezone(UTC)
    exists = instant.astimezone(timezone) == wall
    return instant if exists else _jump(wall, timezone)


def _jump(wall: datetime, timezone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over `wall`.

    In a gap, fold 1 gives an instant before the jump and fold 0 one at or after it (PEP 495).
    """
    before = wall.replace(fold=1).astimezone(UTC)
    after = wall.replace(fold=0).astimezone(UTC)
    offset = before.astimezone(timezone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(timezone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A local date in real time: all of its instants lie in [start, end), which are UTC.

    When `plain`, the reverse holds too. It does not when a midnight shows twice: a clock that goes
    back over midnight (00:01 to 23:01) leaves a date, comes back to it and leaves it again.
    """

    day: date
    start: datetime
    end: datetime
    plain: bool

    @property
    def rule_dates(self) -> list[date]:
        """The dates whose hours can hold a start of this one."""
        if self.start == self.end:
            return []
        around = (-1, 0) if self.plain else (-2, -1, 0, 1)
        return [self.day + DAY * offset for offset in around]


@lru_cache(maxsize=4_096)
def local_day(timezone: ZoneInfo, day: date) -> LocalDay:
    """The real extent of a local date; nothing at all beyond the reach of date arithmetic."""
    if not DAWN.date() < day < DUSK.date():
        edge = DAWN if day <= DAWN.date() else DUSK
        return LocalDay(day, edge, edge, plain=True)
    start, end = first_instant(timezone, day, 0), last_instant(timezone, day + DAY, 0)
    plain = start == last_instant(timezone, day, 0) and end == first_instant(timezone, day + DAY, 0)
    return LocalDay(day, start, end, plain)
