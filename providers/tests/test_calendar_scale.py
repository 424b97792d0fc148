"""Where instants stand on the days on which London changes its clocks, and Santiago at midnight."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from booking.availability import Interval
from booking.availability.wallclock import local_day
from booking.tests.cast import make_provider, make_service, make_staff, make_user, set_hours
from customers.models import User
from providers.tests.salon import make_appointment
from providers.views.calendar_scale import Band, Scale, Turn, make_scale, turn_of

LONDON = ZoneInfo("Europe/London")
SANTIAGO = ZoneInfo("America/Santiago")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MINUTE = timedelta(minutes=1)

LogIn = Callable[[User], Client]


def whole(zone: ZoneInfo, *days: date) -> Scale:
    spans = [(day, Interval(local_day(zone, day).start, local_day(zone, day).end)) for day in days]
    return make_scale(zone, days, spans)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def labels(scale: Scale) -> dict[str, int]:
    return {mark.label: mark.row for mark in scale.marks()}


def test_turns() -> None:
    assert turn_of(LONDON, SPRING) == Turn(skipped=Band(60, 120))
    assert turn_of(LONDON, AUTUMN) == Turn(twice=Band(60, 120))
    assert turn_of(LONDON, date(2026, 6, 1)) == Turn()
    assert turn_of(SANTIAGO, date(2026, 9, 6)) == Turn(skipped=Band(0, 60))
    assert turn_of(SANTIAGO, date(2026, 9, 5)) == Turn()
    assert turn_of(SANTIAGO, date(2026, 4, 4)) == Turn(twice=Band(1380, 1440))
    assert turn_of(ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5)) == Turn(twice=Band(90, 120))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (LONDON, SPRING, 23),
        (LONDON, AUTUMN, 25),
        (LONDON, date(2026, 6, 1), 24),
        (SANTIAGO, date(2026, 9, 6), 23),
        (SANTIAGO, date(2026, 4, 4), 25),
    ],
)
def test_single_day_is_drawn_by_elapsed_time(zone: ZoneInfo, day: date, hours: int) -> None:
    scale = whole(zone, day)
    start = local_day(zone, day).start
    assert scale.lines == hours * 12
    assert scale.missing(day) is None
    assert scale.beginning(day) == start
    for minutes in range(0, hours * 60 + 1, 5):
        assert scale.row(start + minutes * MINUTE, day) == minutes // 5


def test_hour_that_comes_twice_is_labelled_twice() -> None:
    found = labels(whole(LONDON, AUTUMN))
    assert [found[label] for label in ("00:00", "01:00 BST", "01:00 GMT", "02:00")] == [
        *(0, 12, 24, 36)
    ]
    assert "01:00" not in found


def test_hour_that_is_skipped_has_no_label() -> None:
    found = labels(whole(LONDON, SPRING))
    assert [found.get(label) for label in ("00:00", "01:00", "02:00", "23:00")] == [
        *(0, None, 12, 264)
    ]


def test_week_of_spring_keeps_to_the_clock_on_the_wall() -> None:
    saturday = date(2026, 3, 28)
    scale = whole(LONDON, saturday, SPRING)
    assert scale.row(utc(saturday, 9), saturday) == 9 * 12
    assert scale.row(utc(SPRING, 8), SPRING) == 9 * 12  # nine o'clock, too
    assert (scale.missing(saturday), scale.missing(SPRING)) == (None, Band(60, 120))
    assert scale.row(utc(SPRING, 1), SPRING) == 24  # the jump
    assert scale.row(utc(SPRING, 0, 55), SPRING) == 11


def test_week_of_autumn_has_the_hour_twice_and_other_days_lack_one() -> None:
    saturday = date(2026, 10, 24)
    scale = whole(LONDON, saturday, AUTUMN)
    assert scale.lines == 25 * 12
    assert scale.row(utc(saturday, 8), saturday) == scale.row(utc(AUTUMN, 9), AUTUMN) == 10 * 12
    assert (scale.missing(saturday), scale.missing(AUTUMN)) == (Band(120, 180), None)
    assert scale.row(utc(AUTUMN, 0, 30), AUTUMN) == 18  # 01:30 BST
    assert scale.row(utc(AUTUMN, 1, 30), AUTUMN) == 30  # 01:30 GMT
    assert scale.row(utc(saturday, 0, 30), saturday) == 18
    assert labels(scale)["09:00"] == 10 * 12


@pytest.mark.parametrize("days", [(SPRING,), (SPRING - timedelta(1), SPRING), (AUTUMN,)])
def test_top_is_the_instant_that_the_scale_begins_with(days: tuple[date, ...]) -> None:
    day = days[-1]
    shown = [(each, Interval(utc(each, 8), utc(each, 12))) for each in days]
    scale = make_scale(LONDON, days, shown)
    for each in days:
        assert scale.row(scale.beginning(each), each) == 0
    assert scale.row(scale.beginning(day) + 5 * MINUTE, day) == 1


def test_nothing_to_show_leaves_the_working_day() -> None:
    scale = make_scale(LONDON, (date(2026, 6, 1),), ())
    assert (scale.top, scale.bottom, scale.lines) == (480, 1080, 120)


@pytest.mark.django_db
@time_machine.travel("2026-10-24T12:00Z", tick=False)
def test_night_of_the_change_on_the_page(as_user: LogIn) -> None:
    owner = make_user()
    bar = make_provider(owner, timezone="Europe/London", hours=False, slot_step=60)
    set_hours(bar, [6], start=0, end=4 * 60)
    barman = make_staff(bar, name="Barman")
    service = make_service(bar, [barman])
    make_appointment(service, barman, start=utc(AUTUMN, 0), guest_name="First")
    make_appointment(service, barman, start=utc(AUTUMN, 1), guest_name="Second")
    client = as_user(owner)
    (column,) = client.get("/provider/calendar/?date=2026-10-25").context["board"].columns
    visits = [(each.when, each.place) for each in column.items if each.kind == "visit"]
    assert visits == [("01:00 BST", "r12 s12 tall"), ("01:00 GMT", "r24 s12 tall")]
    gaps = [each.when for each in column.items if each.kind == "gap"]
    assert gaps == ["00:00", "02:00", "03:00"]
    assert column.work == "0-300"
    week = client.get("/provider/calendar/?date=2026-10-25&view=week").context["board"].columns
    assert [each.gap for each in week] == ["120 180"] * 6 + [""]


def test_style_sheet_has_a_class_for_each_line() -> None:
    text = Path("static/css/calendar.css").read_text(encoding="utf-8")
    lines = {int(n): int(at) for n, at in re.findall(r"\.r(\d+)\{grid-row-start:(\d+)\}", text)}
    heights = dict(re.findall(r"\.s(\d+)\{grid-row-end:span (\d+)\}", text))
    longest = 26 * 12
    assert lines == {n: n + 1 for n in range(longest + 1)}
    assert heights == {str(n): str(max(1, n)) for n in range(longest + 1)}
