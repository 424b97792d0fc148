"""Hours as they are typed: rows of from and until, kept as they were when something is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django import forms
from django.http import QueryDict

from providers.domain.hours import MOST_INTERVALS, WEEKDAYS, Minutes, Week, row_problems
from providers.models import DateOverride, WeeklyHours
from providers.models.hours import MINUTES_A_DAY

CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?", re.ASCII)
"""``8``, ``8:30``, ``08.30`` or ``0830``; browsers with a field for times send ``08:30``."""

LAST_MINUTE = 59
BOTH = "Give both times."
UNREADABLE = "Write times like 08:30."


@dataclass(slots=True)
class Row:
    """One interval as typed, in the boxes ``<name>-from`` and ``<name>-until``."""

    name: str
    start: str = ""
    end: str = ""
    error: str = ""

    @classmethod
    def of(cls, name: str, minutes: Minutes) -> Self:
        """Return the row that shows ``minutes``."""
        return cls(name, say_minute(minutes[0]), say_minute(minutes[1]))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.start or self.end)

    def read(self) -> Minutes | None:
        """Return the minutes; nothing, with ``error`` set unless it is empty, for others."""
        if self.is_empty:
            return None
        start, end = parse_minute(self.start), parse_minute(self.end)
        if start is None or end is None:
            self.error = UNREADABLE if self.start and self.end else BOTH
            return None
        return start, end or MINUTES_A_DAY


@dataclass(slots=True)
class Rows:
    """The intervals of one day; ``spare`` is the empty row behind "Open twice"."""

    name: str
    rows: list[Row]

    @classmethod
    def of(cls, name: str, intervals: Sequence[Minutes]) -> Self:
        """Return the rows that show ``intervals``, at least an empty one."""
        rows = [Row.of(f"{name}-{n}", minutes) for n, minutes in enumerate(intervals)]
        return cls(name, rows or [Row(f"{name}-0")])

    @classmethod
    def typed(cls, name: str, data: Mapping[str, str]) -> Self:
        """Read the rows of ``name`` out of a form."""
        rows = []
        for number in range(MOST_INTERVALS + 1):
            box = f"{name}-{number}"
            row = Row(
                box, data.get(f"{box}-from", "").strip(), data.get(f"{box}-until", "").strip()
            )
            if not row.is_empty:
                rows.append(row)
        for number, row in enumerate(rows):
            row.name = f"{name}-{number}"
        return cls(name, rows or [Row(f"{name}-0")])

    @property
    def spare(self) -> Row:
        """The row after the last one."""
        return Row(f"{self.name}-{len(self.rows)}")

    def read(self) -> list[Minutes]:
        """Return the intervals in order of time, having said what is wrong beside its row."""
        minutes = [row.read() for row in self.rows]
        for place, problem in row_problems(minutes).items():
            self.rows[place].error = problem
        return sorted(each for each in minutes if each is not None)

    @property
    def is_wrong(self) -> bool:
        """Whether a row has an error; once read."""
        return any(row.error for row in self.rows)


@dataclass(slots=True)
class Day:
    """One weekday of the editor."""

    number: int
    label: str
    closed: bool
    hours: Rows

    def read(self) -> list[Minutes]:
        """Return its intervals; none when it is closed, whatever stands in the boxes."""
        return [] if self.closed else self.hours.read()


@dataclass(slots=True)
class WeekForm:
    """A week of hours as typed."""

    days: list[Day]
    week: dict[int, list[Minutes]] = field(default_factory=dict)
    whole: bool = True
    copy_error: str = ""
    copy_from: int = 0
    copy_to: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, week: Week) -> Self:
        """Return the form that shows ``week``."""
        days = [
            Day(day, label, not week.get(day), Rows.of(f"d{day}", week.get(day, ())))
            for day, label in _weekdays()
        ]
        return cls(days, {day: list(rows) for day, rows in week.items()})

    @classmethod
    def typed(cls, data: QueryDict) -> Self:
        """Read a form, with one day copied to others when that was pressed."""
        days = [
            Day(day, label, f"closed-{day}" in data, Rows.typed(f"d{day}", data))
            for day, label in _weekdays()
        ]
        form = cls(days)
        # Half a form, cut off on its way, must not close the rest of the week.
        form.whole = all(day.closed or f"d{day.number}-0-from" in data for day in days)
        if "copy" in data:
            form._copy(data)
        form.week = {day.number: day.read() for day in form.days}
        return form

    def is_valid(self) -> bool:
        """Whether everything that counts could be read."""
        open_days = (day for day in self.days if not day.closed)
        fine = self.whole and not self.copy_error
        return fine and not any(day.hours.is_wrong for day in open_days)

    def _copy(self, data: QueryDict) -> None:
        numbers = {str(day): day for day in WEEKDAYS}
        source = numbers.get(data.get("copy-from", ""))
        chosen = [numbers[text] for text in data.getlist("copy-to") if text in numbers]
        self.copy_from, self.copy_to = source or 0, chosen
        if source is None or not set(chosen) - {source}:
            self.copy_error = "Tick the days that shall have the same hours."
            return
        original = self.days[source]
        for day in (self.days[number] for number in chosen if number != source):
            day.closed = original.closed
            day.hours.rows = [
                Row(f"d{day.number}-{n}", row.start, row.end)
                for n, row in enumerate(original.hours.rows)
            ]


class DatesForm(forms.Form):
    """Special hours on a date or on each of a range of dates; ``hours`` are the rows beside it."""

    first = forms.DateField(
        label="Day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label="Last day, if it is several",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = forms.CharField(
        label="What for?",
        required=False,
        max_length=DateOverride._meta.get_field("note").max_length,
        widget=forms.TextInput(attrs={"placeholder": "Christmas party"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closed = not self.is_bound or self.data.get("kind") != "open"
        self.hours = Rows.typed("s", self.data) if self.is_bound else Rows.of("s", ())
        self.intervals: list[Minutes] = []

    def clean(self) -> dict[str, Any]:
        """Read the rows where they count."""
        cleaned = super().clean() or {}
        if not self.closed:
            self.intervals = self.hours.read()
            if not self.intervals and not self.hours.is_wrong:
                self.hours.rows[0].error = BOTH
            if self.hours.is_wrong:
                raise forms.ValidationError("Please look at the times.")
        return cleaned


def parse_minute(text: str) -> int | None:
    """Return minutes since midnight, at most 1440, or nothing for what is no time of day."""
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    whole = hours * 60 + minutes
    return whole if minutes <= LAST_MINUTE and whole <= MINUTES_A_DAY else None


def say_minute(minute: int) -> str:
    """Return ``08:30`` as fields for times take it; the end of the day is ``00:00`` to them."""
    hours, minutes = divmod(minute % MINUTES_A_DAY, 60)
    return f"{hours:02d}:{minutes:02d}"


def _weekdays() -> Iterator[tuple[int, str]]:
    return ((day, str(WeeklyHours.Weekday(day).label)) for day in WEEKDAYS)
