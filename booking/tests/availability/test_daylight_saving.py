from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Hours, Slot, find_next, resolve
from booking.tests.availability.builders import calendar, free, terms, the_day, walls

LONDON = ZoneInfo("Europe/London")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
GOOSE_BAY = ZoneInfo("America/Goose_Bay")
HAVANA = ZoneInfo("America/Havana")
APIA = ZoneInfo("Pacific/Apia")


def real(zone: ZoneInfo, day: date, *spans: str) -> list[str]:
    """Intervals of a date in UTC, as "day hour:minute-hour:minute"."""
    return [f"{work.start:%d %H:%M}-{work.end:%H:%M}" for work in resolve(day, walls(*spans), zone)]


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        pytest.param(LONDON, date(2026, 7, 1), "09:00-17:00", ["01 08:00-16:00"], id="summer"),
        pytest.param(LONDON, date(2026, 1, 7), "09:00-17:00", ["07 09:00-17:00"], id="winter"),
        pytest.param(
            LONDON, date(2026, 3, 29), "00:00-03:00", ["29 00:00-02:00"], id="a gap shortens"
        ),
        pytest.param(
            LONDON, date(2026, 3, 29), "01:20-03:00", ["29 01:00-02:00"], id="starts in a gap"
        ),
        pytest.param(
            LONDON, date(2026, 3, 29), "00:00-01:40", ["29 00:00-01:00"], id="ends in a gap"
        ),
        pytest.param(LONDON, date(2026, 3, 29), "01:10-01:50", [], id="vanishes in a gap"),
        pytest.param(
            LONDON, date(2026, 3, 28), "23:00-26:00", ["28 23:00-01:00"], id="a night over a gap"
        ),
        pytest.param(
            LONDON, date(2026, 10, 25), "00:00-03:00", ["24 23:00-03:00"], id="a repeat lengthens"
        ),
        pytest.param(
            LONDON, date(2026, 10, 25), "01:30-03:00", ["25 00:30-03:00"], id="first of its start"
        ),
        pytest.param(
            LONDON, date(2026, 10, 25), "00:00-01:30", ["24 23:00-01:30"], id="last of its end"
        ),
        pytest.param(
            LORD_HOWE, date(2026, 10, 4), "01:00-04:00", ["03 14:30-17:00"], id="half-hour gap"
        ),
        pytest.param(
            LORD_HOWE, date(2026, 10, 4), "02:10-04:00", ["03 15:30-17:00"], id="in half-hour gap"
        ),
        pytest.param(
            LORD_HOWE, date(2026, 4, 5), "01:00-03:00", ["04 14:00-16:30"], id="half-hour repeat"
        ),
        pytest.param(
            SAO_PAULO, date(2017, 10, 15), "00:00-02:00", ["15 03:00-04:00"], id="no midnight"
        ),
        pytest.param(
            SAO_PAULO, date(2017, 10, 14), "22:00-24:00", ["15 01:00-03:00"], id="till no midnight"
        ),
        pytest.param(
            SAO_PAULO, date(2018, 2, 17), "22:00-24:00", ["18 00:00-03:00"], id="last hour twice"
        ),
        pytest.param(APIA, date(2011, 12, 30), "09:00-17:00", [], id="a date that never was"),
    ],
)
def test_hours_in_real_time(zone: ZoneInfo, day: date, wall: str, expected: list[str]) -> None:
    assert real(zone, day, wall) == expected


def test_a_local_time_that_does_not_exist_yields_no_slot() -> None:
    found = free(
        terms(timezone=LONDON, duration=30, step=30),
        [calendar(open_=["00:00-03:00"])],
        day=date(2026, 3, 29),
    )
    assert found == ["00:00", "00:30", "02:00", "02:30"]


def test_a_local_time_that_comes_twice_yields_each_real_instant_once() -> None:
    asked = terms(timezone=LONDON, duration=30, step=30)
    day = the_day(asked, [calendar(open_=["00:30-02:30"])], day=date(2026, 10, 25))
    assert [f"{slot.start:%H:%M}" for slot in day.slots] == [
        "23:30",
        "00:00",
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]


def test_intervals_that_touch_on_the_wall_and_overlap_in_real_time_share_their_starts() -> None:
    asked = terms(timezone=LONDON, duration=30, step=30)
    people = [calendar(open_=["00:30-01:30", "01:30-02:30"])]
    starts = [slot.start for slot in the_day(asked, people, day=date(2026, 10, 25)).slots]
    assert [f"{start:%H:%M}" for start in starts] == [
        "23:30",
        "00:00",
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]


def test_a_service_over_the_change_lasts_its_real_minutes() -> None:
    asked = terms(timezone=LONDON, duration=90, step=30)
    day = the_day(asked, [calendar(open_=["00:00-03:00"])], day=date(2026, 3, 29))
    first = day.slots[0]
    assert (first.start, first.end) == (
        datetime(2026, 3, 29, 0, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    )
    assert [f"{slot.start:%H:%M}" for slot in day.slots] == ["00:00", "00:30"]


def test_the_day_without_midnight_begins_an_hour_late() -> None:
    asked = terms(timezone=SAO_PAULO)
    found = free(asked, [calendar(open_=["00:00-24:00"])], day=date(2017, 10, 15))
    assert found == [f"{hour:02}:00" for hour in range(1, 24)]


def test_the_day_with_its_last_hour_twice_has_it_twice() -> None:
    asked = terms(timezone=SAO_PAULO)
    found = free(asked, [calendar(open_=["00:00-24:00"])], day=date(2018, 2, 17))
    assert found == [*(f"{hour:02}:00" for hour in range(24)), "23:00"]


def test_hours_of_the_next_date_reach_back_when_the_clock_goes_back_over_midnight() -> None:
    sunday_only = Hours({6: walls("00:00-24:00")}, {})
    asked = terms(timezone=GOOSE_BAY, duration=15, step=30)
    saturday = free(asked, [calendar(opening=sunday_only)], day=date(2010, 11, 6))
    assert saturday == ["23:30"]  # half an hour after Sunday's first midnight


def test_a_night_of_two_days_reaches_the_midnight_that_comes_twice() -> None:
    friday_only = Hours({4: walls("47:00-48:00")}, {})
    asked = terms(timezone=HAVANA, duration=30, step=30)
    found = free(asked, [calendar(opening=friday_only)], day=date(2026, 11, 1))
    assert found == ["00:00", "00:30"]  # until Sunday's second midnight


def test_next_is_the_earliest_instant_though_the_clock_goes_back_over_midnight() -> None:
    # At 00:01 on the 7th the clock returned to 23:01 on the 6th, so the 7th began before the 6th
    # was over.
    asked = terms(
        timezone=GOOSE_BAY,
        duration=30,
        step=30,
        earliest=datetime(2010, 11, 7, 3, 0, tzinfo=UTC),
    )
    people = [calendar(open_=["00:00-24:00"])]
    first, last = date(2010, 11, 6), date(2010, 11, 7)
    on_the_sixth = the_day(asked, people, day=first).slots[0]
    on_the_seventh = the_day(asked, people, day=last).slots[0]
    assert on_the_seventh.start < on_the_sixth.start

    def find(until: date) -> Slot | None:
        return find_next(asked, people, [], first=first, last=until)

    assert find(last) == on_the_seventh
    assert find(first) == on_the_sixth
