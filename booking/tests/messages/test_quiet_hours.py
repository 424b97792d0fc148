"""Quiet hours: 21:00 to 07:00 on the recipient's clock, also in nights when clocks are changed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notifications.quiet import (
    EVENING,
    LONGEST_NIGHT,
    QUIET_UNTIL,
    USEFUL,
    due_at,
    is_quiet,
    late,
    morning_after,
    zones_that_reached,
)
from customers.models import REMINDER_LEADS

HARARE = ZoneInfo("Africa/Harare")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes by half an hour
ZONES = [HARARE, BERLIN, LORD_HOWE, *map(ZoneInfo, ("America/New_York", "Asia/Kathmandu"))]
SECOND = timedelta(seconds=1)


def local(text: str, zone: ZoneInfo = HARARE, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def due(planned: str, start: str, zone: ZoneInfo = HARARE) -> str:
    """When it is sent, on the clock of ``zone``."""
    moment = due_at(local(planned, zone), start=local(start, zone), zone=zone)
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("clock_face", "quiet"),
    [
        ("07:00", False),
        ("12:00", False),
        ("20:59", False),
        ("21:00", True),
        ("23:59", True),
        ("00:00", True),
        ("06:59", True),
    ],
)
def test_quiet_is_from_nine_to_seven(clock_face: str, quiet: bool) -> None:
    assert is_quiet(local(f"2026-11-24 {clock_face}"), HARARE) is quiet


def test_by_day_it_is_sent_as_planned() -> None:
    assert due("2026-11-24 07:00", "2026-11-24 08:00") == "2026-11-24 07:00"
    assert due("2026-11-24 20:59", "2026-11-25 20:59") == "2026-11-24 20:59"


@pytest.mark.parametrize(
    ("planned", "start"),
    [
        ("2026-11-24 22:00", "2026-11-25 22:00"),  # a day before
        ("2026-11-25 03:00", "2026-11-26 03:00"),
        ("2026-11-25 06:30", "2026-11-25 08:30"),  # two hours before
        ("2026-11-25 06:30", "2026-11-25 07:30"),  # leaves just half an hour
    ],
)
def test_in_the_night_it_waits_for_the_morning(planned: str, start: str) -> None:
    assert due(planned, start) == "2026-11-25 07:00"


@pytest.mark.parametrize(
    ("planned", "start"),
    [
        ("2026-11-25 06:29", "2026-11-25 07:29"),  # would leave 29 minutes
        ("2026-11-25 04:00", "2026-11-25 06:00"),
        ("2026-11-24 21:30", "2026-11-24 22:00"),  # late the same evening
        ("2026-11-25 00:00", "2026-11-25 00:30"),
    ],
)
def test_when_the_morning_is_too_late_it_is_sent_in_the_evening(planned: str, start: str) -> None:
    assert due(planned, start) == "2026-11-24 20:30"


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"], ids=["shorter", "longer"])
def test_evening_and_morning_are_where_a_changed_clock_shows_them(night: str) -> None:
    """Berlin: at 02:00 to 03:00, and at 03:00 to 02:00; the night has 9 or 11 quiet hours."""
    before = str(datetime.fromisoformat(night).date() - timedelta(days=1))
    assert due(f"{before} 22:00", f"{night} 22:00", BERLIN) == f"{night} 07:00"
    assert due(f"{night} 05:00", f"{night} 07:00", BERLIN) == f"{before} 20:30"
    length = local(f"{night} 07:00", BERLIN) - local(f"{before} 21:00", BERLIN)
    assert length == timedelta(hours=9 if night == "2026-03-29" else 11)


def test_an_hour_before_is_a_real_hour_when_the_clock_is_changed() -> None:
    """02:30 comes twice; both are the same night and wait for the same morning."""
    for fold in (0, 1):
        planned = local("2026-10-25 02:30", BERLIN, fold=fold)
        assert morning_after(planned, BERLIN) == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_what_is_late_goes_at_once_by_day() -> None:
    now = local("2026-11-25 12:00")
    assert late(now, start=local("2026-11-25 12:05"), zone=HARARE) == now


def test_what_is_late_waits_in_the_night_only_where_the_morning_is_early_enough() -> None:
    now = local("2026-11-25 02:00")
    assert late(now, start=local("2026-11-25 07:30"), zone=HARARE) == local("2026-11-25 07:00")
    assert late(now, start=local("2026-11-25 07:29"), zone=HARARE) == now


def test_an_evening_is_reached_once() -> None:
    evening = local("2026-11-24 20:30")

    def reached(since: datetime, until: datetime) -> list[str]:
        names = ["Africa/Harare", "Europe/Berlin"]
        return zones_that_reached(EVENING, since=since, until=until, names=names)

    assert reached(evening - SECOND, evening) == ["Africa/Harare"]
    assert reached(evening, evening + timedelta(minutes=59)) == []
    assert reached(evening - SECOND, evening + timedelta(hours=1)) == [
        "Africa/Harare",
        "Europe/Berlin",
    ]
    assert len(reached(evening, evening + timedelta(days=1))) == 2


instants = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)
).map(lambda instant: instant.replace(second=0, microsecond=0))


@given(start=instants, lead=st.sampled_from(sorted(REMINDER_LEADS)), zone=st.sampled_from(ZONES))
def test_it_never_rings_in_the_night_nor_after_the_start(
    start: datetime, lead: int, zone: ZoneInfo
) -> None:
    planned = start - timedelta(minutes=lead)
    moment = due_at(planned, start=start, zone=zone)
    assert not is_quiet(moment, zone)
    assert moment < start
    if moment > planned:
        assert moment.astimezone(zone).time() == QUIET_UNTIL
        assert start - moment >= USEFUL
    if moment < planned:
        assert moment.astimezone(zone).time() == EVENING
        assert start - moment <= LONGEST_NIGHT


@given(start=instants, zone=st.sampled_from(ZONES))
def test_only_what_is_brought_forward_overtakes_a_longer_lead(
    start: datetime, zone: ZoneInfo
) -> None:
    leads = sorted(REMINDER_LEADS, reverse=True)
    moments = [due_at(start - timedelta(minutes=n), start=start, zone=zone) for n in leads]
    for longer, shorter in pairwise(moments):
        assert longer <= shorter or shorter.astimezone(zone).time() == EVENING


@given(now=instants, ahead=st.integers(1, 2000), zone=st.sampled_from(ZONES))
def test_what_is_late_is_sent_before_the_start(now: datetime, ahead: int, zone: ZoneInfo) -> None:
    start = now + timedelta(minutes=ahead)
    moment = late(now, start=start, zone=zone)
    assert now <= moment < start
    assert moment == now or moment.astimezone(zone).time() == QUIET_UNTIL
