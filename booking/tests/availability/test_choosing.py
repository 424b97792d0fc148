from datetime import timedelta

import pytest

from booking.availability import choose_staff, nearest
from booking.tests.availability.builders import HARARE, WEDNESDAY, at, calendar, slot

TUESDAY = WEDNESDAY - timedelta(days=1)
SLOTS = [slot(clock) for clock in ("09:00", "10:00", "11:00", "13:00", "14:00", "16:00")]


def test_alternatives_are_the_closest_in_order_of_time() -> None:
    found = nearest(SLOTS, at("12:30"), 3)
    assert [each.start for each in found] == [at("11:00"), at("13:00"), at("14:00")]


def test_of_two_as_close_the_earlier_is_an_alternative() -> None:
    assert nearest(SLOTS, at("12:00"), 1) == [slot("11:00")]


def test_five_alternatives_unless_told_otherwise() -> None:
    assert nearest(reversed(SLOTS), at("09:00")) == SLOTS[:5]


def test_no_slots_no_alternatives() -> None:
    assert nearest([], at("09:00")) == []


def test_the_least_loaded_that_day_is_chosen() -> None:
    people = [calendar(1, load={WEDNESDAY: 120}), calendar(2, load={WEDNESDAY: 60, TUESDAY: 600})]
    assert choose_staff(slot("09:00", 1, 2), people, timezone=HARARE) == 2


def test_a_day_without_bookings_is_the_least_load() -> None:
    people = [calendar(1, load={WEDNESDAY: 1}), calendar(2)]
    assert choose_staff(slot("09:00", 1, 2), people, timezone=HARARE) == 2


def test_the_day_is_local() -> None:
    # 01:00 on Wednesday in Harare is still Tuesday in UTC.
    people = [calendar(1, load={WEDNESDAY: 60}), calendar(2, load={TUESDAY: 120})]
    assert choose_staff(slot("01:00", 1, 2), people, timezone=HARARE) == 2


def test_ties_go_to_the_lowest_id() -> None:
    people = [calendar(3), calendar(2), calendar(5)]
    assert choose_staff(slot("09:00", 2, 3, 5), people, timezone=HARARE) == 2


def test_only_who_can_take_the_slot_is_chosen() -> None:
    people = [calendar(1), calendar(2, load={WEDNESDAY: 600})]
    assert choose_staff(slot("09:00", 2), people, timezone=HARARE) == 2


def test_a_class_that_runs_already_is_joined_before_another_is_opened() -> None:
    people = [calendar(1), calendar(2, shared={at("09:00"): 2}, load={WEDNESDAY: 600})]
    asked = slot("09:00", 1, 2, seats_left=8)
    assert choose_staff(asked, people, timezone=HARARE) == 2
    assert choose_staff(asked, people, timezone=HARARE, prefer_shared=False) == 1


def test_a_slot_that_needs_nobody_gets_nobody() -> None:
    assert choose_staff(slot("09:00", None), [calendar(None)], timezone=HARARE) is None


def test_strangers_to_the_slot_are_an_error() -> None:
    with pytest.raises(ValueError, match="can take the slot"):
        choose_staff(slot("09:00", 2), [calendar(1)], timezone=HARARE)
