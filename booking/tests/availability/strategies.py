"""Random questions to the engine, mostly near days on which clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from booking.availability import (
    Calendar,
    Hours,
    Interval,
    ResourceCalendar,
    Slot,
    Terms,
    WallInterval,
    find_next,
    find_slot,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# Zone and a date: days of change, the neighbours of some, and plain ones.
PLACES = [
    ("Africa/Harare", date(2026, 3, 4)),
    ("Europe/London", date(2026, 3, 29)),  # 01:00 to 02:00
    ("Europe/London", date(2026, 10, 25)),  # 02:00 to 01:00
    ("Europe/London", date(2026, 7, 1)),
    ("America/Sao_Paulo", date(2017, 10, 15)),  # 00:00 to 01:00: the midnight is missing
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 24:00 to 23:00: the last hour comes twice
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # 02:00 to 01:30
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # 02:00 to 02:30
    ("America/Havana", date(2026, 11, 1)),  # 01:00 to 00:00: the midnight comes twice
    ("America/Goose_Bay", date(2010, 11, 6)),  # 00:01 to 23:01 of the day before
    ("America/Goose_Bay", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
]


@dataclass(frozen=True)
class Question:
    terms: Terms
    calendars: list[Calendar]
    resources: list[ResourceCalendar]
    first: date
    last: date

    def find_slot(self, start: datetime) -> Slot | None:
        return find_slot(self.terms, self.calendars, self.resources, start=start)

    def find_next(self) -> Slot | None:
        return find_next(
            self.terms, self.calendars, self.resources, first=self.first, last=self.last
        )


@st.composite
def wall_intervals(draw: st.DrawFn) -> WallInterval:
    start = draw(st.integers(0, 191)) * 15 + draw(st.sampled_from([0, 0, 0, 1]))
    length = draw(st.integers(1, 60)) * 15
    return WallInterval(start, min(start + length, 2880))


def days_hours() -> st.SearchStrategy[list[WallInterval]]:
    longest = st.just([WallInterval(0, 1440)])
    return st.lists(wall_intervals(), max_size=2) | longest


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, list[WallInterval]]:
    """A usual day all week, with a few days that differ or are closed."""
    usual = [draw(wall_intervals()), *draw(days_hours())]
    odd = draw(st.dictionaries(st.integers(0, 6), st.none() | days_hours(), max_size=3))
    week = dict.fromkeys(range(7), usual) | odd
    return {weekday: hours for weekday, hours in week.items() if hours is not None}


def overrides(anchor: date) -> st.SearchStrategy[dict[date, list[WallInterval]]]:
    dates = st.integers(-1, 2).map(lambda offset: anchor + offset * DAY)
    return st.dictionaries(dates, days_hours(), max_size=2)


def instants(anchor: date, unit: int = 5) -> st.SearchStrategy[datetime]:
    """Instants within some two days of the anchor's midnight (UTC), on a grid of `unit` minutes."""
    midnight = datetime.combine(anchor, time(), UTC)
    return st.integers(-2160 // unit, 3600 // unit).map(lambda n: midnight + n * unit * MINUTE)


@st.composite
def intervals(draw: st.DrawFn, anchor: date) -> Interval:
    start = draw(instants(anchor))
    return Interval(start, start + draw(st.integers(1, 72)) * 5 * MINUTE)


@st.composite
def calendars(draw: st.DrawFn, anchor: date, opening: Hours, staff_id: int) -> Calendar:
    return Calendar(
        staff_id=staff_id,
        opening=opening,
        own_weekly=draw(st.none() | weeks()),
        own_overrides=draw(overrides(anchor)),
        blocked=draw(st.lists(intervals(anchor), max_size=6)),
        shared=draw(st.dictionaries(instants(anchor, 30), st.integers(0, 4), max_size=2)),
        load={},
    )


@st.composite
def resources(draw: st.DrawFn, anchor: date, resource_id: int) -> ResourceCalendar:
    return ResourceCalendar(
        resource_id=resource_id,
        quantity=draw(st.sampled_from([1, 1, 2, 2, 3, 3, 0])),
        capacity=draw(st.sampled_from([5, 5, 4, 2, 1])),
        used=draw(st.lists(intervals(anchor), max_size=8)),
        blocked=draw(st.lists(intervals(anchor), max_size=2)),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    zone, anchor = draw(st.sampled_from(PLACES))
    opening = Hours(draw(weeks()), draw(overrides(anchor)))
    first = anchor - draw(st.integers(0, 1)) * DAY
    last = anchor + draw(st.integers(0, 1)) * DAY
    notice = draw(st.sampled_from([-4 * DAY, -4 * DAY, None]))
    horizon = draw(st.sampled_from([4 * DAY, 4 * DAY, None]))
    midnight = datetime.combine(anchor, time(), UTC)
    terms = Terms(
        timezone=ZoneInfo(zone),
        duration=draw(st.sampled_from([30, 60, 15, 20, 45, 90, 240])),
        buffer_before=draw(st.sampled_from([0, 0, 10, 30])),
        buffer_after=draw(st.sampled_from([0, 0, 15, 40])),
        step=draw(st.sampled_from([15, 30, 60, 20, 7])),
        seats=draw(st.sampled_from([1, 1, 4])),
        party_size=draw(st.sampled_from([1] * 8 + [2, 2, 5])),
        earliest=draw(instants(anchor, 1)) if notice is None else midnight + notice,
        latest=draw(instants(anchor, 1)) if horizon is None else midnight + horizon,
    )
    staff = draw(st.sampled_from([1, 1, 1, 2, 2, 2, 3, 3, 0]))
    rooms = draw(st.sampled_from([0, 0, 1, 2]))
    return Question(
        terms,
        [draw(calendars(anchor, opening, staff_id)) for staff_id in range(staff, 0, -1)],
        [draw(resources(anchor, number)) for number in range(rooms)],
        first,
        last,
    )


def starts(question: Question) -> st.SearchStrategy[datetime]:
    return instants(question.first, 5) | instants(question.first, 1)
