"""Load what the free-time engine needs, in a fixed number of queries.

The number does not depend on how many days, staff, appointments or years of history there are:
one for all hours, one for sessions, one for all other blocks, and two more for services that need
resources; staff and resources come prefetched with the service (``ServiceQuerySet.bookable``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import DateField, DateTimeField, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast

from booking.availability import Calendar, Hours, Interval, ResourceCalendar, WallInterval
from booking.models import BusyTime, Hold, Session
from project.prepared import Prepared
from providers.models import DateOverride, Provider, Service, Staff, TimeOff, WeeklyHours

Range = tuple[datetime, datetime]
"""An occupied range, half open."""

NO_NUMBER = Cast(Value(None), IntegerField())
NO_DATE = Cast(Value(None), DateField())
NO_INSTANT = Cast(Value(None), DateTimeField())


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calendars are wanted, and over which instants."""

    provider: Provider
    service: Service
    staff_ids: tuple[int, ...]
    timezone: ZoneInfo
    first: date
    last: date
    start: datetime
    end: datetime
    now: datetime
    ignore_session: int | None = None
    ignore_visitor: str = ""


@dataclass(slots=True)
class _Rules:
    """Wall-clock rules of one staff member, or of the business."""

    weekly: dict[int, list[WallInterval]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[date, list[WallInterval]] = field(default_factory=lambda: defaultdict(list))


class _Block(NamedTuple):
    """A row of the union of time off, busy time and holds."""

    staff_id: int | None
    resource_id: int | None
    service_id: int | None
    since: datetime
    until: datetime
    start: datetime | None
    end: datetime | None
    party_size: int


class _ClassRow(NamedTuple):
    """An active session, with what counts when the service is a class."""

    staff_id: int | None
    since: datetime
    until: datetime
    service_id: int
    start: datetime
    end: datetime
    seats: int
    seats_taken: int


class _Load(Mapping[date, int]):
    """Occupied minutes by local date, counted when first asked for: a grid never asks."""

    def __init__(self, zone: ZoneInfo, taken: Sequence[Range]) -> None:
        self.zone = zone
        self.taken = taken

    @cached_property
    def minutes(self) -> dict[date, int]:
        """All of them."""
        minutes: dict[date, int] = defaultdict(int)
        for since, until in self.taken:
            length = int((until - since).total_seconds()) // 60
            minutes[since.astimezone(self.zone).date()] += length
        return dict(minutes)

    def __getitem__(self, day: date) -> int:
        return self.minutes[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self.minutes)

    def __len__(self) -> int:
        return len(self.minutes)


def scope_bounds(
    zone: ZoneInfo, first: date, last: date, *, before: int, after: int
) -> tuple[datetime, datetime]:
    """Return the UTC instants between which something could touch the local days first..last.

    ``before`` and ``after`` are the minutes by which an occupied range may reach past the day.
    """
    start = datetime.combine(first, time.min, zone).astimezone(UTC) - timedelta(minutes=before)
    midnight = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC)
    return start, midnight + timedelta(minutes=after)


def _hours_query(
    *, provider: int, staff: Sequence[int], first: date, last: date
) -> QuerySet[Any, tuple[Any, ...]]:
    whose = Q(staff__isnull=True) | Q(staff__in=staff)
    weekly = WeeklyHours.objects.filter(whose, provider=provider).values_list(
        "staff_id", "weekday", NO_DATE, "start_minute", "end_minute"
    )
    overrides = DateOverride.objects.filter(
        whose, provider=provider, date__gte=first, date__lte=last
    ).values_list("staff_id", NO_NUMBER, "date", "start_minute", "end_minute")
    return weekly.order_by().union(overrides.order_by(), all=True)


def _active_sessions(
    *,
    provider: int,
    staff: Sequence[int] | None,
    service: int | None,
    start: datetime,
    end: datetime,
    ignore: int | None,
) -> QuerySet[Session]:
    mine = Q(service=service) if staff is None else Q(staff__in=staff)
    found = Session.objects.active().overlapping(start, end).filter(mine, provider=provider)
    return found if ignore is None else found.exclude(pk=ignore)


def _taken_query(**params: Any) -> QuerySet[Any, tuple[Any, ...]]:
    return _active_sessions(**params).values_list("staff_id", "occupied_from", "occupied_until")


def _classes_query(**params: Any) -> QuerySet[Any, tuple[Any, ...]]:
    more = ("service_id", "start", "end", "seats", "seats_taken")
    return _taken_query(**params).values_list("staff_id", "occupied_from", "occupied_until", *more)


