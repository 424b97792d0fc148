"""What is asked (terms) and of whom (calendars)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.availability.intervals import Interval, is_utc
from booking.availability.wallclock import Hours, WallInterval, working_hours


@dataclass(frozen=True, slots=True)
class Calendar:
    """One person who can be booked; or, with staff_id None, a business whose service needs nobody.

    opening: the hours of the business. own_weekly None: follows them.
    own_overrides: the person's own special hours, which win over everything.
    blocked: time off (own and of the business), busy time, occupied ranges of active sessions,
    other people's live holds; any order, overlaps welcome.
    shared: for classes, start of each existing session of this very service and duration -> seats
    left in it, 0 when full. Its occupied range is in `blocked` too.
    load: minutes taken per local date, to find the least loaded; an absent date is 0.
    """

    staff_id: int | None
    opening: Hours
    own_weekly: Mapping[int, Sequence[WallInterval]] | None
    own_overrides: Mapping[date, Sequence[WallInterval]]
    blocked: Sequence[Interval]
    shared: Mapping[datetime, int]
    load: Mapping[date, int]

    def working_hours(self, day: date) -> list[WallInterval]:
        """The wall-clock intervals of a date."""
        own = Hours(self.own_weekly, self.own_overrides)
        return working_hours(day, opening=self.opening, own=own)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for.

    duration, buffer_before, buffer_after, step: real minutes.
    seats: 1 for one-to-one, more for a class. party_size: people who come.
    earliest, latest: first and last start that may be offered, both inclusive (UTC); whoever may
    override notice and horizon passes wide ones, at the widest datetime.min and .max in UTC.

    Raises ValueError on anything that no service could mean.
    """

    timezone: ZoneInfo
    duration: int
    buffer_before: int
    buffer_after: int
    step: int
    seats: int
    party_size: int
    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if min(self.duration, self.step, self.seats, self.party_size) < 1:
            message = "Duration, step, seats and party size are at least 1."
            raise ValueError(message)
        if min(self.buffer_before, self.buffer_after) < 0:
            message = "A buffer is not negative."
            raise ValueError(message)
        if not (is_utc(self.earliest) and is_utc(self.latest)):
            message = "The earliest and latest start are UTC datetimes."
            raise ValueError(message)
