"""Time off as it is typed: once or repeating, all day or from one time to another."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from booking.domain.time_off import (
    Change,
    Repeat,
    Whose,
    dates_of,
    is_all_day,
    on_the_day,
    whole_days,
)
from booking.recurrence import LAST, LONGEST_INTERVAL, BadRule, Every, Nth, Rule
from project.dates import is_near
from providers.forms.hours import parse_minute, say_minute
from providers.models import TimeOff, WeeklyHours
from providers.models.hours import MINUTES_A_DAY

DAYS = [(str(day), str(label)[:3]) for day, label in WeeklyHours.Weekday.choices]
REPEATS = [
    ("", "Does not repeat"),
    ("week", "Weekly"),
    ("month", "Monthly, on the same date"),
    ("nth", "Monthly, on the same weekday"),
]


def _date_box() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class MinuteField(forms.CharField):
    """A time of day in minutes since midnight; ``None`` when nothing was typed."""

    widget = forms.TextInput(attrs={"type": "time"})

    def clean(self, value: Any) -> int | None:
        """Return the minutes. Raises ``ValidationError``."""
        text = super().clean(value)
        minute = parse_minute(text) if text else None
        if text and minute is None:
            raise forms.ValidationError("Write times like 08:30.")
        return minute


class ReasonField(forms.CharField):
    """Why; only the business reads it."""

    def __init__(self, **kwargs: Any) -> None:
        longest = TimeOff._meta.get_field("reason").max_length
        super().__init__(required=False, max_length=longest, label="What for?", **kwargs)


class TimeOffForm(forms.Form):
    """Time off; ``whom`` are the choices of who or what it can be for, by value.

    ``today`` is the date at the business.
    """

    who = forms.ChoiceField(label="Who is off?", required=False)
    first = forms.DateField(label="Day", widget=_date_box())
    last = forms.DateField(label="Last day, if several", required=False, widget=_date_box())
    all_day = forms.BooleanField(label="All day", required=False)
    start = MinuteField(label="From", required=False)
    end = MinuteField(label="Until", required=False)
    repeat = forms.ChoiceField(label="Repeat", choices=REPEATS, required=False)
    every = forms.IntegerField(
        label="Every how many weeks or months?",
        min_value=1,
        max_value=max(LONGEST_INTERVAL[unit] for unit in (Every.WEEK, Every.MONTH)),
        required=False,
    )
    weekdays = forms.MultipleChoiceField(
        label="On these weekdays",
        choices=DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(label="Until, if it ends", required=False, widget=_date_box())
    reason = ReasonField()

    def __init__(
        self,
        *args: Any,
        whom: dict[str, Whose],
        labels: list[Any],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.whom, self.today = whom, today
        self.fields["who"].choices = labels  # type: ignore[attr-defined]
        if len(labels) == 1:
            self.fields["who"].widget = forms.HiddenInput()
            self.fields["who"].initial = labels[0][0]

    def clean(self) -> dict[str, Any]:
        """Check what belongs together."""
        cleaned = super().clean() or {}
        self._check_dates(cleaned)
        self._check_interval(cleaned)
        first, last = cleaned.get("first"), cleaned.get("last")
        if cleaned.get("who", "") not in self.whom and "who" not in self.errors:
            self.add_error("who", "Choose who is off.")
        several = bool(first and last and last > first)
        if not cleaned.get("all_day"):
            self._check_times(cleaned, several=several)
        if cleaned.get("repeat") and several:
            self.add_error("last", "What repeats lasts a day at most.")
        return cleaned

    def _check_dates(self, cleaned: dict[str, Any]) -> None:
        for name in ("first", "last"):
            day = cleaned.get(name)
            if day and not is_near(day, today=self.today):
                self.add_error(name, "Please choose a day within the next two years.")
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day comes before the first.")

    def _check_interval(self, cleaned: dict[str, Any]) -> None:
        longest = LONGEST_INTERVAL[Every.MONTH]
        monthly = cleaned.get("repeat") in {"month", "nth"}
        if monthly and (cleaned.get("every") or 1) > longest:
            self.add_error("every", f"At most every {longest} months.")

    def _check_times(self, cleaned: dict[str, Any], *, several: bool) -> None:
        start, end = cleaned.get("start"), cleaned.get("end")
        if several:
            self.add_error("last", "Several days are off all day: tick “All day”.")
        elif start is None and "start" not in self.errors:
            self.add_error("start", "From when? Or tick “All day”.")
        elif end is None and "end" not in self.errors:
            self.add_error("end", "Until when? Or tick “All day”.")
        elif start is not None and end is not None and (end or MINUTES_A_DAY) <= start:
            self.add_error("end", "The end must come after the start.")

    def change(self, zone: ZoneInfo) -> Change:
        """Return what is asked for. Raises ``BadRule`` for a repetition that makes no sense."""
        typed = self.cleaned_data
        first, whose, reason = typed["first"], self.whom[typed["who"]], typed["reason"]
        start, end = (0, MINUTES_A_DAY) if typed["all_day"] else (typed["start"], typed["end"])
        if typed["repeat"]:
            again = Repeat(
                rule=self._rule(first),
                first=first,
                start_minute=start,
                end_minute=end or MINUTES_A_DAY,
            )
            return Change(whose=whose, reason=reason, repeat=again)
        if typed["all_day"]:
            since, until = whole_days(zone, first, typed["last"] or first)
        else:
            since, until = on_the_day(zone, first, start, end or MINUTES_A_DAY)
        return Change(whose=whose, reason=reason, start=since, end=until)

    def _rule(self, first: date) -> Rule:
        typed = self.cleaned_data
        interval, until = typed["every"] or 1, typed["until"]
        if until is not None and until < first:
            raise BadRule("It would end before it begins.")
        if typed["repeat"] == "week":
            days = sorted({int(day) for day in typed["weekdays"]}) or [first.weekday()]
            return Rule(Every.WEEK, interval=interval, weekdays=tuple(days), until=until)
        if typed["repeat"] == "month":
            return Rule(Every.MONTH, interval=interval, month_day=first.day, until=until)
        return Rule(Every.MONTH, interval=interval, nth=nth_of(first), until=until)


class CloseNowForm(forms.Form):
    """Closed from this minute until a time of today."""

    until = MinuteField(label="Closed until")
    reason = ReasonField(widget=forms.TextInput(attrs={"placeholder": "No power"}))


def nth_of(day: date) -> Nth:
    """Return which weekday of its month a date is; a fifth one is the last."""
    number = (day.day - 1) // 7 + 1
    return Nth(LAST if number == 5 else number, day.weekday())  # noqa: PLR2004 - the fifth


def initial_of(row: TimeOff, zone: ZoneInfo, rule: Rule | None) -> dict[str, Any]:
    """Return what the form shows of time off that is there."""
    first, last = dates_of(zone, row.start, row.end)
    all_day, start, end = _wall_of(row, zone)
    return {
        "who": who_value(row),
        "first": first,
        "last": last if last > first and rule is None else None,
        "all_day": all_day,
        "start": "" if all_day else say_minute(start),
        "end": "" if all_day else say_minute(end),
        "reason": row.reason,
        **(_repeat_of(rule) if rule else {}),
    }


def _wall_of(row: TimeOff, zone: ZoneInfo) -> tuple[bool, int, int]:
    """Return whether it is all day, and from when until when on the wall clock.

    Of what repeats the rule says so: where the clock jumps, one of its times may lie elsewhere.
    """
    if row.rule is not None:
        start, end = row.rule.start_minute, row.rule.end_minute
        return (start, end) == (0, MINUTES_A_DAY), start, end
    since, until = row.start.astimezone(zone), row.end.astimezone(zone)
    start, end = since.hour * 60 + since.minute, until.hour * 60 + until.minute
    return is_all_day(zone, row.start, row.end), start, end


def who_value(row: TimeOff) -> str:
    """Return the choice that stands for whoever is off."""
    if row.staff_id is not None:
        return f"staff-{row.staff_id}"
    return "" if row.resource_id is None else f"resource-{row.resource_id}"


def _repeat_of(rule: Rule) -> dict[str, Any]:
    monthly = "nth" if rule.nth is not None else "month"
    return {
        "repeat": "week" if rule.every is Every.WEEK else monthly,
        "every": rule.interval,
        "weekdays": [str(day) for day in rule.weekdays],
        "until": rule.until,
    }
