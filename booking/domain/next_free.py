"""When many providers have their next free time, in a number of queries that does not grow.

A tease for lists, made by the same rules and the same engine that show the grid: the usual duration
of each service, one person, whoever performs it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from booking.availability import Interval, find_next
from booking.domain.free_time import Ask, make_terms, performers
from booking.domain.taken import (
    Block,
    HoursRow,
    Rules,
    collect_rules,
    lay_calendars,
    lay_resources,
    use_units,
)
from booking.models import BusyTime, Hold, Session
from providers.models import DateOverride, Provider, Service, Staff, TimeOff, WeeklyHours

DAYS_AHEAD = 14
"""How many days are looked at; a provider that is full for longer has no next free time here."""

Span = tuple[datetime, datetime]
"""All that could touch the days that are looked at starts before its end and ends after its start.

A day before and two after are more than the longest service and its buffers reach."""


@dataclass(slots=True)
class Facts:
    """What there is at one provider, in the rows that ``taken`` makes calendars of.

    ``sessions`` by staff member and ``of_service`` by service are the same rows.
    """

    rules: Mapping[int | None, Rules] = field(default_factory=lambda: defaultdict(Rules))
    sessions: dict[int | None, list[tuple[Any, ...]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    of_service: dict[int, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    blocks: list[Block] = field(default_factory=list)
    used: Mapping[int, list[Interval]] = field(default_factory=dict)


def load_next_free(providers: Sequence[Provider], *, now: datetime) -> dict[int, datetime | None]:
    """Return the earliest free start (UTC) of each provider by its id, at most two weeks ahead."""
    services = _load_services(providers)
    until = now + timedelta(days=DAYS_AHEAD)
    facts = load_facts({service.provider_id for service in services}, now=now, until=until)
    found: dict[int, datetime | None] = {provider.pk: None for provider in providers}
    for service in services:
        pk = service.provider_id
        start = _next_start(service, facts[pk], now=now, before=found[pk] or until)
        if start is not None:
            found[pk] = start
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


def _next_start(
    service: Service, facts: Facts, *, now: datetime, before: datetime
) -> datetime | None:
    """Return the first free start of ``service`` up to ``before``."""
    people = performers(service)
    terms = make_terms(Ask(service, None, service.duration, 1), now=now, by_business=False)
    sessions = facts.of_service[service.pk]
    if service.needs_staff:
        sessions = [row for person in people for row in facts.sessions[person.pk]]
    calendars = lay_calendars(
        service,
        people,
        rules=facts.rules,
        sessions=sessions,
        blocks=facts.blocks,
        duration=terms.duration,
        seats=terms.seats,
    )
    slot = find_next(
        replace(terms, latest=min(terms.latest, before)),
        calendars,
        lay_resources(service.resources.all(), facts.used, facts.blocks),
        first=now.astimezone(terms.timezone).date(),
        last=before.astimezone(terms.timezone).date(),
    )
    return slot.start if slot else None


def load_facts(
    providers: Collection[int], *, now: datetime, until: datetime, since: datetime | None = None
) -> dict[int, Facts]:
    """Return by provider what counts between ``since``, or else ``now``, and ``until``.

    Six queries.
    """
    since = since or now
    facts: dict[int, Facts] = defaultdict(Facts)
    first, last = (since - timedelta(days=2)).date(), (until + timedelta(days=2)).date()
    hours = _load_hours(providers, first, last)
    for pk in providers:
        facts[pk].rules = collect_rules(hours[pk])
    span = since - timedelta(days=1), until + timedelta(days=2)
    _add_time_off(facts, providers, span)
    in_sessions = _add_sessions(facts, providers, span)
    in_holds = _add_holds(facts, providers, span, now=now)
    for pk in providers:
        facts[pk].used = use_units(in_sessions[pk], in_holds[pk])
    return facts


def _load_hours(providers: Collection[int], first: date, last: date) -> dict[int, list[HoursRow]]:
    rows: dict[int, list[HoursRow]] = defaultdict(list)
    weekly = WeeklyHours.objects.filter(provider__in=providers).order_by()
    for pk, staff, weekday, start, end in weekly.values_list(
        "provider_id", "staff_id", "weekday", "start_minute", "end_minute"
    ):
        rows[pk].append((staff, weekday, None, start, end))
    special = DateOverride.objects.filter(provider__in=providers, date__range=(first, last))
    for pk, staff, day, opens, closes in special.order_by().values_list(
        "provider_id", "staff_id", "date", "start_minute", "end_minute"
    ):
        rows[pk].append((staff, None, day, opens, closes))
    return rows


def _add_time_off(facts: dict[int, Facts], providers: Collection[int], span: Span) -> None:
    within = {"end__gt": span[0], "start__lt": span[1]}
    time_off = TimeOff.objects.filter(provider__in=providers, **within).order_by()
    for pk, staff, resource, start, end in time_off.values_list(
        "provider_id", "staff_id", "resource_id", "start", "end"
    ):
        facts[pk].blocks.append(Block(staff, resource, None, start, end, None, None, 0))
    busy = BusyTime.objects.filter(staff__provider__in=providers, **within)
    for pk, whose, start, end in busy.values_list("staff__provider_id", "staff_id", "start", "end"):
        facts[pk].blocks.append(Block(whose, None, None, start, end, None, None, 0))


def _add_sessions(
    facts: dict[int, Facts], providers: Collection[int], span: Span
) -> dict[int, list[tuple[Any, ...]]]:
    """Add the sessions; return the rows of their resources by provider."""
    units: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    seen = set()
    rows = Session.objects.active().overlapping(*span).filter(provider__in=providers).order_by()
    columns = ("staff_id", "occupied_from", "occupied_until", "service_id", "start", "end")
    for provider, pk, resource, *session in rows.values_list(
        "provider_id", "pk", "resources", *columns, "seats", "seats_taken"
    ):
        staff, since, until, service = session[:4]
        if resource is not None:
            units[provider].append((resource, since, until, service, staff))
        if pk not in seen:  # one row for each resource
            seen.add(pk)
            facts[provider].sessions[staff].append(tuple(session))
            facts[provider].of_service[service].append(tuple(session))
    return units


def _add_holds(
    facts: dict[int, Facts], providers: Collection[int], span: Span, *, now: datetime
) -> dict[int, list[tuple[Any, ...]]]:
    """Add the holds; return the rows of their services' resources by provider."""
    units: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    seen = set()
    rows = Hold.objects.live(now).overlapping(*span).filter(provider__in=providers)
    columns = ("occupied_from", "occupied_until", "start", "end", "party_size")
    for provider, pk, seats, resource, staff, service, *times in rows.values_list(
        "provider_id",
        "pk",
        "service__seats",
        "service__resources",
        "staff_id",
        "service_id",
        *columns,
    ):
        if resource is not None:
            units[provider].append((seats, resource, *times[:2], service, staff))
        if pk not in seen:  # one row for each resource
            seen.add(pk)
            facts[provider].blocks.append(Block(staff, None, service, *times))
    return units
