from datetime import UTC, datetime, timedelta

import pytest

from booking.availability import Interval
from booking.tests.availability.builders import (
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


def test_taken_time_removes_what_overlaps_it_and_nothing_that_touches_it() -> None:
    found = free(terms(step=30), [calendar(blocked=[span("10:00-11:00")])])
    assert found == ["09:00", "11:00"]


def test_what_is_removed_is_shown_as_taken() -> None:
    day = the_day(terms(step=30), [calendar(blocked=[span("10:00-11:00")])])
    assert [clock(start) for start in day.taken] == ["09:30", "10:00", "10:30"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, ["08:30", "09:00", "11:00", "11:30"]),
        (30, 0, ["08:30", "09:00", "11:30"]),
        (0, 30, ["08:30", "11:00", "11:30"]),
        (30, 30, ["08:30", "11:30"]),
    ],
)
def test_buffers_keep_away_from_taken_time(before: int, after: int, expected: list[str]) -> None:
    person = calendar(open_=["08:30-12:30"], blocked=[span("10:00-11:00")])
    assert free(terms(step=30, before=before, after=after), [person]) == expected


def test_buffers_may_overhang_working_hours() -> None:
    found = free(terms(before=45, after=45), [calendar(open_=["09:00-10:00"])])
    assert found == ["09:00"]


def test_a_buffer_that_overhangs_still_avoids_taken_time_outside_hours() -> None:
    person = calendar(open_=["09:00-11:00"], blocked=[span("08:00-08:30")])
    assert free(terms(before=30), [person]) == ["09:00", "10:00"]
    assert free(terms(before=31), [person]) == ["10:00"]


def test_a_gap_that_just_fits_is_free() -> None:
    person = calendar(blocked=[span("09:00-10:00"), span("11:00-12:00")])
    assert free(terms(), [person]) == ["10:00"]


def test_a_gap_a_minute_short_is_not() -> None:
    person = calendar(blocked=[span("09:00-10:00"), span("10:59-12:00")])
    assert free(terms(), [person]) == []


def test_a_gap_a_microsecond_short_is_not() -> None:
    late = Interval(at("11:00") - datetime.resolution, at("12:00"))
    assert free(terms(), [calendar(blocked=[late])]) == ["09:00"]


def test_order_and_overlap_of_taken_time_do_not_matter() -> None:
    blocked = [
        span("11:30-12:00"),
        span("09:00-11:00"),
        span("09:30-09:45"),
        span("10:00-11:00"),
    ]
    assert free(terms(duration=30, step=30), [calendar(blocked=blocked)]) == ["11:00"]


def test_time_taken_without_end_leaves_nothing() -> None:
    person = calendar(blocked=[Interval(LONG_AGO, NEVER)])
    assert free(terms(before=30, after=30), [person]) == []


def test_taken_time_of_the_evening_reaches_over_midnight() -> None:
    person = calendar(open_=["00:00-24:00"], blocked=[span("23:30-24:30")])
    found = free(terms(), [person], day=WEDNESDAY + timedelta(days=1))
    assert found[:2] == ["01:00", "02:00"]


def test_what_one_has_taken_another_can_offer() -> None:
    people = [
        calendar(2, blocked=[span("09:00-11:00")]),
        calendar(1, blocked=[span("11:00-12:00")]),
    ]
    slots = the_day(terms(), people).slots
    assert [(clock(slot.start), slot.staff_ids) for slot in slots] == [
        ("09:00", (1,)),
        ("10:00", (1,)),
        ("11:00", (2,)),
    ]


def test_who_can_take_a_slot_is_sorted_by_id() -> None:
    people = [calendar(3), calendar(1), calendar(2)]
    assert {slot.staff_ids for slot in the_day(terms(), people).slots} == {(1, 2, 3)}


def test_a_business_without_staff_takes_its_own_slots() -> None:
    assert {slot.staff_ids for slot in the_day(terms(), [calendar(None)]).slots} == {(None,)}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 3, 4, 9), datetime(2026, 3, 4, 10, tzinfo=UTC)),
        (at("09:00"), at("09:00")),
        (at("10:00"), at("09:00")),
        (at("09:00"), at("10:00").astimezone(terms().timezone)),
    ],
    ids=["naive", "empty", "backwards", "not UTC"],
)
def test_an_interval_that_is_none_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(start, end)
