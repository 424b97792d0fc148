"""What comes again: rules as RFC 5545 writes them, and the dates and instants that they mean.

Pure functions over dateutil; callers load, fix the dates they ask about, and write. A rule is
counted in local dates from its first one. The time of day stands beside it on the wall clock, so
that 13:00 stays 13:00 across daylight saving; only ``booking.availability`` turns it into UTC.

Repeating time off uses this, and so can appointments: weekly on chosen weekdays, every N weeks,
monthly by date or by the nth weekday, until a date or for a number of times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import islice, takewhile
from typing import Self
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from booking.availability import Interval, WallInterval, resolve
from booking.availability.wallclock import first_instant

MOST_TIMES = 104
"""The most that COUNT may say: two years of weeks."""

MOST_AT_ONCE = 1000
"""No question is answered with more dates than this."""

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
"""Of a month: its last day, or the last of that weekday."""

NTHS = (1, 2, 3, 4, 5, LAST)


class Every(StrEnum):
    """The FREQ of a rule; the values are those of RFC 5545, section 3.3.10."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"


LONGEST_INTERVAL = {Every.DAY: 366, Every.WEEK: 52, Every.MONTH: 24}
FREQUENCIES = {Every.DAY: DAILY, Every.WEEK: WEEKLY, Every.MONTH: MONTHLY}


class BadRule(ValueError):
    """A rule that says nothing sensible, or more than is understood here."""


@dataclass(frozen=True, slots=True)
class Nth:
    """The nth weekday of a month: ``Nth(2, 1)`` is the second Tuesday, -1 the last one."""

    number: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What comes again every ``interval`` days, weeks or months.

    weekdays: for weeks, 0 = Monday, ascending; none of them is the weekday of the first date.
    month_day: for months, 1 to 31 or -1; months without that date are left out.
    nth: for months, in place of ``month_day``. With neither, the day of the first date counts.
    until: the last date on which it may come. count: how often it comes. At most one of the two.

    Raises ``BadRule``.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    nth: Nth | None = None
    until: date | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        checks = (
            (1 <= self.interval <= LONGEST_INTERVAL[self.every], "Comes too seldom."),
            (self.count is None or 1 <= self.count <= MOST_TIMES, "Comes too often."),
            (self.count is None or self.until is None, "Ends either on a date or by count."),
            (not self.weekdays or self.every is Every.WEEK, "Weekdays belong to weeks."),
            (self.weekdays == tuple(sorted(set(self.weekdays))), "Weekdays ascend."),
            (set(self.weekdays) <= set(range(7)), "There are seven weekdays."),
            (
                self._monthly_parts() <= int(self.every is Every.MONTH),
                "These belong to months.",
            ),
            (self.month_day is None or self.month_day in {LAST, *range(1, 32)}, "No such day."),
            (self.nth is None or _is_nth(self.nth), "No such weekday of a month."),
        )
        for fine, message in checks:
            if not fine:
                raise BadRule(message)

    def _monthly_parts(self) -> int:
        return (self.month_day is not None) + (self.nth is not None)

    def ending(self, until: date) -> Self:
        """Return the same rule with ``until`` as its last possible date."""
        return replace(self, until=until, count=None)


def build(rule: Rule) -> str:
    """Return the value of an RRULE: ``FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20261231``.

    UNTIL is a DATE, because the rule is one of dates (RFC 5545, 3.3.10: the type of DTSTART).
    """
    by_day = ",".join(DAYS[day] for day in rule.weekdays)
    if rule.nth is not None:
        by_day = f"{rule.nth.number}{DAYS[rule.nth.weekday]}"
    parts = (
        ("FREQ", rule.every.value),
        ("INTERVAL", str(rule.interval) if rule.interval > 1 else ""),
        ("BYDAY", by_day),
        ("BYMONTHDAY", "" if rule.month_day is None else str(rule.month_day)),
        ("UNTIL", "" if rule.until is None else f"{rule.until:%Y%m%d}".zfill(8)),
        ("COUNT", "" if rule.count is None else str(rule.count)),
    )
    return ";".join(f"{name}={value}" for name, value in parts if value)


