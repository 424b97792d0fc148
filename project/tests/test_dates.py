"""Dates that can be meant."""

from datetime import UTC, date, datetime

import pytest

from project.dates import FARTHEST, bring_near, is_near

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_near_ends_where_it_says() -> None:
    days = [TODAY - FARTHEST, TODAY, TODAY + FARTHEST]
    assert all(is_near(day, today=TODAY) for day in days)


@pytest.mark.parametrize("day", [date.min, date(2024, 9, 14), date(2029, 2, 3), date.max])
def test_beyond_is_a_slip(day: date) -> None:
    assert not is_near(day, today=TODAY)


def test_instants_are_brought_near_from_both_sides() -> None:
    edges = (datetime.min.replace(tzinfo=UTC), NOW, datetime.max.replace(tzinfo=UTC))
    near = [bring_near(instant, now=NOW) for instant in edges]
    assert near == [NOW - FARTHEST, NOW, NOW + FARTHEST]
