"""What callers ask about free time. One search shows the grid and checks the booking."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from booking.availability.calendars import Calendar, Terms
from booking.availability.capacity import ResourceCalendar
from booking.availability.search import Search
from booking.availability.slots import Day, Slot
from booking.availability.wallclock import local_day


def find_days(
    terms: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar],
    *,
    first: date,
    last: date,
) -> list[Day]:
    """Free slots and taken starts, one Day per local date from `first` to `last`, both included.

    A slot belongs to the local date of its start.
    """
    search = _search(terms, calendars, resources, first, last)
    return [search.day(day) for day in _dates(first, last)]


def find_next(
    terms: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar],
    *,
    first: date,
    last: date,
) -> Slot | None:
    """The earliest slot on the local dates from `first` to `last`, both included.

    Looks no further than the first day that has one.
    """
    search = _search(terms, calendars, resources, first, last)
    for day in _dates(first, last):
        if (slot := search.first_slot(day)) is not None:
            return search.earlier_tomorrow(day, slot) if day < last else slot
    return None


def find_slot(
    terms: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar],
    *,
    start: datetime,
) -> Slot | None:
    """The slot at exactly this start, as `find_days` would show it, or None when it has none.

    `start` may be in any zone; a naive one raises ValueError.
    """
    start = as_utc(start)
    search = Search(terms, calendars, resources, first=start, last=start)
    if search.first > search.last:
        return None
    return search.first_slot(start.astimezone(terms.timezone).date())


def as_utc(start: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime."""
    if start.tzinfo is None:
        message = "A start is an aware datetime."
        raise ValueError(message)
    try:
        return start.astimezone(UTC)
    except OverflowError:  # at the edge of the calendar, where nothing is free anyway
        return start.replace(tzinfo=UTC)


def _search(
    terms: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar],
    first: date,
    last: date,
) -> Search:
    """A search over whole local dates, both included."""
    begin, end = local_day(terms.timezone, first).start, local_day(terms.timezone, last).end
    return Search(terms, calendars, resources, first=begin, last=end)


def _dates(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
