"""When many providers have their next free time, in a number of queries that does not grow.

A tease for lists, made by the same engine that shows the grid: the usual duration of each service,
one person, whoever performs it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Prefetch

from booking.availability import (
    Calendar,
    Hours,
    Interval,
    ResourceCalendar,
    Terms,
    WallInterval,
    find_next,
)
from booking.domain.free_time import Ask, booking_window, max_party, performers
from booking.models import BusyTime, Hold, Session
from providers.models import DateOverride, Provider, Service, Staff, TimeOff, WeeklyHours

DAYS_AHEAD = 14
"""How many days are looked at; a provider that is full for longer has no next free time here."""

Whose = tuple[int, int | None]
"""A provider's id and a staff member's; ``None`` is the business itself."""


@dataclass(slots=True)
class _Taken:
    """Everything that is taken at the providers asked about.

    ``people``: by whom. ``services``: sessions and holds by service and staff, as start, end and
    seats. ``units`` and ``closed_units``: use and time off of resources, by resource id.
    """

    people: dict[Whose, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    seats: dict[tuple[int, int | None], dict[datetime, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    units: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    closed_units: dict[int, list[Interval]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class _Rules:
    """Wall-clock rules, by provider and staff member."""

    weekly: dict[Whose, dict[int, list[WallInterval]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    overrides: dict[Whose, dict[date, list[WallInterval]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )


def load_next_free(providers: Sequence[Provider], *, now: datetime) -> dict[int, datetime | None]:
    """Return the earliest free start (UTC) of each provider by its id, at most two weeks ahead."""
    services = _load_services(providers)
    until = now + timedelta(days=DAYS_AHEAD)
    rules = _load_rules(providers, now=now, until=until)
    taken = _load_taken(services, now=now, until=until)
    found: dict[int, datetime | None] = {provider.pk: None for provider in providers}
    for service in services:
        pk = service.provider_id
        start = _next_start(service, rules, taken, now=now, before=found[pk] or until)
        if start is not None:
            found[pk] = min(start, found[pk] or start)
    return found


def _load_services(providers: Sequence[Provider]) -> list[Service]:
    """Return the services to look at, the shortest first: its time cuts the others' search."""
    by_id = {provider.pk: provider for provider in providers}
    services = list(
        Service.objects.active()
        .filter(provider__in=by_id)
        .order_by("duration", "pk")
        .prefetch_related(Prefetch("staff", Staff.objects.active()), "resources")
    )
    for service in services:
        service.provider = by_id[service.provider_id]
    return services


def _load_rules(providers: Sequence[Provider], *, now: datetime, until: datetime) -> _Rules:
    rules = _Rules()
    weekly = WeeklyHours.objects.filter(provider__in=providers).order_by("start_minute")
    for provider, staff, weekday, start, end in weekly.values_list(
        "provider", "staff", "weekday", "start_minute", "end_minute"
    ):
        rules.weekly[provider, staff][weekday].append(WallInterval(start, end))
    days = (now - timedelta(days=2)).date(), (until + timedelta(days=2)).date()
    overrides = DateOverride.objects.filter(provider__in=providers, date__range=days)
    for special in overrides.order_by("start_minute"):
        kept = rules.overrides[special.provider_id, special.staff_id][special.date]
        if special.start_minute is not None and special.end_minute is not None:
            kept.append(WallInterval(special.start_minute, special.end_minute))
    return rules