def parse(text: str, *, zone: ZoneInfo | None = None, start_minute: int = 0) -> Rule:
    """Read the value of an RRULE, with or without ``RRULE:`` before it.

    An UNTIL with a time is read as RFC 5545 means it, the last instant at which an occurrence may
    start: ``zone`` and ``start_minute`` turn it into the last date. Parts that no rule here has
    (BYSETPOS, BYHOUR, several BYMONTHDAY …) are refused with ``BadRule``, never ignored.
    """
    parts = _split(text.strip().upper().removeprefix("RRULE:"))
    every = _frequency(parts.pop("FREQ", ""))
    by_day = [each for each in parts.pop("BYDAY", "").split(",") if each]
    month_day, count = parts.pop("BYMONTHDAY", ""), parts.pop("COUNT", "")
    interval, until = parts.pop("INTERVAL", "1"), parts.pop("UNTIL", "")
    if parts.pop("WKST", "MO") != "MO" or parts:
        raise BadRule("This kind of repetition is not offered.")
    monthly = every is Every.MONTH
    if monthly and len(by_day) > 1:
        raise BadRule("Choose one weekday of the month.")
    return Rule(
        every=every,
        interval=_number(interval),
        weekdays=() if monthly else tuple(sorted({_weekday(each) for each in by_day})),
        month_day=_number(month_day) if month_day else None,
        nth=_nth(by_day[0]) if monthly and by_day else None,
        until=_until(until, zone, start_minute) if until else None,
        count=_number(count) if count else None,
    )


def dates(rule: Rule, *, first: date, since: date, until: date) -> list[date]:
    """Return the dates from ``since`` to ``until``, both included, on which it comes.

    It is counted from ``first``, which itself is one only if the rule says so. Never more than
    ``MOST_AT_ONCE``.
    """
    end = min(until, rule.until or until)
    found = _counted(rule, first).xafter(_as_instant(max(since, first)), inc=True)
    coming = (each.date() for each in found)
    return list(islice(takewhile(lambda day: day <= end, coming), MOST_AT_ONCE))


def occurrences(
    rule: Rule, *, first: date, start_minute: int, zone: ZoneInfo, since: date, until: date
) -> list[datetime]:
    """Return when it starts (UTC) on each of its dates from ``since`` to ``until``.

    ``start_minute`` counts from local midnight. A time that the clock jumps over stands for the
    instant of the jump; of one that it shows twice the first counts.
    """
    found = dates(rule, first=first, since=since, until=until)
    return [first_instant(zone, day, start_minute) for day in found]


def spans(
    rule: Rule,
    *,
    first: date,
    wall: WallInterval,
    zone: ZoneInfo,
    since: date,
    until: date,
    skipped: Sequence[date] = (),
) -> list[Interval]:
    """Return the real time of ``wall`` on each date but the ``skipped`` ones, as of working hours.

    From the first instant of the local start to the last of the local end; what a jump of the
    clock leaves empty vanishes.
    """
    left = set(dates(rule, first=first, since=since, until=until)) - set(skipped)
    return [span for day in sorted(left) for span in resolve(day, [wall], zone)]


def _counted(rule: Rule, first: date) -> rrule:
    """Return dateutil's own, counted in midnights of UTC: the dates are all that is read of it.

    It gets no UNTIL: ``dates`` cuts, so that its end never depends on a clock.
    """
    by_day: Sequence[weekday] | None = [weekday(day) for day in rule.weekdays] or None
    if rule.nth is not None:
        by_day = [weekday(rule.nth.weekday, rule.nth.number)]
    return rrule(
        FREQUENCIES[rule.every],
        dtstart=_as_instant(first),
        interval=rule.interval,
        count=rule.count,
        byweekday=by_day,
        bymonthday=rule.month_day,
        wkst=0,
    )


def _as_instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _is_nth(nth: Nth) -> bool:
    return nth.number in NTHS and 0 <= nth.weekday <= 6  # noqa: PLR2004 - Sunday


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not (name and equals and value) or name in parts:
            raise BadRule("This is not a rule of repetition.")
        parts[name] = value
    return parts


def _frequency(text: str) -> Every:
    try:
        return Every(text)
    except ValueError:
        raise BadRule("It comes again by days, weeks or months.") from None


def _number(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):  # noqa: PLR2004
        raise BadRule("This is not a rule of repetition.")
    return int(text)


def _weekday(text: str) -> int:
    if text not in DAYS:
        raise BadRule("Weeks repeat by plain weekdays.")
    return DAYS.index(text)


def _nth(text: str) -> Nth:
    number, day = text[:-2], text[-2:]
    if not number:
        raise BadRule("Say which of the weekdays of the month.")
    return Nth(_number(number), _weekday(day))


def _until(text: str, zone: ZoneInfo | None, start_minute: int) -> date:
    """Return the last date; see ``parse``."""
    day, _, clock = text.partition("T")
    try:
        last = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date()
        if not clock:
            return last
        moment = datetime.strptime(clock.removesuffix("Z"), "%H%M%S").replace(tzinfo=UTC).time()
    except ValueError:
        raise BadRule("The end is a date.") from None
    limit = datetime.combine(last, moment, UTC if clock.endswith("Z") else (zone or UTC))
    local = limit.astimezone(zone or UTC)
    starts = first_instant(zone or ZoneInfo("UTC"), local.date(), start_minute)
    return local.date() if starts <= limit else date.fromordinal(local.date().toordinal() - 1)
