"""Where resources are booked beyond what they hold, after fewer or smaller ones were left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from booking.domain.free_time import BUSINESS_HORIZON
from booking.models import Appointment, Session
from providers.models import Provider, Resource

FAR = 2 * BUSINESS_HORIZON
"""Nothing is booked further ahead."""


class Excess(StrEnum):
    """What is too much."""

    UNAVAILABLE = "unavailable"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"


class _Use(NamedTuple):
    """One session's hold on one unit of a resource."""

    session_id: int
    since: datetime
    until: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Overuse:
    """Appointments that a resource no longer suffices for, soonest first; all are kept."""

    resource: Resource
    excess: Excess
    appointments: tuple[Appointment, ...]


def find_overuse(
    provider: Provider, *, now: datetime, resource: Resource | None = None
) -> list[Overuse]:
    """Return what is booked beyond what resources hold from ``now`` on, by resource and reason.

    Of all resources of ``provider``, or of the one. Four queries at most, however much is booked.
    """
    resources = list(Resource.objects.filter(provider=provider)) if resource is None else [resource]
    uses = _load_uses(resources, provider, now=now)
    found = [
        (each, excess, sessions)
        for each in resources
        for excess, sessions in _excesses(each, uses[each.pk])
    ]
    concerned = {session_id for _, _, sessions in found for session_id in sessions}
    appointments = _load_appointments(concerned)
    return [
        Overuse(
            resource=each,
            excess=excess,
            appointments=tuple(one for one in appointments if one.session_id in sessions),
        )
        for each, excess, sessions in found
    ]


def _load_uses(
    resources: Iterable[Resource], provider: Provider, *, now: datetime
) -> Mapping[int, list[_Use]]:
    """Return who uses a unit of what from ``now`` on, by resource id, in order of time."""
    rows = (
        Session.objects.active()
        .overlapping(now, now + FAR)
        .filter(provider=provider, resources__in=[each.pk for each in resources])
        .order_by("occupied_from", "pk")
    )
    columns = ("resources", "pk", "occupied_from", "occupied_until", "seats", "seats_taken")
    parties = _parties(rows.filter(seats=1).values_list("pk", flat=True))
    uses: dict[int, list[_Use]] = defaultdict(list)
    for resource_id, pk, since, until, seats, taken in rows.values_list(*columns):
        people = taken if seats > 1 else parties.get(pk, taken)
        uses[resource_id].append(_Use(pk, since, until, people))
    return uses


def _parties(sessions: Iterable[int]) -> dict[int, int]:
    """Return how many come together, by session, where that is more than one."""
    found = Appointment.objects.active().filter(session__in=sessions, party_size__gt=1)
    return dict(found.values_list("session_id", "party_size"))


def _excesses(resource: Resource, uses: Sequence[_Use]) -> list[tuple[Excess, set[int]]]:
    """Return the sessions that are too many or too large, by reason."""
    if not resource.available:
        found = [(Excess.UNAVAILABLE, {use.session_id for use in uses})]
    else:
        large = {use.session_id for use in uses if use.people > resource.capacity}
        found = [
            (Excess.TOO_MANY, _too_many(uses, resource.quantity)),
            (Excess.TOO_LARGE, large),
        ]
    return [(excess, sessions) for excess, sessions in found if sessions]


def _too_many(uses: Sequence[_Use], quantity: int) -> set[int]:
    """Return the sessions that take part in using more than ``quantity`` units at once.

    ``uses`` are in order of their beginning.
    """
    concerned: set[int] = set()
    running: list[_Use] = []
    for use in uses:
        running = [each for each in running if each.until > use.since]
        running.append(use)
        if len(running) > quantity:
            concerned.update(each.session_id for each in running)
    return concerned


def _load_appointments(sessions: Iterable[int]) -> list[Appointment]:
    found = Appointment.objects.with_names().active().filter(session__in=sessions)
    return list(found.order_by("start", "pk"))
