"""Say no with reasons in plain words, and offer what is possible instead."""

from datetime import datetime

from booking.availability import Problem
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import Ask, FreeTime, load_around
from booking.models import Appointment

ALTERNATIVE_DAYS = 7
"""How many days around are searched when one day has too few alternatives."""

ENOUGH = 5

WORDS = {
    "too_soon": "This time has passed or is too soon to book.",
    "too_far": "This is further ahead than bookings are taken.",
    "closed": "Nobody works at this time.",
    "off_step": "Bookings do not start at this minute.",
    "time_taken": "Sorry, this time has just been taken.",
    "party_too_large": "There is not enough room for so many people.",
    "resource_taken": "Sorry, the room or equipment for this is taken at this time.",
    "class_full": "Sorry, this class is full.",
    "no_staff": "Nobody offers this at the moment.",
}


def words_for(problems: list[Problem]) -> str:
    """Return what to tell a person about the first of ``problems``."""
    return WORDS[problems[0].code] if problems else ""


def refuse(free: FreeTime, start: datetime, message: str = "") -> SlotUnavailable:
    """Return the refusal of ``start``, with up to five alternatives; ``message`` where given.

    They are looked for on the days that are loaded, and only where those have too few on the days
    around. Called after the transaction that refused, so that nobody waits for the search.
    """
    alternatives = free.alternatives(start)
    if len(alternatives) < ENOUGH:
        alternatives = free.wider(ALTERNATIVE_DAYS).alternatives(start)
    problems = free.problems(start)
    message = message or words_for(problems)
    return SlotUnavailable(message, problems=problems, alternatives=alternatives)


def refuse_afresh(
    ask: Ask,
    start: datetime,
    *,
    now: datetime,
    by_business: bool,
    moving: Appointment | None = None,
    visitor: str = "",
) -> SlotUnavailable:
    """Return the refusal of a start that the database itself refused: look once more."""
    free = load_around(ask, start, now=now, by_business=by_business, moving=moving, visitor=visitor)
    return refuse(free, start)
