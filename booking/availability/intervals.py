"""Half-open stretches of time, and the starts that they bar."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self


def is_utc(instant: datetime) -> bool:
    """Whether the datetime is aware and its offset is nought (any tzinfo that says so will do)."""
    return instant.tzinfo is UTC or (instant.tzinfo is not None and not instant.utcoffset())


class _Ends(NamedTuple):
    start: datetime
    end: datetime


class Interval(_Ends):
    """Half-open [start, end) between two aware UTC datetimes.

    Raises ValueError when an end is naive or in another zone (two datetimes of one zone compare by
    the wall clock, which is wrong where the clock goes back), or when nothing lies between them.
    ``_make`` does not look: it is for pairs that are known to be right, of which there may be
    hundreds, such as those that the database holds in order.
    """

    __slots__ = ()

    def __new__(cls, start: datetime, end: datetime) -> Self:
        """Look at both ends first."""
        if not (is_utc(start) and is_utc(end)):
            message = f"An interval needs UTC datetimes, not {start!r} and {end!r}."
            raise ValueError(message)
        if start >= end:
            message = f"An interval ends after its start: {start!r}, {end!r}."
            raise ValueError(message)
        return super().__new__(cls, start, end)


@dataclass(frozen=True, slots=True)
class Barred:
    """Starts that would collide with taken time.

    Range n bars the starts *strictly* between since[n] and until[n]: at either end the service just
    fits. Both lists ascend and no range reaches into the next; two may meet in one allowed start.
    """

    since: list[datetime]
    until: list[datetime]

    def free(self, starts: Sequence[datetime]) -> list[datetime]:
        """Those of the ascending `starts` that no range bars, in the same order."""
        if not starts:
            return []
        free: list[datetime] = []
        position = 0
        nth = bisect_right(self.until, starts[0])
        while nth < len(self.since) and self.since[nth] < starts[-1]:
            free += starts[position : bisect_right(starts, self.since[nth], position)]
            position = bisect_left(starts, self.until[nth], position)
            nth += 1
        free += starts[position:]
        return free


def bar(
    taken: Iterable[Interval],
    *,
    ahead: timedelta,
    behind: timedelta,
    first: datetime,
    last: datetime,
) -> Barred:
    """The starts that collide with `taken` (any order, overlaps welcome).

    `ahead` is what a booking occupies after its start (duration and buffer after), `behind` what it
    occupies before. Only starts from `first` to `last` will be asked about, so time out of their
    reach is dropped, and endless time is cut before it can overflow.
    """
    low, high = first - behind, last + ahead
    ranges = sorted(
        (
            max(interval.start, low) - ahead,
            min(interval.end, high) + behind,
        )
        for interval in taken
        if interval.start < high and interval.end > low
    )
    since: list[datetime] = []
    until: list[datetime] = []
    for begin, end in ranges:
        if not until or begin >= until[-1]:
            since.append(begin)
            until.append(end)
        elif end > until[-1]:
            until[-1] = end
    return Barred(since, until)


def on_step(
    work: Interval, *, step: timedelta, duration: timedelta, first: datetime, last: datetime
) -> list[datetime]:
    """Starts on the step, counted in elapsed time from the start of `work`, that end inside it.

    Only those from `first` to `last`, both included.
    """
    skipped = max(0, -((work.start - first) // step))
    start = work.start + skipped * step
    count = (min(last, work.end - duration) - start) // step + 1
    return [start + step * number for number in range(count)]
