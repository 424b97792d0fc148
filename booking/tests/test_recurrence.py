"""What comes again: rules, dates and instants, against dateutil and the calendar itself."""

import ast
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

import booking.recurrence as subject
from booking.availability import WallInterval, resolve
from booking.recurrence import (
    LAST,
    MOST_AT_ONCE,
    MOST_TIMES,
    NTHS,
    BadRule,
    Every,
    Nth,
    Rule,
    build,
    dates,
    occurrences,
    parse,
    spans,
)
from booking.words import say_rule

DAY = timedelta(days=1)
FIRST = date(2026, 11, 24)  # a Tuesday
HARARE = ZoneInfo("Africa/Harare")
LONDON = ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("Europe/London", "America/Sao_Paulo", "Africa/Harare")]

days = st.dates(date(2017, 1, 1), date(2028, 12, 31))
endings = st.one_of(
    st.just({}),
    st.builds(lambda day: {"until": day}, days),
    st.builds(lambda count: {"count": count}, st.integers(1, MOST_TIMES)),
)
weekly = st.builds(
    lambda interval, chosen, end: Rule(
        Every.WEEK, interval=interval, weekdays=tuple(sorted(chosen)), **end
    ),
    st.integers(1, 6),
    st.sets(st.integers(0, 6)),
    endings,
)
by_date = st.builds(
    lambda interval, day, end: Rule(Every.MONTH, interval=interval, month_day=day, **end),
    st.integers(1, 6),
    st.sampled_from([None, LAST, *range(1, 32)]),
    endings,
)
by_nth = st.builds(
    lambda interval, number, day, end: Rule(
        Every.MONTH, interval=interval, nth=Nth(number, day), **end
    ),
    st.integers(1, 6),
    st.sampled_from(NTHS),
    st.integers(0, 6),
    endings,
)
daily = st.builds(
    lambda interval, end: Rule(Every.DAY, interval=interval, **end), st.integers(1, 60), endings
)
rules = st.one_of(weekly, by_date, by_nth, daily)


@given(rules)
def test_what_is_built_is_read_as_the_same_rule(rule: Rule) -> None:
    assert parse(build(rule)) == rule
    assert parse(f"RRULE:{build(rule).lower()}") == rule


@given(rules, days, days, st.integers(0, 800))
def test_dates_are_those_of_dateutil(rule: Rule, first: date, since: date, length: int) -> None:
    """dateutil reads our text by itself, and is asked for the same days."""
    until = since + length * DAY
    theirs = rrulestr(build(rule), dtstart=datetime(first.year, first.month, first.day))
    expected = theirs.between(
        datetime(since.year, since.month, since.day),
        datetime(until.year, until.month, until.day),
        inc=True,
    )
    assert dates(rule, first=first, since=since, until=until) == [each.date() for each in expected]


@given(weekly, days)
def test_weeks_by_their_definition(rule: Rule, first: date) -> None:
    """The calendar itself, without dateutil: whole weeks from Monday are counted."""
    until = first + 400 * DAY
    monday = first - first.weekday() * DAY
    chosen = rule.weekdays or (first.weekday(),)
    expected = [
        day
        for number in range(401)
        if (day := first + number * DAY).weekday() in chosen
        and (day - monday).days // 7 % rule.interval == 0
        and (rule.until is None or day <= rule.until)
    ]
    if rule.count is not None:
        expected = expected[: rule.count]
    assert dates(rule, first=first, since=first, until=until) == expected


@given(rules, days, st.sampled_from(ZONES), st.integers(0, 1439))
def test_the_wall_clock_stays_where_it_is(
    rule: Rule, first: date, zone: ZoneInfo, minute: int
) -> None:
    until = first + 400 * DAY
    found = occurrences(rule, first=first, start_minute=minute, zone=zone, since=first, until=until)
    for day, start in zip(dates(rule, first=first, since=first, until=until), found, strict=True):
        local = start.astimezone(zone)
        shown = (local.date(), local.hour * 60 + local.minute)
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        exists = wall.astimezone(UTC).astimezone(zone) == wall
        assert shown == (day, minute) if exists else shown > (day, minute)
    assert all(one < other for one, other in pairwise(found))


@given(rules, days, st.sampled_from(ZONES), st.integers(0, 1439), st.integers(1, 1440))
def test_spans_are_what_working_hours_would_be(
    rule: Rule, first: date, zone: ZoneInfo, start: int, length: int
) -> None:
    wall, until = WallInterval(start, min(1440, start + length)), first + 100 * DAY
    found = spans(rule, first=first, wall=wall, zone=zone, since=first, until=until)
    listed = dates(rule, first=first, since=first, until=until)
    assert found == [span for day in listed for span in resolve(day, [wall], zone)]


def test_every_tuesday_across_the_change_of_the_clock() -> None:
    rule = Rule(Every.WEEK, weekdays=(1,))
    first = date(2027, 3, 23)
    found = occurrences(
        rule, first=first, start_minute=780, zone=LONDON, since=first, until=first + 7 * DAY
    )
    assert found == [
        datetime(2027, 3, 23, 13, tzinfo=UTC),
        datetime(2027, 3, 30, 12, tzinfo=UTC),
    ]


