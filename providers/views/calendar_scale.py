"""Where an instant stands on the calendar's scale of time.

The scale shows what the clock on the wall shows, so that the same height is the same time of day in
all columns. An hour that the clock shows twice has two places: on other dates the second one is
left out. An hour that it skips is left out where every column skips it, so that a single day is
always drawn by elapsed time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.availability import Interval
from booking.availability.wallclock import local_day
from booking.words import say_which

LINE = 5
"""Minutes between two lines of the style sheet."""

HOUR = 60
A_DAY = 24 * HOUR
QUARTER = timedelta(minutes=15)
"""Clocks are changed on a quarter of an hour."""


class Band(NamedTuple):
    """Minutes on the wall that a date shows twice, or not at all."""

    since: int
    until: int

    @property
    def length(self) -> int:
        return self.until - self.since


class Mark(NamedTuple):
    """A label at the side: ``08:00``."""

    row: int
    label: str


class Turn(NamedTuple):
    """What a change of the clock does to a date."""

    twice: Band | None = None
    skipped: Band | None = None


@lru_cache(maxsize=1024)
def turn_of(zone: ZoneInfo, day: date) -> Turn:
    """Return which minutes of ``day`` the clock shows twice or skips; nothing on most days."""
    extent = local_day(zone, day)
    if extent.end - extent.start == timedelta(days=1):
        return Turn()
    at = extent.start
    while at < extent.end:
        before, after = wall(at - QUARTER, zone, day) + 15, wall(at, zone, day)
        if after < before:
            return Turn(twice=Band(after, before))
        if after > before:
            return Turn(skipped=Band(before, after))
        at += QUARTER
    return Turn()


def wall(instant: datetime, zone: ZoneInfo, day: date) -> int:
    """Return what the clock shows, in minutes from the midnight with which ``day`` begins."""
    local = instant.astimezone(zone)
    return (local.date() - day).days * A_DAY + local.hour * HOUR + local.minute


@dataclass(frozen=True, slots=True)
class Scale:
    """Minutes from midnight, from ``top`` to ``bottom``, both on the hour."""

    zone: ZoneInfo
    days: tuple[date, ...]
    twice: Band | None
    dropped: Band | None
    top: int = 0
    bottom: int = A_DAY

    @property
    def lines(self) -> int:
        """How many lines there are from top to bottom."""
        return (self.bottom - self.top) // LINE

    def minute(self, instant: datetime, day: date) -> int:
        """Return how far below midnight ``instant`` of ``day`` stands, in minutes."""
        at = wall(instant, self.zone, day)
        if self.twice and at >= self.twice.since:
            again = at >= self.twice.until or instant.astimezone(self.zone).fold
            return at + self.twice.length if again else at
        if self.dropped and at >= self.dropped.until:
            return at - self.dropped.length
        return at

    def row(self, instant: datetime, day: date) -> int:
        """Return the line at which ``instant`` stands, kept between top and bottom."""
        return min(max(0, (self.minute(instant, day) - self.top) // LINE), self.lines)

    def missing(self, day: date) -> Band | None:
        """Return the minutes of the scale that ``day`` does not have."""
        turn = turn_of(self.zone, day)
        if self.twice and turn.twice is None:
            return Band(self.twice.until, self.twice.until + self.twice.length)
        return None if self.dropped else turn.skipped

    def beginning(self, day: date) -> datetime:
        """Return the instant of ``day`` at the top."""
        missing = self.missing(day)
        passed = missing.length if missing and self.top >= missing.until else 0
        start = local_day(self.zone, day).start
        return start + timedelta(minutes=self.top - passed)

    def marks(self) -> Iterator[Mark]:
        """Yield a label for each hour, the ones that come twice with their zone."""
        for at in range(0, A_DAY + HOUR, HOUR):
            for place, label in self._labels(at):
                if self.top <= place < self.bottom:
                    yield Mark((place - self.top) // LINE, label)

    def _labels(self, at: int) -> Iterator[tuple[int, str]]:
        face = f"{at // HOUR % 24:02d}:{at % HOUR:02d}"
        if self.twice and self.twice.since <= at < self.twice.until:
            day = next(day for day in self.days if turn_of(self.zone, day).twice)
            for fold in (0, 1):
                local = datetime.combine(day, time(at // HOUR, fold=fold), self.zone)
                yield at + fold * self.twice.length, face + say_which(local)
        elif self.twice and at >= self.twice.until:
            yield at + self.twice.length, face
        elif not self.dropped or at < self.dropped.since:
            yield at, face
        elif at >= self.dropped.until:
            yield at - self.dropped.length, face


def make_scale(
    zone: ZoneInfo, days: Sequence[date], shown: Sequence[tuple[date, Interval]]
) -> Scale:
    """Return the scale for ``days`` that reaches from the first to the last hour of ``shown``.

    08:00 to 18:00 when nothing is.
    """
    turns = [turn_of(zone, day) for day in days]
    twice = next((turn.twice for turn in turns if turn.twice), None)
    dropped = turns[0].skipped if len(days) == 1 else None
    whole = Scale(zone, tuple(days), twice, dropped)
    ends = [minute for day, span in shown for minute in _clipped(whole, day, span)]
    if not ends:
        return Scale(zone, tuple(days), twice, dropped, 8 * HOUR, 18 * HOUR)
    top, bottom = min(ends) // HOUR * HOUR, -(-max(ends) // HOUR) * HOUR
    return Scale(zone, tuple(days), twice, dropped, top, max(bottom, top + HOUR))


def _clipped(scale: Scale, day: date, span: Interval) -> tuple[int, int]:
    extent = local_day(scale.zone, day)
    return (
        scale.minute(max(span.start, extent.start), day),
        scale.minute(min(span.end, extent.end), day),
    )
