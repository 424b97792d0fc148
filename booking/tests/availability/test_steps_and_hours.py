from datetime import timedelta

from booking.availability import Hours
from booking.tests.availability.builders import (
    WEDNESDAY,
    calendar,
    every_day,
    free,
    terms,
    the_day,
    walls,
)

THURSDAY = WEDNESDAY + timedelta(days=1)


def test_starts_fall_on_the_step_and_the_last_one_ends_at_closing() -> None:
    found = free(terms(duration=60, step=30), [calendar(open_=["09:00-11:00"])])
    assert found == ["09:00", "09:30", "10:00"]


def test_the_step_is_counted_from_the_start_of_each_interval() -> None:
    found = free(terms(duration=30, step=60), [calendar(open_=["09:10-11:10", "13:25-15:00"])])
    assert found == ["09:10", "10:10", "13:25", "14:25"]


def test_a_service_does_not_run_over_from_one_interval_into_a_touching_one() -> None:
    found = free(terms(duration=60, step=30), [calendar(open_=["09:00-10:00", "10:00-11:30"])])
    assert found == ["09:00", "10:00", "10:30"]


def test_a_service_longer_than_the_interval_has_no_start() -> None:
    day = the_day(terms(duration=61), [calendar(open_=["09:00-10:00"])])
    assert (day.slots, day.taken) == ((), ())


def test_a_closed_day_has_neither_free_nor_greyed_starts() -> None:
    day = the_day(terms(), [calendar(opening=Hours(every_day("09:00-17:00"), {WEDNESDAY: []}))])
    assert (day.date, day.slots, day.taken) == (WEDNESDAY, (), ())


def test_a_night_runs_into_the_next_date_and_its_slots_belong_there() -> None:
    night = [calendar(opening=Hours({2: walls("22:00-26:00")}, {}))]  # Wednesdays only
    assert free(terms(), night) == ["22:00", "23:00"]
    assert free(terms(), night, day=THURSDAY) == ["00:00", "01:00"]


def test_closing_the_next_date_leaves_the_night_before_alone() -> None:
    opening = Hours(every_day("22:00-26:00"), {THURSDAY: []})
    assert free(terms(), [calendar(opening=opening)], day=THURSDAY) == ["00:00", "01:00"]


def test_overlapping_hours_offer_a_shared_start_once() -> None:
    assert free(terms(), [calendar(open_=["09:00-11:00", "10:00-12:00"])]) == [
        "09:00",
        "10:00",
        "11:00",
    ]


def test_open_around_the_clock_has_no_gap_at_midnight() -> None:
    always = [calendar(open_=["00:00-24:00"])]
    assert free(terms(step=60), always) == [f"{hour:02}:00" for hour in range(24)]


def test_a_slot_lasts_the_duration() -> None:
    (slot,) = the_day(terms(duration=50), [calendar(open_=["09:00-10:00"])]).slots
    assert slot.end - slot.start == timedelta(minutes=50)


def test_without_anybody_there_is_nothing() -> None:
    day = the_day(terms(), [])
    assert (day.slots, day.taken) == ((), ())
