"""From rows to calendars: which hours, sessions, holds and time off count for whom.

Written once for all who load such rows: ``calendars`` for one service, ``next_free`` for many
providers. No queries here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking.availability import Calendar, Hours, Interval, ResourceCalendar, WallInterval
from providers.models import Resource, Service, Staff

Range = tuple[datetime, datetime]
"""An occupied range, half open."""

HoursRow = tuple[int | None, int | None, date | None, int | None, int | None]
"""Staff, weekday or date, first and last minute; a date without minutes is a closed one."""


@dataclass(slots=True)
class Rules:
    """Wall-clock rules of one staff member, or of the business."""

    weekly: dict[int, list[WallInterval]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[date, list[WallInterval]] = field(default_factory=lambda: defaultdict(list))


class Block(NamedTuple):
    """Time off, busy time or a hold; what only holds have is empty for the others."""

    staff_id: int | None
    resource_id: int | None
    service_id: int | None
    since: datetime
    until: datetime
    start: datetime | None
    end: datetime | None
    party_size: int


class ClassRow(NamedTuple):
    """An active session, with what counts when the service is a class."""

    staff_id: int | None
    since: datetime
    until: datetime
    service_id: int
    start: datetime
    end: datetime
    seats: int
    seats_taken: int


class Load(Mapping[date, int]):
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


def collect_rules(rows: Iterable[tuple[Any, ...]]) -> dict[int | None, Rules]:
    """Return the rules by staff id, of rows like ``HoursRow``; ``None`` is the business itself."""
    rules: dict[int | None, Rules] = defaultdict(Rules)
    for staff_id, weekday, day, start, end in rows:
        kept = rules[staff_id].weekly[weekday] if day is None else rules[staff_id].overrides[day]
        if start is not None:
            kept.append(WallInterval(start, end))
    for each in rules.values():
        for intervals in (*each.weekly.values(), *each.overrides.values()):
            intervals.sort(key=lambda interval: interval.start)
    return rules


def lay_calendars(
    service: Service,
    staff: Sequence[Staff],
    *,
    rules: Mapping[int | None, Rules],
    sessions: Sequence[tuple[Any, ...]],
    blocks: Sequence[Block],
    duration: int,
    seats: int,
) -> list[Calendar]:
    """Return the calendars of ``staff``, or of the business for a service that needs nobody.

    None for a service that needs no resource either, as nothing would limit it. ``rules`` has an
    answer for everybody. ``sessions`` are those of ``staff``, or of the service where it needs
    nobody; rows of staff and occupied range, for a class like ``ClassRow``. ``blocks`` may be
    those of others too.
    """
    if not (service.needs_staff or service.resources.all()):
        return []
    taken: dict[int | None, list[Range]] = defaultdict(list)
    for row in sessions:
        taken[row[0]].append(row[1:3])
    classes = [ClassRow(*row) for row in sessions] if service.is_class else []
    opening = Hours(rules[None].weekly, rules[None].overrides)
    people: Sequence[Staff | None] = staff if service.needs_staff else [None]
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
                shared=_shared(service, whose, mine, blocks, duration=duration, seats=seats),
                load=Load(service.provider.tz, taken[whose]),
            )
        )
    return calendars


def lay_resources(
    resources: Iterable[Resource], used: Mapping[int, Sequence[Interval]], blocks: Iterable[Block]
) -> list[ResourceCalendar]:
    """Return the calendars of ``resources``; ``used`` is as ``use_units`` returns it."""
    blocked = defaultdict(list)
    for block in blocks:
        if block.resource_id is not None:
            blocked[block.resource_id].append(Interval(block.since, block.until))
    return [
        ResourceCalendar(
            resource_id=resource.pk,
            quantity=resource.quantity if resource.available else 0,
            capacity=resource.capacity,
            used=used.get(resource.pk, ()),
            blocked=blocked[resource.pk],
        )
        for resource in resources
    ]


def use_units(
    sessions: Iterable[tuple[Any, ...]], holds: Iterable[tuple[Any, ...]]
) -> dict[int, list[Interval]]:
    """Return one interval per unit in use, by resource id.

    Rows of resource, occupied range, service and staff; before them a hold's has the seats of its
    service. Each session uses one unit. So does each hold, unless it is for a seat in a class that
    runs already, or that somebody else holds a seat in too.
    """
    used: dict[int, list[Interval]] = defaultdict(list)
    running = set()
    for row in sessions:
        running.add(row)
        used[row[0]].append(Interval(*row[1:3]))
    for seats, *held in holds:
        row = tuple(held)
        if seats > 1 and row in running:
            continue
        running.add(row)
        used[row[0]].append(Interval(*row[1:3]))
    return used


def _blocked(
    staff_id: int | None, sessions: Sequence[Range], blocks: Iterable[Block]
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
            merged.append((since, until))
            since, until = begin, end
        elif end > until:
            until = end
    merged.append((since, until))
    return list(map(Interval._make, merged))  # the database keeps the ends of all rows in order


def _shared(
    service: Service,
    staff_id: int | None,
    sessions: Iterable[ClassRow],
    blocks: Iterable[Block],
    *,
    duration: int,
    seats: int,
) -> dict[datetime, int]:
    """Return the seats left by start, of this class's sessions and of starts that others hold.

    A start that is only held counts as a running class while nothing else stands against it: time
    off that came after the hold closes it to everybody.
    """
    if not service.is_class:
        return {}
    length = timedelta(minutes=duration)
    left = {
        row.start: row.seats - row.seats_taken
        for row in sessions
        if row.service_id == service.pk and row.end - row.start == length
    }
    held = [
        (block, block.start)
        for block in blocks
        if block.service_id == service.pk
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
