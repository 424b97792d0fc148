from booking.tests.availability.builders import (
    at,
    calendar,
    clock,
    free,
    resource,
    span,
    terms,
    the_day,
)


def test_a_new_session_has_all_its_seats() -> None:
    assert {slot.seats_left for slot in the_day(terms(seats=8), [calendar()]).slots} == {8}


def test_a_session_with_room_is_offered_although_its_own_time_is_taken() -> None:
    person = calendar(blocked=[span("10:00-11:00")], shared={at("10:00"): 3})
    slots = the_day(terms(seats=8), [person]).slots
    assert [(clock(slot.start), slot.seats_left) for slot in slots] == [
        ("09:00", 8),
        ("10:00", 3),
        ("11:00", 8),
    ]


def test_a_session_too_full_for_the_party_is_taken() -> None:
    person = calendar(blocked=[span("10:00-11:00")], shared={at("10:00"): 3})
    day = the_day(terms(seats=8, party_size=4), [person])
    assert [clock(slot.start) for slot in day.slots] == ["09:00", "11:00"]
    assert [clock(start) for start in day.taken] == ["10:00"]


def test_the_last_seats_can_be_taken_together() -> None:
    person = calendar(blocked=[span("10:00-11:00")], shared={at("10:00"): 3})
    assert free(terms(seats=8, party_size=3), [person]) == ["09:00", "10:00", "11:00"]


def test_a_full_session_is_taken_even_if_its_time_were_not() -> None:
    day = the_day(terms(seats=8), [calendar(shared={at("10:00"): 0})])
    assert [clock(start) for start in day.taken] == ["10:00"]


def test_a_session_off_the_step_and_outside_hours_can_be_joined() -> None:
    person = calendar(open_=["09:00-10:00"], shared={at("18:20"): 2})
    assert free(terms(seats=8), [person]) == ["09:00", "18:20"]


def test_a_full_session_outside_hours_is_greyed() -> None:
    person = calendar(open_=["09:00-10:00"], shared={at("18:20"): 0})
    assert [clock(start) for start in the_day(terms(seats=8), [person]).taken] == ["18:20"]


def test_a_session_is_joined_within_notice_and_horizon_only() -> None:
    person = calendar(shared={at("09:00"): 2, at("10:00"): 2, at("11:00"): 2})
    asked = terms(seats=8, earliest=at("09:01"), latest=at("10:59"))
    assert free(asked, [person]) == ["10:00"]


def test_another_session_cannot_begin_while_one_runs() -> None:
    person = calendar(blocked=[span("10:00-11:00")], shared={at("10:00"): 3})
    assert free(terms(seats=8, step=30), [person]) == ["09:00", "10:00", "11:00"]


def test_joining_needs_no_further_room() -> None:
    person = calendar(blocked=[span("10:00-11:00")], shared={at("10:00"): 3})
    room = resource(used=[span("10:00-11:00")], blocked=[span("09:00-12:00")])
    assert free(terms(seats=8), [person], [room]) == ["10:00"]


def test_a_party_larger_than_the_class_finds_everything_taken() -> None:
    day = the_day(terms(seats=8, party_size=9), [calendar(shared={at("10:00"): 20})])
    assert day.slots == ()
    assert [clock(start) for start in day.taken] == ["09:00", "10:00", "11:00"]


def test_seats_left_are_the_most_that_anyone_has() -> None:
    people = [
        calendar(1, blocked=[span("10:00-11:00")], shared={at("10:00"): 3}),
        calendar(2, blocked=[span("10:00-11:00")], shared={at("10:00"): 5}),
    ]
    slot = the_day(terms(seats=8), people).slots[1]
    assert (slot.staff_ids, slot.seats_left) == ((1, 2), 5)
