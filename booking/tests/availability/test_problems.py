from collections.abc import Sequence
from datetime import datetime

import pytest

from booking.availability import Calendar, ResourceCalendar, Terms, explain
from booking.tests.availability.builders import (
    LONG_AGO,
    NEVER,
    at,
    calendar,
    resource,
    span,
    terms,
)


def codes(
    asked: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar] = (),
    start: datetime | None = None,
) -> list[str]:
    problems = explain(asked, calendars, resources, start=start or at("10:00"))
    return [problem.code for problem in problems]


BUSY = [span("10:30-10:45")]


def test_a_free_start_has_none() -> None:
    assert codes(terms(), [calendar()]) == []


@pytest.mark.parametrize(
    ("asked", "people", "rooms", "expected"),
    [
        (terms(earliest=at("10:01")), [calendar()], [], ["too_soon"]),
        (terms(latest=at("09:59")), [calendar()], [], ["too_far"]),
        (terms(party_size=2), [calendar()], [], ["party_too_large"]),
        (terms(), [], [], ["no_staff"]),
        (terms(), [calendar(open_=["10:30-17:00"])], [], ["closed"]),
        (terms(duration=180), [calendar()], [], ["closed"]),
        (terms(), [calendar(open_=["09:10-17:00"])], [], ["off_step"]),
        (terms(), [calendar(blocked=BUSY)], [], ["time_taken"]),
        (terms(), [calendar()], [resource(used=BUSY)], ["resource_taken"]),
        (terms(seats=4, party_size=2), [calendar(shared={at("10:00"): 1})], [], ["class_full"]),
        (
            terms(party_size=2, latest=at("09:59")),
            [calendar(blocked=BUSY)],
            [],
            ["too_far", "party_too_large"],
        ),
        (terms(party_size=2), [calendar(blocked=BUSY)], [], ["party_too_large", "time_taken"]),
        (terms(), [calendar(blocked=BUSY)], [resource(used=BUSY)], ["time_taken"]),
        (
            terms(),
            [calendar(1, blocked=BUSY), calendar(2, open_=["14:00-15:00"])],
            [],
            ["time_taken"],
        ),
        (
            terms(),
            [calendar(1, open_=["14:00-15:00"]), calendar(2, blocked=BUSY)],
            [],
            ["time_taken"],
        ),
        (terms(), [calendar(1, blocked=BUSY), calendar(2)], [], []),
    ],
    ids=lambda value: (
        "+".join(value) or "none"
        if isinstance(value, list) and all(isinstance(each, str) for each in value)
        else ""
    ),
)
def test_problems(
    asked: Terms,
    people: list[Calendar],
    rooms: list[ResourceCalendar],
    expected: list[str],
) -> None:
    assert codes(asked, people, rooms) == expected


@pytest.mark.parametrize(("start", "expected"), [(LONG_AGO, "too_soon"), (NEVER, "too_far")])
def test_the_ends_of_the_calendar_are_out_of_reach_under_any_policy(
    start: datetime, expected: str
) -> None:
    assert codes(terms(), [calendar()], start=start) == [expected]


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        codes(terms(), [calendar()], start=datetime(2026, 3, 4, 9))
