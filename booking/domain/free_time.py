"""Ask for free time: what is wanted, and what the engine says of it.

The grid, holds, bookings and moves come through here, so that what is shown and what can be
booked never differ. Lists ask for many providers at once (``next_free``), by the same rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking.availability import (
    Calendar,
    Day,
    Problem,
    ResourceCalendar,
    Slot,
    Terms,
    choose_staff,
    explain,
    find_days,
    find_next,
    find_slot,
    nearest,
)
from booking.domain.calendars import Scope, load_calendars, scope_bounds
from booking.models import Appointment
from booking.words import say_people
from project.errors import InvalidInput
from providers.models import Service, Staff

BUSINESS_HORIZON = timedelta(days=730)
"""How far ahead the business itself may book."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants: ``staff`` empty is anyone, or nobody where none is needed.

    ``duration`` is in minutes. ``service.provider`` is loaded.
    """

    service: Service
    staff: Staff | None
    duration: int
    party_size: int

    @property
    def buffers(self) -> tuple[int, int]:
        """Minutes kept free before and after: the service's own, else the provider's."""
        service, provider = self.service, self.service.provider
        before, after = service.buffer_before, service.buffer_after
        return (
            provider.buffer_before if before is None else before,
            provider.buffer_after if after is None else after,
        )


@dataclass(frozen=True, slots=True)
class View:
    """From where one looks: ``now``; as the business, or as a visitor; with what left out."""

    now: datetime
    by_business: bool
    moving: Appointment | None
    visitor: str


@dataclass(frozen=True, slots=True)
class FreeTime:
    """The free time for one ask between two local dates, as loaded at one instant."""

    ask: Ask
    terms: Terms
    calendars: Sequence[Calendar]
    resources: Sequence[ResourceCalendar]
    staff: Sequence[Staff]
    first: date
    last: date
    view: View

    def days(self) -> list[Day]:
        """Return one day per local date."""
        return find_days(
            self.terms, self.calendars, self.resources, first=self.first, last=self.last
        )

    def next_slot(self) -> Slot | None:
        """Return the earliest slot."""
        return find_next(
            self.terms, self.calendars, self.resources, first=self.first, last=self.last
        )

    def slot(self, start: datetime) -> Slot | None:
        """Return the slot at exactly ``start``, or nothing when it cannot be booked."""
        return find_slot(self.terms, self.calendars, self.resources, start=start)

    def problems(self, start: datetime) -> list[Problem]:
        """Return why ``start`` cannot be booked; nothing when it can."""
        return explain(self.terms, self.calendars, self.resources, start=start)

    def alternatives(self, start: datetime, count: int = 5) -> list[Slot]:
        """Return the slots nearest to ``start``, in order of time."""
        return nearest([slot for day in self.days() for slot in day.slots], start, count)

    def wider(self, days: int) -> "FreeTime":
        """Load ``days`` more on both sides."""
        margin, view = timedelta(days=days), self.view
        return load_free_time(
            self.ask,
            now=view.now,
            first=self.first - margin,
            last=self.last + margin,
            by_business=view.by_business,
            moving=view.moving,
            visitor=view.visitor,
        )

    def choose(self, slot: Slot, *, prefer: Staff | None = None) -> Staff | None:
        """Return who performs ``slot``: ``prefer`` if able, else the least loaded that day."""
        by_id = {person.pk: person for person in self.staff}
        if prefer is not None and prefer.pk in slot.staff_ids:
            return by_id[prefer.pk]
        chosen = choose_staff(slot, self.calendars, timezone=self.terms.timezone)
        return None if chosen is None else by_id[chosen]


def make_ask(
    *,
    service: Service,
    staff_id: int | None = None,
    duration: int | None = None,
    party_size: int | None = None,
) -> Ask:
    """Check what was asked for against what the service offers.

    Raises ``InvalidInput`` naming the field: unknown staff, a duration that is not offered, or a
    party that can never fit.
    """
    staff = None
    if staff_id is not None:
        staff = _performer(service, staff_id)
    duration = service.duration if duration is None else duration
    if duration not in service.durations:
        raise InvalidInput("Choose one of the durations on offer.", field="duration")
    party_size = 1 if party_size is None else party_size
    most = max_party(service)
    if not 1 <= party_size <= most:
        raise InvalidInput(
            f"This can be booked for at most {say_people(most)}.", field="party_size"
        )
    return Ask(service=service, staff=staff, duration=duration, party_size=party_size)


def performers(service: Service) -> list[Staff]:
    """Return who can be booked for ``service``, by id; nobody when it needs nobody."""
    if not service.needs_staff:
        return []
    active = (person for person in service.staff.all() if person.active)
    return sorted(active, key=lambda person: person.pk)


def max_party(service: Service) -> int:
    """Return how many people one booking may be for.

    A class: its seats, or what its smallest resource holds. Elsewhere: what the resources hold, or
    one person.
    """
    capacities = [resource.capacity for resource in service.resources.all()]
    if service.is_class:
        return min([service.seats, *capacities])
    return min(capacities, default=1)


def load_free_time(
    ask: Ask,
    *,
    now: datetime,
    first: date,
    last: date,
    by_business: bool = False,
    moving: Appointment | None = None,
    visitor: str = "",
) -> FreeTime:
    """Load the calendars for ``ask`` on the local dates first..last, in a fixed number of queries.

    ``by_business`` lifts notice and horizon, never capacity. ``moving`` is left out of what is
    taken, as are the holds of ``visitor``.
    """
    service, zone = ask.service, ask.service.provider.tz
    staff = _performers(ask)
    before, after = ask.buffers
    start, end = scope_bounds(zone, first, last, before=before, after=after + ask.duration)
    scope = Scope(
        provider=service.provider,
        service=service,
        staff_ids=tuple(person.pk for person in staff),
        first=first - timedelta(days=2),
        last=last + timedelta(days=1),
        start=start,
        end=end,
        now=now,
        ignore_session=_vacated_session(moving),
        ignore_visitor=visitor,
    )
    terms = make_terms(ask, now=now, by_business=by_business)
    calendars, resources = load_calendars(scope, staff, duration=ask.duration, seats=terms.seats)
    view = View(now, by_business, moving, visitor)
    return FreeTime(ask, terms, calendars, resources, staff, first, last, view)


def make_terms(ask: Ask, *, now: datetime, by_business: bool) -> Terms:
    """Return ``ask`` in the words of the engine."""
    service, provider = ask.service, ask.service.provider
    before, after = ask.buffers
    earliest, latest = _booking_window(service, now=now, by_business=by_business)
    return Terms(
        timezone=provider.tz,
        duration=ask.duration,
        buffer_before=before,
        buffer_after=after,
        step=provider.slot_step,
        seats=max_party(service) if service.is_class else 1,
        party_size=ask.party_size,
        earliest=earliest,
        latest=latest,
    )


def _booking_window(
    service: Service, *, now: datetime, by_business: bool
) -> tuple[datetime, datetime]:
    """Return the first and the last start, both inclusive, that may be booked at ``now``."""
    provider = service.provider
    if by_business:
        # Somebody walks in a few minutes after the step: that start is still theirs.
        return now - timedelta(minutes=provider.slot_step), now + BUSINESS_HORIZON
    earliest = now + timedelta(minutes=provider.minimum_notice)
    return earliest, now + timedelta(days=provider.booking_horizon)


def load_around(
    ask: Ask,
    start: datetime,
    *,
    now: datetime,
    days: int = 0,
    by_business: bool = False,
    moving: Appointment | None = None,
    visitor: str = "",
) -> FreeTime:
    """Load the local day of ``start`` and ``days`` more on both sides."""
    day = start.astimezone(ask.service.provider.tz).date()
    return load_free_time(
        ask,
        now=now,
        first=day - timedelta(days=days),
        last=day + timedelta(days=days),
        by_business=by_business,
        moving=moving,
        visitor=visitor,
    )


def check_instant(start: datetime, *, now: datetime) -> datetime:
    """Return ``start`` in UTC; refuse what no calendar reaches.

    Raises ``InvalidInput``. It also keeps arithmetic on dates from overflowing.
    """
    if start.tzinfo is None:
        raise InvalidInput("Give the time with its offset from UTC.", field="start")
    if abs(start - now) > 2 * BUSINESS_HORIZON:
        raise InvalidInput("This time is too far away.", field="start")
    return start.astimezone(UTC)


def _performer(service: Service, staff_id: int) -> Staff:
    for person in performers(service):
        if person.pk == staff_id:
            return person
    raise InvalidInput("Choose one of the people on offer, or anyone.", field="staff")


def _performers(ask: Ask) -> list[Staff]:
    if ask.staff is not None:
        return [ask.staff]
    return performers(ask.service)


def _vacated_session(moving: Appointment | None) -> int | None:
    """Return the session that is empty once ``moving`` has left it."""
    if moving is None or moving.session.seats_taken > moving.seats_used:
        return None
    return moving.session_id
