"""Rooms, chairs and machines: how many units are in use when, and how many people one holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from booking.availability.intervals import Interval
from booking.availability.wallclock import DAWN, DUSK

ALWAYS = Interval(DAWN, DUSK)


@dataclass(frozen=True, slots=True)
class ResourceCalendar:
    """One resource that the service needs a unit of.

    quantity: identical units (0 = none can be had); capacity: people that one unit holds.
    used: one entry per unit in use (occupied ranges of sessions and live holds), any order.
    blocked: time off, when every unit is out.
    """

    resource_id: int
    quantity: int
    capacity: int
    used: Sequence[Interval]
    blocked: Sequence[Interval]


def unavailable(resources: Iterable[ResourceCalendar]) -> list[Interval]:
    """When at least one of the resources has no unit left to give; unsorted."""
    return [
        interval
        for resource in resources
        for interval in [*resource.blocked, *exhausted(resource.used, resource.quantity)]
    ]


def exhausted(used: Sequence[Interval], quantity: int) -> list[Interval]:
    """When `quantity` units or more are in use, in order."""
    if quantity < 1:
        return [ALWAYS]
    # At one instant the units given back (-1) sort before those taken (+1).
    changes = [(interval.start, 1) for interval in used]
    changes += [(interval.end, -1) for interval in used]
    changes.sort()
    full: list[Interval] = []
    in_use = 0
    since = ALWAYS.start
    for instant, change in changes:
        in_use += change
        if change > 0 and in_use == quantity:
            since = instant
        elif change < 0 and in_use == quantity - 1:
            full.append(Interval(since, instant))
    return full


def admits(party_size: int, seats: int, resources: Sequence[ResourceCalendar]) -> bool:
    """Whether a party this size may book at all.

    A class takes up to its seats. A one-to-one service takes one person; when it needs resources it
    takes a group (a room is rented to all of them). Each resource must hold the whole party.
    """
    if party_size > seats and not (seats == 1 and resources):
        return False
    return all(party_size <= resource.capacity for resource in resources)
