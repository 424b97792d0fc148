"""Short ways to state an example. Clock times are local to Harare (UTC+2, no daylight saving)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.availability import (
    Calendar,
    Day,
    Hours,
    Interval,
    ResourceCalendar,
    Slot,
    Terms,
    WallInterval,
    find_days,
)

HARARE = ZoneInfo("Africa/Harare")
WEDNESDAY = date(2026, 3, 4)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def walls(*spans: str) -> list[WallInterval]:
    """walls("09:00-12:30", "22:00-26:00")."""
    pairs = [span.split("-") for span in spans]
    return [WallInterval(minutes(start), minutes(end)) for start, end in pairs]


def every_day(*spans: str) -> dict[int, list[WallInterval]]:
    return {weekday: walls(*spans) for weekday in range(7)}


def at(clock: str, day: date = WEDNESDAY) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=HARARE)
    return (midnight + timedelta(minutes=minutes(clock))).astimezone(UTC)


def span(text: str, day: date = WEDNESDAY) -> Interval:
    start, end = text.split("-")
    return Interval(at(start, day), at(end, day))


def terms(
    *,
    timezone: ZoneInfo = HARARE,
    duration: int = 60,
    before: int = 0,
    after: int = 0,
    step: int = 60,
    seats: int = 1,
    party_size: int = 1,
    earliest: datetime = LONG_AGO,
    latest: datetime = NEVER,
) -> Terms:
    return Terms(timezone, duration, before, after, step, seats, party_size, earliest, latest)


def calendar(
    staff_id: int | None = 1,
    *,
    open_: Sequence[str] = ("09:00-12:00",),
    opening: Hours | None = None,
    weekly: Mapping[int, Sequence[WallInterval]] | None = None,
    overrides: Mapping[date, Sequence[WallInterval]] | None = None,
    blocked: Sequence[Interval] = (),
    shared: Mapping[datetime, int] | None = None,
    load: Mapping[date, int] | None = None,
) -> Calendar:
    opening = opening or Hours(every_day(*open_), {})
    return Calendar(staff_id, opening, weekly, overrides or {}, blocked, shared or {}, load or {})


def resource(
    *,
    quantity: int = 1,
    capacity: int = 1,
    used: Sequence[Interval] = (),
    blocked: Sequence[Interval] = (),
) -> ResourceCalendar:
    return ResourceCalendar(7, quantity, capacity, used, blocked)


def the_day(
    asked: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar] = (),
    day: date = WEDNESDAY,
) -> Day:
    (answer,) = find_days(asked, calendars, resources, first=day, last=day)
    return answer


def clock(instant: datetime, timezone: ZoneInfo = HARARE) -> str:
    return instant.astimezone(timezone).strftime("%H:%M")


def free(
    asked: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar] = (),
    day: date = WEDNESDAY,
) -> list[str]:
    """Local times of the free slots of a day."""
    return [
        clock(slot.start, asked.timezone)
        for slot in the_day(asked, calendars, resources, day).slots
    ]


def slot(clock_time: str, *staff_ids: int | None, seats_left: int = 1) -> Slot:
    start = at(clock_time)
    return Slot(start, start + timedelta(hours=1), staff_ids or (1,), seats_left)
