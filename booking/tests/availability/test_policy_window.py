from datetime import UTC, date, datetime, timedelta

import pytest

from booking.availability import Terms, find_days, find_next, find_slot
from booking.tests.availability.builders import (
    HARARE,
    LONG_AGO,
    NEVER,
    WEDNESDAY,
    at,
    calendar,
    clock,
    free,
    span,
    terms,
    the_day,
)


def test_the_earliest_and_the_latest_start_are_included() -> None:
    asked = terms(earliest=at("10:00"), latest=at("11:00"))
    assert free(asked, [calendar(open_=["09:00-14:00"])]) == ["10:00", "11:00"]


def test_a_moment_outside_them_is_not() -> None:
    asked = terms(
        earliest=at("10:00") + datetime.resolution, latest=at("12:00") - datetime.resolution
    )
    assert free(asked, [calendar(open_=["09:00-14:00"])]) == ["11:00"]


def test_starts_outside_them_are_not_greyed_either() -> None:
    asked = terms(earliest=at("10:00"), latest=at("10:00"))
    day = the_day(asked, [calendar(blocked=[span("09:00-12:00")])])
    assert [clock(start) for start in day.taken] == ["10:00"]


def test_the_step_does_not_shift_with_the_earliest_start() -> None:
    asked = terms(step=30, earliest=at("09:50"))
    assert free(asked, [calendar()]) == ["10:00", "10:30", "11:00"]


def test_next_is_the_first_slot_of_the_first_day_that_has_one() -> None:
    full = [span("09:00-12:00", WEDNESDAY + timedelta(days=n)) for n in range(60)]
    found = find_next(
        terms(),
        [calendar(blocked=full)],
        [],
        first=WEDNESDAY,
        last=WEDNESDAY + timedelta(days=90),
    )
    assert found is not None
    assert found.start == at("09:00", WEDNESDAY + timedelta(days=60))


def test_next_does_not_look_past_the_last_day() -> None:
    full = [span("09:00-12:00", WEDNESDAY + timedelta(days=n)) for n in range(7)]
    found = find_next(
        terms(), [calendar(blocked=full)], [], first=WEDNESDAY, last=WEDNESDAY + timedelta(days=6)
    )
    assert found is None


def test_one_day_is_listed_for_each_date_asked_for() -> None:
    last = WEDNESDAY + timedelta(days=6)
    days = find_days(terms(), [calendar()], [], first=WEDNESDAY, last=last)
    assert [day.date for day in days] == [WEDNESDAY + timedelta(days=n) for n in range(7)]
    assert {len(day.slots) for day in days} == {3}


def test_dates_backwards_list_nothing() -> None:
    before = WEDNESDAY - timedelta(days=1)
    assert find_days(terms(), [calendar()], [], first=WEDNESDAY, last=before) == []
    assert find_next(terms(), [calendar()], [], first=WEDNESDAY, last=before) is None


@pytest.mark.parametrize("start", [at("09:00"), at("09:00").astimezone(HARARE)])
def test_a_slot_is_found_by_its_start_in_any_zone(start: datetime) -> None:
    found = find_slot(terms(), [calendar()], [], start=start)
    assert found == the_day(terms(), [calendar()]).slots[0]
    assert found.start.tzinfo is UTC


@pytest.mark.parametrize("clock_time", ["08:00", "09:30", "12:00", "09:01"])
def test_no_slot_is_found_where_none_is_shown(clock_time: str) -> None:
    assert find_slot(terms(), [calendar()], [], start=at(clock_time)) is None


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        find_slot(terms(), [calendar()], [], start=datetime(2026, 3, 4, 9))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_empty_not_errors(day: date) -> None:
    assert free(terms(), [calendar()], day=day) == []


@pytest.mark.parametrize(
    "start",
    [
        LONG_AGO,
        NEVER,
        LONG_AGO.replace(tzinfo=HARARE),
        NEVER.replace(tzinfo=HARARE) - timedelta(hours=1),
    ],
)
def test_starts_at_the_ends_of_the_calendar_have_no_slot(start: datetime) -> None:
    assert find_slot(terms(before=60, after=60), [calendar()], [], start=start) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 0},
        {"step": 0},
        {"seats": 0},
        {"party_size": 0},
        {"buffer_before": -1},
        {"buffer_after": -1},
        {"earliest": datetime(2026, 3, 4)},
        {"latest": datetime(2026, 3, 4, tzinfo=HARARE)},
    ],
    ids=str,
)
def test_terms_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {
        "timezone": HARARE,
        "duration": 60,
        "buffer_before": 0,
        "buffer_after": 0,
        "step": 15,
        "seats": 1,
        "party_size": 1,
        "earliest": LONG_AGO,
        "latest": NEVER,
    }
    with pytest.raises(ValueError, match=r"."):
        Terms(**(right | wrong))  # type: ignore[arg-type]
