import pytest

from booking.availability import Hours, WallInterval, working_hours
from booking.tests.availability.builders import WEDNESDAY, every_day, walls

SHOP = Hours(every_day("09:00-17:00"), {})
SHOP_CLOSED = Hours(every_day("09:00-17:00"), {WEDNESDAY: []})
SHOP_SPECIAL = Hours(every_day("09:00-17:00"), {WEDNESDAY: walls("10:00-14:00", "18:00-22:00")})
SHOP_NO_WEDNESDAYS = Hours({0: walls("09:00-17:00")}, {})

HAS_NO_HOURS = Hours(None, {})
HAS_HOURS = Hours(every_day("12:00-20:00"), {})
HAS_HOURS_BUT_NOT_WEDNESDAYS = Hours({0: walls("12:00-20:00")}, {})
HAS_A_SPECIAL_DAY = Hours(None, {WEDNESDAY: walls("06:00-08:00")})
HAS_A_DAY_OFF = Hours(every_day("12:00-20:00"), {WEDNESDAY: []})


@pytest.mark.parametrize(
    ("opening", "own", "expected"),
    [
        pytest.param(SHOP, None, walls("09:00-17:00"), id="the business itself"),
        pytest.param(SHOP_CLOSED, None, [], id="the business, closed that day"),
        pytest.param(SHOP_NO_WEDNESDAYS, None, [], id="a weekday that is absent is closed"),
        pytest.param(SHOP, HAS_NO_HOURS, walls("09:00-17:00"), id="follows the opening hours"),
        pytest.param(
            SHOP_SPECIAL,
            HAS_NO_HOURS,
            walls("10:00-14:00", "18:00-22:00"),
            id="follows the special hours",
        ),
        pytest.param(SHOP, HAS_HOURS, walls("12:00-20:00"), id="own hours, even past closing"),
        pytest.param(SHOP, HAS_HOURS_BUT_NOT_WEDNESDAYS, [], id="own week without this day"),
        pytest.param(SHOP_CLOSED, HAS_HOURS, [], id="a closed day closes own hours"),
        pytest.param(
            SHOP_SPECIAL,
            HAS_HOURS,
            walls("12:00-14:00", "18:00-20:00"),
            id="special hours cut own hours and add nothing",
        ),
        pytest.param(
            SHOP_SPECIAL,
            HAS_HOURS_BUT_NOT_WEDNESDAYS,
            [],
            id="special hours put nobody to work outside their week",
        ),
        pytest.param(
            SHOP_CLOSED, HAS_A_SPECIAL_DAY, walls("06:00-08:00"), id="own special day wins outright"
        ),
        pytest.param(SHOP_SPECIAL, HAS_A_DAY_OFF, [], id="own day off wins outright"),
    ],
)
def test_hours_of_a_day(opening: Hours, own: Hours | None, expected: list[WallInterval]) -> None:
    assert working_hours(WEDNESDAY, opening=opening, own=own) == expected


def test_touching_intervals_stay_apart_when_special_hours_cut_them() -> None:
    opening = Hours({}, {WEDNESDAY: walls("09:00-17:00")})
    own = Hours(every_day("09:00-12:00", "12:00-17:00"), {})
    hours = working_hours(WEDNESDAY, opening=opening, own=own)
    assert hours == walls("09:00-12:00", "12:00-17:00")


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (60, 60), (61, 60), (0, 2881)])
def test_impossible_wall_intervals_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="two days"):
        WallInterval(start, end)


def test_a_wall_interval_may_fill_two_days() -> None:
    assert WallInterval(0, 2880).end == 2880
