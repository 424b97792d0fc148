"""Why a start cannot be booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from booking.availability.calendars import Calendar, Terms
from booking.availability.capacity import ResourceCalendar
from booking.availability.engine import as_utc
from booking.availability.search import Person, Search
from booking.availability.wallclock import DAWN, DUSK, local_day

ProblemCode = Literal[
    "too_soon",
    "too_far",
    "party_too_large",
    "no_staff",
    "closed",
    "off_step",
    "time_taken",
    "resource_taken",
    "class_full",
]

# From the farthest off to the one that only just fails.
RANK = {code: rank for rank, code in enumerate(get_args(ProblemCode))}


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason against a start.

    too_soon, too_far: before the earliest or after the latest start of the terms.
    party_too_large: more people than seats, or than a resource holds, at whatever time.
    no_staff: nobody performs the service.
    closed: outside working hours. off_step: within them, but not on the step.
    time_taken: collides with an appointment, hold, time off or busy time.
    resource_taken: no unit left of something that the service needs.
    class_full: a session runs then, with too few seats left.
    """

    code: ProblemCode


def explain(
    terms: Terms,
    calendars: Sequence[Calendar],
    resources: Sequence[ResourceCalendar],
    *,
    start: datetime,
) -> list[Problem]:
    """Everything that stands against the start; empty exactly when `find_slot` gives a slot.

    Of several people the one who comes nearest to taking it speaks for all, so that at most one
    problem is about hours and taken time; none is when the start is outside the policy, since that
    is the thing to change first. `start` may be in any zone; a naive one raises ValueError.
    """
    start = as_utc(start)
    search = Search(terms, calendars, resources, first=start, last=start)
    codes: list[ProblemCode] = []
    if start < max(terms.earliest, DAWN):
        codes.append("too_soon")
    if start > min(terms.latest, DUSK):
        codes.append("too_far")
    if not search.admitted:
        codes.append("party_too_large")
    if not search.people:
        codes.append("no_staff")
    elif search.first <= search.last:
        obstacles = [_obstacle(search, person, start) for person in search.people]
        hindered = [code for code in obstacles if code is not None]
        if len(hindered) == len(obstacles):
            codes.append(max(hindered, key=RANK.__getitem__))
    return [Problem(code) for code in codes]


def _obstacle(search: Search, person: Person, start: datetime) -> ProblemCode | None:
    """What keeps one person from taking the start, apart from policy and party size."""
    left = person.calendar.shared.get(start)
    if left is not None:
        # When the party is too large for any session, fullness is not the reason.
        return "class_full" if left < search.terms.party_size and search.admitted else None
    day = start.astimezone(search.terms.timezone).date()
    around = local_day(search.terms.timezone, day).rule_dates
    holding = [
        work
        for work in search.working(person, around)
        if work.start <= start <= work.end - search.duration
    ]
    if not holding:
        return "closed"
    if all((start - work.start) % search.step for work in holding):
        return "off_step"
    if not person.barred.free([start]):
        return "time_taken"
    return None if search.resources.free([start]) else "resource_taken"
