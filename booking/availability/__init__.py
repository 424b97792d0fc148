"""Free time: pure functions from hours and taken time to the starts that can be booked.

Nothing here knows of a database, a clock or a request. Callers load everything, pass it in, and ask
`find_days` to show, `find_next` to tease, `find_slot` to book, `explain` to say why not.
See docs/free-time.md for the rules.
"""

from booking.availability.calendars import Calendar, Terms
from booking.availability.capacity import ResourceCalendar
from booking.availability.engine import find_days, find_next, find_slot
from booking.availability.intervals import Interval
from booking.availability.problems import Problem, ProblemCode, explain
from booking.availability.slots import Day, Slot, choose_staff, nearest
from booking.availability.wallclock import Hours, WallInterval, resolve, working_hours

__all__ = [
    "Calendar",
    "Day",
    "Hours",
    "Interval",
    "Problem",
    "ProblemCode",
    "ResourceCalendar",
    "Slot",
    "Terms",
    "WallInterval",
    "choose_staff",
    "explain",
    "find_days",
    "find_next",
    "find_slot",
    "nearest",
    "resolve",
    "working_hours",
]