def _blocks_query(
    *,
    provider: int,
    staff: Sequence[int],
    start: datetime,
    end: datetime,
    now: datetime,
    visitor: str | None,
) -> QuerySet[Any, tuple[Any, ...]]:
    whose = Q(staff__isnull=True) | Q(staff__in=staff)
    found = Hold.objects.live(now).overlapping(start, end).filter(whose, provider=provider)
    if visitor is not None:
        found = found.exclude(visitor=visitor)
    holds = found.values_list(
        "staff_id",
        NO_NUMBER,
        "service_id",
        "occupied_from",
        "occupied_until",
        "start",
        "end",
        "party_size",
    )
    nobody = (NO_INSTANT, NO_INSTANT, Value(0, IntegerField()))
    time_off = TimeOff.objects.filter(
        whose, provider=provider, end__gt=start, start__lt=end
    ).values_list("staff_id", "resource_id", NO_NUMBER, "start", "end", *nobody)
    busy = BusyTime.objects.filter(staff__in=staff, end__gt=start, start__lt=end).values_list(
        "staff_id", NO_NUMBER, NO_NUMBER, "start", "end", *nobody
    )
    return holds.union(time_off.order_by(), busy, all=True)


HOURS = Prepared(_hours_query)
TAKEN = Prepared(_taken_query)
CLASSES = Prepared(_classes_query)
BLOCKS = Prepared(_blocks_query)


def load_calendars(
    scope: Scope, staff: Sequence[Staff], *, duration: int, seats: int
) -> tuple[list[Calendar], list[ResourceCalendar]]:
    """Return the calendars of the people and of the resources that the service needs, by id.

    A service that needs nobody has one calendar: the business's own.
    """
    rules = load_hours(scope)
    sessions = load_sessions(scope)
    taken: dict[int | None, list[Range]] = defaultdict(list)
    for row in sessions:
        taken[row[0]].append(row[1:3])
    classes = [_ClassRow(*row) for row in sessions] if scope.service.is_class else []
    blocks = load_blocks(scope)
    opening = Hours(rules[None].weekly, rules[None].overrides)
    people: Sequence[Staff | None] = staff if scope.service.needs_staff else [None]
    calendars = []
    for person in people:
        whose = person.pk if person else None
        mine = [row for row in classes if person is None or row.staff_id == whose]
        calendars.append(
            Calendar(
                staff_id=whose,
                opening=opening,
                own_weekly=rules[whose].weekly if person and person.own_hours else None,
                own_overrides=rules[whose].overrides if person else {},
                blocked=_blocked(whose, taken[whose], blocks),
                shared=_shared(scope, whose, mine, blocks, duration=duration, seats=seats),
                load=_Load(scope.timezone, taken[whose]),
            )
        )
    return calendars, load_resources(scope, blocks)


def load_hours(scope: Scope) -> dict[int | None, _Rules]:
    """Return the rules by staff id; ``None`` is the business itself. One query."""
    rules: dict[int | None, _Rules] = defaultdict(_Rules)
    rows = HOURS.rows(
        provider=scope.provider.pk, staff=scope.staff_ids, first=scope.first, last=scope.last
    )
    for staff_id, weekday, day, start, end in rows:
        kept = rules[staff_id].weekly[weekday] if day is None else rules[staff_id].overrides[day]
        if start is not None:
            kept.append(WallInterval(start, end))
    for each in rules.values():
        for intervals in (*each.weekly.values(), *each.overrides.values()):
            intervals.sort(key=lambda interval: interval.start)
    return rules


def load_sessions(scope: Scope) -> list[tuple[Any, ...]]:
    """Return the active sessions of these people, or of a service that needs none. One query.

    Rows of staff and occupied range, for a class as ``_ClassRow`` has them; plain tuples, because
    there may be thousands.
    """
    query = CLASSES if scope.service.is_class else TAKEN
    return query.rows(
        provider=scope.provider.pk,
        staff=scope.staff_ids if scope.service.needs_staff else None,
        service=None if scope.service.needs_staff else scope.service.pk,
        start=scope.start,
        end=scope.end,
        ignore=scope.ignore_session,
    )


def load_blocks(scope: Scope) -> list[_Block]:
    """Return time off, busy time and other people's live holds. One query."""
    rows = BLOCKS.rows(
        provider=scope.provider.pk,
        staff=scope.staff_ids,
        start=scope.start,
        end=scope.end,
        now=scope.now,
        visitor=scope.ignore_visitor or None,
    )
    return [_Block(*row) for row in rows]


