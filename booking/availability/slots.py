"""What is offered, and how to pick from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.availability.calendars import Calendar


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be booked (UTC), and who can take it, sorted by id.

    seats_left: the most seats that any of them has left; all seats for a session yet to be opened.
    """

    start: datetime
    end: datetime
    staff_ids: tuple[int | None, ...]
    seats_left: int


@dataclass(frozen=True, slots=True)
class Day:
    """A local date: its free slots, and the starts within hours and policy that nobody can take.

    Both ascend, and no start is in both.
    """

    date: date
    slots: tuple[Slot, ...]
    taken: tuple[datetime, ...]


def nearest(slots: Iterable[Slot], start: datetime, count: int = 5) -> list[Slot]:
    """The `count` slots closest to `start` (of two as close, the earlier), in order of time."""
    by_closeness = sorted(slots, key=lambda slot: (abs(slot.start - start), slot.start))
    return sorted(by_closeness[:count], key=lambda slot: slot.start)


def choose_staff(
    slot: Slot, calendars: Sequence[Calendar], *, timezone: ZoneInfo, prefer_shared: bool = True
) -> int | None:
    """Who takes the slot when the customer wants anyone.

    Somebody whose class already runs then (prefer_shared), the least loaded on that local date, the
    lowest id: in that order. None when the slot needs nobody. Raises ValueError when none of the
    calendars is one that the slot names.
    """
    day = slot.start.astimezone(timezone).date()

    def merit(calendar: Calendar) -> tuple[bool, int, int]:
        opens_session = prefer_shared and slot.start not in calendar.shared
        return opens_session, calendar.load.get(day, 0), calendar.staff_id or 0

    candidates = [calendar for calendar in calendars if calendar.staff_id in slot.staff_ids]
    if not candidates:
        message = "None of the calendars can take the slot."
        raise ValueError(message)
    return min(candidates, key=merit).staff_id
