"""Opening and working hours: the usual week, and dates that differ from it.

``staff`` empty means the business itself. Nothing here alters an appointment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from project.dates import is_near
from project.db import retry_on_conflict
from project.errors import InvalidInput
from providers.domain.locking import lock_provider
from providers.models import DateOverride, Provider, Staff, WeeklyHours
from providers.models.hours import MINUTES_A_DAY

Minutes = tuple[int, int]
"""From and until, in minutes since local midnight; until at most 1440."""

Week = Mapping[int, Sequence[Minutes]]
"""Intervals by weekday (0 = Monday); an absent one is closed."""

WEEKDAYS = range(7)
MOST_INTERVALS = 6
"""A day has at most so many."""

LONGEST_RANGE = timedelta(days=92)
"""So many dates may be made special at once."""

HOLIDAYS_AHEAD = timedelta(days=365)

OVERLAP = "This overlaps another time of the day. With a break, the first ends where it begins."


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday."""

    date: date
    name: str


def row_problems(rows: Sequence[Minutes | None]) -> dict[int, str]:
    """Return what is wrong with the intervals of one day, by their place; ``None`` is skipped.

    Intervals may touch: that draws a line between them which no appointment crosses.
    """
    problems: dict[int, str] = {}
    seen: list[Minutes] = []
    for place, row in enumerate(rows):
        if row is None:
            continue
        start, end = row
        if not 0 <= start < end <= MINUTES_A_DAY:
            problems[place] = "The end must come after the start."
        elif any(start < other[1] and other[0] < end for other in seen):
            problems[place] = OVERLAP
        else:
            seen.append(row)
    if len(seen) > MOST_INTERVALS:
        problems[len(rows) - 1] = f"At most {MOST_INTERVALS} times a day."
    return problems


def week_of(provider: Provider, staff: Staff | None) -> dict[int, list[Minutes]]:
    """Return the usual week as it is kept, in one query."""
    week: dict[int, list[Minutes]] = {day: [] for day in WEEKDAYS}
    rows = WeeklyHours.objects.filter(provider=provider, staff=staff)
    for day, start, end in rows.values_list("weekday", "start_minute", "end_minute"):
        week[day].append((start, end))
    return week


def minutes_a_week(week: Week) -> int:
    """Return how long the week is; what overlaps counts once."""
    return sum(_length(rows) for rows in week.values())


@retry_on_conflict
def set_week(provider: Provider, staff: Staff | None, week: Week) -> None:
    """Put ``week`` in the place of the former one; a person gets hours of their own by it.

    Raises ``InvalidInput`` for intervals that overlap or end before they start.
    """
    for day, rows in week.items():
        if day not in WEEKDAYS or (wrong := row_problems(rows)):
            message = next(iter(wrong.values())) if day in WEEKDAYS else "No such weekday."
            raise InvalidInput(message, field="week")
    with transaction.atomic():
        lock_provider(provider.pk)  # two at once would each add their rows
        WeeklyHours.objects.filter(provider=provider, staff=staff).delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(
                provider=provider, staff=staff, weekday=day, start_minute=start, end_minute=end
            )
            for day, rows in week.items()
            for start, end in sorted(rows)
        )
        if staff is not None:
            _follow(staff, own=True)


def follow_business(staff: Staff) -> None:
    """Let a person work whenever the business is open; their own week is kept for another time."""
    _follow(staff, own=False)


@retry_on_conflict
def set_dates(
    provider: Provider,
    staff: Staff | None,
    dates: Iterable[date],
    *,
    intervals: Sequence[Minutes] = (),
    note: str = "",
) -> None:
    """Give these dates hours of their own, in place of any former ones; none of them is closed.

    Raises ``InvalidInput``.
    """
    if problems := row_problems(intervals):
        raise InvalidInput(next(iter(problems.values())), field="intervals")
    days = sorted(set(dates))
    opened: Sequence[tuple[int | None, int | None]] = intervals or [(None, None)]
    with transaction.atomic():
        lock_provider(provider.pk)
        DateOverride.objects.filter(provider=provider, staff=staff, date__in=days).delete()
        DateOverride.objects.bulk_create(
            DateOverride(
                provider=provider,
                staff=staff,
                date=day,
                start_minute=start,
                end_minute=end,
                note=note,
            )
            for day in days
            for start, end in opened
        )


@retry_on_conflict
def forget_dates(provider: Provider, staff: Staff | None, dates: Iterable[date]) -> int:
    """Let the usual week count on these dates again; return how many rows that took away."""
    days = list(dates)
    with transaction.atomic():
        lock_provider(provider.pk)
        special = DateOverride.objects.filter(provider=provider, staff=staff, date__in=days)
        return special.delete()[0]


def date_range(first: date, last: date, *, today: date) -> list[date]:
    """Return the dates first..last. Raises ``InvalidInput`` for past, unordered or far ones."""
    if first < today:
        raise InvalidInput("This date has passed.", field="first")
    if last < first:
        raise InvalidInput("The last day comes before the first.", field="last")
    if last - first > LONGEST_RANGE:
        raise InvalidInput("At most three months at once.", field="last")
    if not is_near(last, today=today):
        raise InvalidInput("This is more than two years ahead.", field="last")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def coming_holidays(country: str, *, today: date) -> list[Holiday]:
    """Return the public holidays of ``country`` (ISO 3166) in the next twelve months.

    Empty for countries that we know none of.
    """
    # Half a second and some megabytes that only this page needs.
    import holidays  # noqa: PLC0415

    end = today + HOLIDAYS_AHEAD
    try:
        known = holidays.country_holidays(
            country, years=range(today.year, end.year + 1), language="en_US"
        )
    except NotImplementedError:
        return []
    coming = sorted((day, name) for day, name in known.items() if today <= day <= end)
    return [Holiday(day, name.replace("; ", ", ")[:120]) for day, name in coming]


def _follow(staff: Staff, *, own: bool) -> None:
    Staff.objects.filter(pk=staff.pk).update(own_hours=own)
    staff.own_hours = own


def _length(rows: Sequence[Minutes]) -> int:
    total, until = 0, 0
    for start, end in sorted(rows):
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total