def load_resources(scope: Scope, blocks: Iterable[_Block]) -> list[ResourceCalendar]:
    """Return the calendars of the resources that the service needs.

    Two queries for their use; none when it needs no resource.
    """
    resources = sorted(scope.service.resources.all(), key=lambda resource: resource.pk)
    if not resources:
        return []
    used = _resource_use(scope, [resource.pk for resource in resources])
    blocked = defaultdict(list)
    for block in blocks:
        if block.resource_id is not None:
            blocked[block.resource_id].append(Interval(block.since, block.until))
    return [
        ResourceCalendar(
            resource_id=resource.pk,
            quantity=resource.quantity if resource.available else 0,
            capacity=resource.capacity,
            used=used[resource.pk],
            blocked=blocked[resource.pk],
        )
        for resource in resources
    ]


def _sessions(scope: Scope) -> QuerySet[Session]:
    found = Session.objects.active().overlapping(scope.start, scope.end)
    found = found.filter(provider=scope.provider)
    return found if scope.ignore_session is None else found.exclude(pk=scope.ignore_session)


def _holds(scope: Scope) -> QuerySet[Hold]:
    found = Hold.objects.live(scope.now).overlapping(scope.start, scope.end)
    found = found.filter(provider=scope.provider)
    return found.exclude(visitor=scope.ignore_visitor) if scope.ignore_visitor else found


def _resource_use(scope: Scope, resource_ids: Sequence[int]) -> Mapping[int, list[Interval]]:
    """Return one interval per unit in use, by resource id.

    Each session uses one unit. So does each hold, unless it is for a seat in a class that runs
    already, or that somebody else holds a seat in too.
    """
    columns = ("occupied_from", "occupied_until", "service_id", "staff_id")
    sessions = _sessions(scope).filter(resources__in=resource_ids)
    holds = _holds(scope).filter(service__resources__in=resource_ids)
    used: dict[int, list[Interval]] = defaultdict(list)
    running = set()
    for row in sessions.values_list("resources", *columns):
        running.add(row)
        used[row[0]].append(Interval(*row[1:3]))
    for seats, *held in holds.values_list("service__seats", "service__resources", *columns):
        row = tuple(held)
        if seats > 1 and row in running:
            continue
        running.add(row)
        used[row[0]].append(Interval(*row[1:3]))
    return used


def _blocked(
    staff_id: int | None, sessions: Sequence[Range], blocks: Iterable[_Block]
) -> list[Interval]:
    """Return when this calendar is taken.

    What needs nobody is limited by its resources alone, so that its sessions and holds do not
    block it; time off of the business does.
    """
    taken = [] if staff_id is None else list(sessions)
    for block in blocks:
        is_hold = block.service_id is not None
        whole_business = block.staff_id is None and block.resource_id is None and not is_hold
        if whole_business or (staff_id is not None and block.staff_id == staff_id):
            taken.append((block.since, block.until))
    return _merge(taken)


def _merge(ranges: Sequence[Range]) -> list[Interval]:
    """Return the same time as few intervals: those that touch or overlap become one.

    A full day of back-to-back sessions is one stretch, so that the engine need not look at each.
    """
    if not ranges:
        return []
    ordered = sorted(ranges)
    merged = []
    since, until = ordered[0]
    for begin, end in ordered:
        if begin > until:
            merged.append(Interval(since, until))
            since, until = begin, end
        elif end > until:
            until = end
    return [*merged, Interval(since, until)]


def _shared(
    scope: Scope,
    staff_id: int | None,
    sessions: Iterable[_ClassRow],
    blocks: Iterable[_Block],
    *,
    duration: int,
    seats: int,
) -> dict[datetime, int]:
    """Return the seats left by start, of this class's sessions and of starts that others hold.

    A start that is only held counts as a running class while nothing else stands against it: time
    off that came after the hold closes it to everybody.
    """
    if not scope.service.is_class:
        return {}
    length = timedelta(minutes=duration)
    left = {
        row.start: row.seats - row.seats_taken
        for row in sessions
        if row.service_id == scope.service.pk and row.end - row.start == length
    }
    held = [
        (block, block.start)
        for block in blocks
        if block.service_id == scope.service.pk
        and block.staff_id == staff_id
        and block.start is not None
        and block.end == block.start + length
    ]
    joinable = [block for block, _ in held]  # equal rows are different visitors' holds
    barred = [row for row in blocks if row not in joinable and row.staff_id in {None, staff_id}]
    for block, start in held:
        if start in left:
            left[start] = max(0, left[start] - block.party_size)
        elif not any(other.since < block.until and other.until > block.since for other in barred):
            left[start] = max(0, seats - block.party_size)
    return left
