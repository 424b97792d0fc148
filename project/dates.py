"""How far away a date may lie that somebody typed, or that stands in an address.

Farther than this nothing is booked, and arithmetic on dates would leave the calendar sooner or
later: year 1 has no day before it, and year 9999 none after.
"""

from datetime import date, datetime, timedelta

FARTHEST = timedelta(days=800)
"""Dates further away, ahead or behind, are a slip of the finger."""


def is_near(day: date, *, today: date) -> bool:
    """Whether ``day`` is one that can be meant."""
    return abs(day - today) <= FARTHEST


def bring_near(instant: datetime, *, now: datetime) -> datetime:
    """Return ``instant`` (UTC), or the farthest that can be meant on its side of ``now``."""
    return min(max(instant, now - FARTHEST), now + FARTHEST)
