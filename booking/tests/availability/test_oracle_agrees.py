"""The engine against the oracle, over random questions.

NGUVA_HYPOTHESIS=thorough asks twenty times as many.
"""

import os
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.availability import Day, Slot, explain, find_days
from booking.tests.availability.oracle import Oracle
from booking.tests.availability.strategies import Question, intervals, questions, starts

THOROUGH = os.environ.get("NGUVA_HYPOTHESIS") == "thorough"

modest = settings(
    max_examples=2_000 if THOROUGH else 100,
    deadline=None,  # a busy machine is no bug
    derandomize=bool(os.environ.get("CI")),
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def ask(question: Question) -> list[Day]:
    return find_days(
        question.terms,
        question.calendars,
        question.resources,
        first=question.first,
        last=question.last,
    )


def oracle_of(question: Question) -> Oracle:
    return Oracle(
        question.terms, question.calendars, question.resources, question.first, question.last
    )


def slots_of(days: list[Day]) -> list[Slot]:
    return [slot for day in days for slot in day.slots]


@modest
@given(questions())
def test_days_are_those_of_the_oracle(question: Question) -> None:
    assert ask(question) == oracle_of(question).days()


@modest
@given(questions())
def test_next_is_the_earliest_slot_of_the_oracle(question: Question) -> None:
    slots = slots_of(oracle_of(question).days())
    assert question.find_next() == min(slots, key=lambda slot: slot.start, default=None)


@modest
@given(questions(), st.data())
def test_a_start_has_the_slot_and_the_problems_of_the_oracle(
    question: Question, data: st.DataObject
) -> None:
    oracle = oracle_of(question)
    shown = slots_of(ask(question))
    likely = [slot.start for slot in shown] + [
        start for day in ask(question) for start in day.taken
    ]
    anything = starts(question)
    start = data.draw(st.sampled_from(likely) | anything if likely else anything)
    problems = explain(question.terms, question.calendars, question.resources, start=start)
    codes = [problem.code for problem in problems]
    assert sorted(codes) == sorted(oracle.problems(start))
    slot = question.find_slot(start)
    assert (slot is None) == bool(problems)
    if slot is not None:
        assert slot == oracle.slot(oracle.clock.minute(start))


@modest
@given(questions())
def test_whatever_is_shown_can_be_booked_and_what_is_greyed_cannot(question: Question) -> None:
    for day in ask(question):
        assert [question.find_slot(slot.start) for slot in day.slots] == list(day.slots)
        assert [question.find_slot(start) for start in day.taken] == [None] * len(day.taken)


@modest
@given(questions(), st.data())
def test_more_taken_time_never_adds_a_slot(question: Question, data: st.DataObject) -> None:
    if not question.calendars:
        return
    before = {slot.start: set(slot.staff_ids) for slot in slots_of(ask(question))}
    number = data.draw(st.integers(0, len(question.calendars) - 1))
    busier = question.calendars[number]
    extra = data.draw(intervals(question.first))
    blocked = [*busier.blocked, extra]
    question.calendars[number] = type(busier)(
        busier.staff_id,
        busier.opening,
        busier.own_weekly,
        busier.own_overrides,
        blocked,
        busier.shared,
        busier.load,
    )
    for slot in slots_of(ask(question)):
        assert set(slot.staff_ids) <= before[slot.start]


@modest
@given(questions())
def test_each_start_appears_once_and_in_order(question: Question) -> None:
    for day in ask(question):
        free = [slot.start for slot in day.slots]
        assert free == sorted(set(free))
        assert list(day.taken) == sorted(set(day.taken))
        assert not set(free) & set(day.taken)
        for slot in day.slots:
            assert slot.start.astimezone(question.terms.timezone).date() == day.date
            assert slot.end - slot.start == timedelta(minutes=question.terms.duration)
