import pytest

from booking.tests.availability.builders import calendar, free, resource, span, terms, the_day


def test_a_unit_in_use_bars_the_time() -> None:
    assert free(terms(), [calendar()], [resource(used=[span("10:00-11:00")])]) == ["09:00", "11:00"]


def test_what_the_resource_bars_is_shown_as_taken() -> None:
    day = the_day(terms(), [calendar()], [resource(used=[span("10:00-11:00")])])
    assert len(day.taken) == 1


def test_a_second_unit_is_still_to_be_had() -> None:
    rooms = resource(quantity=2, used=[span("09:00-12:00"), span("10:00-11:00")])
    assert free(terms(), [calendar()], [rooms]) == ["09:00", "11:00"]


def test_units_count_at_each_instant_not_over_the_whole_service() -> None:
    # Two uses within the hour, but never both at once.
    rooms = resource(quantity=2, used=[span("09:00-09:30"), span("09:30-10:00")])
    assert free(terms(), [calendar()], [rooms]) == ["09:00", "10:00", "11:00"]


def test_units_handed_over_at_one_instant_stay_in_use() -> None:
    rooms = resource(quantity=1, used=[span("09:00-10:00"), span("10:00-11:00")])
    assert free(terms(), [calendar()], [rooms]) == ["11:00"]


def test_more_in_use_than_there_are_bars_until_enough_are_back() -> None:
    used = [span("09:00-12:00"), span("09:00-11:00"), span("09:00-10:00")]
    assert free(terms(), [calendar()], [resource(quantity=2, used=used)]) == ["11:00"]


def test_buffers_occupy_the_resource_too() -> None:
    room = resource(used=[span("10:00-11:00")])
    assert free(terms(after=1), [calendar()], [room]) == ["11:00"]
    assert free(terms(before=1), [calendar()], [room]) == ["09:00"]


def test_time_off_takes_all_units_out() -> None:
    room = resource(quantity=5, blocked=[span("09:30-10:30")])
    assert free(terms(), [calendar()], [room]) == ["11:00"]


def test_every_resource_is_needed() -> None:
    rooms = [resource(used=[span("09:00-10:00")]), resource(used=[span("11:00-12:00")])]
    assert free(terms(), [calendar()], rooms) == ["10:00"]


def test_without_any_unit_nothing_is_free() -> None:
    assert free(terms(), [calendar()], [resource(quantity=0)]) == []


def test_a_resource_bars_all_staff_alike() -> None:
    assert free(terms(), [calendar(1), calendar(2)], [resource(used=[span("09:00-11:00")])]) == [
        "11:00"
    ]


@pytest.mark.parametrize(
    ("party_size", "seats", "capacities", "may_book"),
    [
        pytest.param(1, 1, [], True, id="one person"),
        pytest.param(2, 1, [], False, id="two people, one-to-one"),
        pytest.param(6, 1, [6], True, id="a group that fills the room"),
        pytest.param(7, 1, [6], False, id="a group too large for the room"),
        pytest.param(3, 1, [6, 2], False, id="a group too large for one of two rooms"),
        pytest.param(3, 4, [6], True, id="a party in a class"),
        pytest.param(5, 4, [6], False, id="a party larger than the class, room or not"),
        pytest.param(3, 4, [2], False, id="a party in a class in a small room"),
    ],
)
def test_party_size(party_size: int, seats: int, capacities: list[int], *, may_book: bool) -> None:
    rooms = [resource(capacity=capacity) for capacity in capacities]
    found = free(terms(party_size=party_size, seats=seats), [calendar()], rooms)
    assert found == (["09:00", "10:00", "11:00"] if may_book else [])