def test_a_time_that_the_clock_jumps_over_is_the_instant_of_the_jump() -> None:
    sunday = date(2027, 3, 28)  # 01:00 to 02:00 does not exist in London
    rule = Rule(Every.WEEK, weekdays=(6,))
    ask: dict[str, Any] = {"first": sunday, "zone": LONDON, "since": sunday, "until": sunday}
    jump = datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert occurrences(rule, start_minute=90, **ask) == [jump]
    assert spans(rule, wall=WallInterval(60, 120), **ask) == []
    [span] = spans(rule, wall=WallInterval(60, 180), **ask)
    assert (span.start, span.end - span.start) == (jump, timedelta(hours=1))


def test_months_without_the_date_are_left_out() -> None:
    rule = Rule(Every.MONTH, month_day=31)
    found = dates(rule, first=date(2027, 1, 31), since=date(2027, 1, 1), until=date(2027, 6, 1))
    assert found == [date(2027, 1, 31), date(2027, 3, 31), date(2027, 5, 31)]


def test_the_last_friday_of_every_month() -> None:
    rule = Rule(Every.MONTH, nth=Nth(LAST, 4))
    found = dates(rule, first=FIRST, since=FIRST, until=date(2027, 2, 28))
    assert found == [date(2026, 11, 27), date(2026, 12, 25), date(2027, 1, 29), date(2027, 2, 26)]


def test_skipped_dates_are_left_out_and_nothing_else() -> None:
    rule = Rule(Every.WEEK, count=3)
    found = spans(
        rule,
        first=FIRST,
        wall=WallInterval(780, 840),
        zone=HARARE,
        since=FIRST,
        until=FIRST + 60 * DAY,
        skipped=[FIRST + 7 * DAY],
    )
    assert [span.start.date() for span in found] == [FIRST, FIRST + 14 * DAY]


def test_no_question_is_answered_without_end() -> None:
    found = dates(Rule(Every.DAY), first=FIRST, since=FIRST, until=date(9000, 1, 1))
    assert len(found) == MOST_AT_ONCE


def test_a_date_that_never_comes_ends_too() -> None:
    rule = Rule(Every.MONTH, interval=12, month_day=31)
    assert dates(rule, first=date(2026, 2, 1), since=FIRST, until=date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        *["", "FREQ=YEARLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2TU", "BYDAY=TU"],
        *["FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=99", "FREQ=WEEKLY;COUNT=105"],
        *["FREQ=WEEKLY;COUNT=0", "FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "FREQ=WEEKLY;UNTIL=x"],
        *["FREQ=MONTHLY;BYDAY=TU", "FREQ=MONTHLY;BYDAY=9TU", "FREQ=MONTHLY;BYDAY=1TU,2TU"],
        *["FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYSETPOS=1"],
        *["FREQ=WEEKLY;BYHOUR=3", "FREQ=WEEKLY;FREQ=DAILY", "FREQ=WEEKLY;", "FREQ=WEEKLY;WKST=SU"],
        *["FREQ=WEEKLY;INTERVAL=1e1", "FREQ=WEEKLY;COUNT=٣", "FREQ=WEEKLY;UNTIL=20271301"],
        *["FREQ=MONTHLY;BYMONTHDAY=1,2", "FREQ=MONTHLY;BYMONTHDAY=3;BYDAY=1TU"],
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        parse(text)


@given(st.text(max_size=60) | st.from_regex(r"FREQ=(WEEKLY|MONTHLY);[A-Z]{4,8}=[-+0-9A-Z,]{0,9}"))
def test_whatever_is_typed_is_a_rule_or_a_refusal(text: str) -> None:
    try:
        rule = parse(text)
    except BadRule:
        return
    assert parse(build(rule)) == rule


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261208", date(2026, 12, 8)),
        ("20261208T110000Z", date(2026, 12, 8)),  # 13:00 in Harare, the very start
        ("20261208T105959Z", date(2026, 12, 7)),
        ("20261208T130000", date(2026, 12, 8)),
        ("20261208T125959", date(2026, 12, 7)),
        ("20261208T230000Z", date(2026, 12, 8)),  # the 9th in Harare, before 13:00
    ],
)
def test_an_end_with_a_time_is_the_last_start(until: str, last: date) -> None:
    rule = parse(f"FREQ=DAILY;UNTIL={until}", zone=HARARE, start_minute=780)
    assert rule.until == last


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,FR", "every Tuesday and Friday"),
        ("FREQ=WEEKLY", "every Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday"),
        ("FREQ=MONTHLY;BYMONTHDAY=22", "every month on the 22nd"),
        ("FREQ=MONTHLY;BYMONTHDAY=12", "every month on the 12th"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "every 3 months on the last Friday"),
        ("FREQ=WEEKLY;UNTIL=20261231", "every Tuesday, until Thu 31 Dec 2026"),
        ("FREQ=DAILY;COUNT=5", "every day, 5 times"),
    ],
)
def test_rules_in_words(text: str, words: str) -> None:
    assert say_rule(parse(text), FIRST) == words


def test_it_is_pure() -> None:
    tree = ast.parse(Path(subject.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    known = {"collections.abc", "dataclasses", "datetime", "enum", "itertools", "typing"}
    ours = {"booking.availability", "booking.availability.wallclock"}
    assert modules - known - ours == {"dateutil.rrule", "zoneinfo"}