def _load_taken(services: Sequence[Service], *, now: datetime, until: datetime) -> _Taken:
    providers = {service.provider_id for service in services}
    by_id = {service.pk: service for service in services}
    taken = _Taken()
    within = {"start__lt": until + timedelta(days=2), "end__gt": now - timedelta(days=1)}
    for off in TimeOff.objects.filter(provider__in=providers, **within):
        interval = Interval(off.start.astimezone(UTC), off.end.astimezone(UTC))
        if off.resource_id is None:
            taken.people[off.provider_id, off.staff_id].append(interval)
        else:
            taken.closed_units[off.resource_id].append(interval)
    busy = BusyTime.objects.filter(staff__provider__in=providers, **within)
    for provider, staff, start, end in busy.values_list("staff__provider", "staff", "start", "end"):
        taken.people[provider, staff].append(Interval(start, end))
    span = now - timedelta(days=1), until + timedelta(days=2)
    sessions = Session.objects.active().overlapping(*span).filter(provider__in=providers)
    rows: Iterable[Session | Hold] = [
        *sessions,
        *Hold.objects.live(now).overlapping(*span).filter(provider__in=providers),
    ]
    classes: set[tuple[int, int | None, datetime]] = set()
    for row in rows:
        _take(row, by_id.get(row.service_id), taken, classes)
    return taken


def _take(
    row: Session | Hold,
    service: Service | None,
    taken: _Taken,
    classes: set[tuple[int, int | None, datetime]],
) -> None:
    """Count one session or hold: its person's time, its class's seats, its resources' units."""
    occupied = Interval(row.occupied_from, row.occupied_until)
    if row.staff_id is not None:
        taken.people[row.provider_id, row.staff_id].append(occupied)
    if service is None:
        return  # no longer on offer; its person stays busy all the same
    key = (service.pk, row.staff_id, row.start)
    if service.is_class:
        seats = taken.seats[service.pk, row.staff_id]
        left = (
            row.seats_left if isinstance(row, Session) else seats.get(row.start, max_party(service))
        )
        held = row.party_size if isinstance(row, Hold) else 0
        seats[row.start] = max(0, left - held)
        if key in classes:
            return
        classes.add(key)
    for resource in service.resources.all():
        taken.units[resource.pk].append(occupied)


def _next_start(
    service: Service, rules: _Rules, taken: _Taken, *, now: datetime, before: datetime
) -> datetime | None:
    """Return the first free start of ``service`` up to ``before``."""
    provider = service.provider
    resources = [
        ResourceCalendar(
            resource_id=resource.pk,
            quantity=resource.quantity if resource.available else 0,
            capacity=resource.capacity,
            used=taken.units[resource.pk],
            blocked=taken.closed_units[resource.pk],
        )
        for resource in service.resources.all()
    ]
    people: Sequence[Staff | None] = performers(service) if service.needs_staff else [None]
    if not service.needs_staff and not resources:
        return None
    earliest, latest = booking_window(service, now=now, by_business=False)
    before_minutes, after_minutes = Ask(service, None, service.duration, 1).buffers
    terms = Terms(
        timezone=provider.tz,
        duration=service.duration,
        buffer_before=before_minutes,
        buffer_after=after_minutes,
        step=provider.slot_step,
        seats=max_party(service) if service.is_class else 1,
        party_size=1,
        earliest=earliest,
        latest=min(latest, before),
    )
    slot = find_next(
        terms,
        [_calendar(service, person, rules, taken) for person in people],
        resources,
        first=now.astimezone(provider.tz).date(),
        last=before.astimezone(provider.tz).date(),
    )
    return slot.start if slot else None


def _calendar(service: Service, person: Staff | None, rules: _Rules, taken: _Taken) -> Calendar:
    business: Whose = (service.provider_id, None)
    whose: Whose = (service.provider_id, person.pk if person else None)
    own_hours = person is not None and person.own_hours
    blocked = list(taken.people[business])
    if person is not None:
        blocked += taken.people[whose]
    return Calendar(
        staff_id=person.pk if person else None,
        opening=Hours(rules.weekly[business], rules.overrides[business]),
        own_weekly=rules.weekly[whose] if own_hours else None,
        own_overrides=rules.overrides[whose] if person else {},
        blocked=blocked,
        shared=taken.seats[service.pk, whose[1]] if service.is_class else {},
        load={},
    )
