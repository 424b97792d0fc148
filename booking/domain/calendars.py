"""Load what the free-time engine needs, in a fixed number of queries.

The number does not depend on how many days, staff, appointments or years of history there are:
one for all hours, one for sessions, one for all other blocks, and two more for services that need
resources; staff and resources come prefetched with the service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from booking.availability import Calendar, Interval, ResourceCalendar
from booking.domain.taken import (
    Block,
    Rules,
    collect_rules,
    lay_calendars,
    lay_resources,
    use_units,
)
from booking.models import BusyTime, Hold, Session
from project.prepared import Prepared
from providers.models import DateOverride, Provider, Service, Staff, TimeOff, WeeklyHours

NO_NUMBER = Cast(Value(None), IntegerField())
NO_DATE = Cast(Value(None), DateField())
NO_INSTANT = Cast(Value(None), DateTimeField())


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calendars are wanted, and over which instants."""

    provider: Provider
    service: Service
    staff_ids: tuple[int, ...]
    first: date
    last: date
    start: datetime
    end: datetime
    now: datetime
    ignore_session: int | None = None
    ignore_visitor: str = ""


class Seconds(Func):
    """Whole seconds since 1970 of a column with an instant.

    Both databases and their drivers hand numbers over in a fraction of the time that instants
    take, which counts where there may be thousands. Sessions begin and end on whole minutes.
    """

    output_field = BigIntegerField()
    template = "date_part('epoch', %(expressions)s)::bigint"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **context)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Leave the numbers as they are: Django would make each a number once more."""
        return []


class _Instants(dict[int, datetime]):
    """Instants by second; colleagues' sessions mostly begin and end together."""

    def __missing__(self, seconds: int) -> datetime:
        instant = self[seconds] = datetime.fromtimestamp(seconds, UTC)
        return instant


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
    return _active_sessions(**params).values_list(
        "staff_id", Seconds("occupied_from"), Seconds("occupied_until")
    )


def _classes_query(**params: Any) -> QuerySet[Any, tuple[Any, ...]]:
    more = ("service_id", "start", "end", "seats", "seats_taken")
    return _active_sessions(**params).values_list(
        "staff_id", "occupied_from", "occupied_until", *more
    )


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
    blocks = load_blocks(scope)
    calendars = lay_calendars(
        scope.service,
        staff,
        rules=load_hours(scope),
        sessions=load_sessions(scope),
        blocks=blocks,
        duration=duration,
        seats=seats,
    )
    return calendars, load_resources(scope, blocks)


def load_hours(scope: Scope) -> dict[int | None, Rules]:
    """Return the rules by staff id; ``None`` is the business itself. One query."""
    rows = HOURS.rows(
        provider=scope.provider.pk, staff=scope.staff_ids, first=scope.first, last=scope.last
    )
    return collect_rules(rows)


def load_sessions(scope: Scope) -> list[tuple[Any, ...]]:
    """Return the active sessions of these people, or of a service that needs none. One query.

    Rows of staff and occupied range, for a class as ``ClassRow`` has them; plain tuples, because
    there may be thousands.
    """
    params: dict[str, Any] = {
        "provider": scope.provider.pk,
        "staff": scope.staff_ids if scope.service.needs_staff else None,
        "service": None if scope.service.needs_staff else scope.service.pk,
        "start": scope.start,
        "end": scope.end,
        "ignore": scope.ignore_session,
    }
    if scope.service.is_class:
        return CLASSES.rows(**params)
    instants = _Instants()
    rows = TAKEN.rows(**params)
    return [(staff_id, instants[since], instants[until]) for staff_id, since, until in rows]


def load_blocks(scope: Scope) -> list[Block]:
    """Return time off, busy time and other people's live holds. One query."""
    rows = BLOCKS.rows(
        provider=scope.provider.pk,
        staff=scope.staff_ids,
        start=scope.start,
        end=scope.end,
        now=scope.now,
        visitor=scope.ignore_visitor or None,
    )
    return [Block(*row) for row in rows]


def load_resources(scope: Scope, blocks: Iterable[Block]) -> list[ResourceCalendar]:
    """Return the calendars of the resources that the service needs.

    Two queries for their use; none when it needs no resource.
    """
    resources = sorted(scope.service.resources.all(), key=lambda resource: resource.pk)
    if not resources:
        return []
    used = _resource_use(scope, [resource.pk for resource in resources])
    return lay_resources(resources, used, blocks)


def _sessions(scope: Scope) -> QuerySet[Session]:
    found = Session.objects.active().overlapping(scope.start, scope.end)
    found = found.filter(provider=scope.provider)
    return found if scope.ignore_session is None else found.exclude(pk=scope.ignore_session)


def _holds(scope: Scope) -> QuerySet[Hold]:
    found = Hold.objects.live(scope.now).overlapping(scope.start, scope.end)
    found = found.filter(provider=scope.provider)
    return found.exclude(visitor=scope.ignore_visitor) if scope.ignore_visitor else found


def _resource_use(scope: Scope, resource_ids: Sequence[int]) -> Mapping[int, list[Interval]]:
    """Return one interval per unit in use, by resource id. Two queries."""
    columns = ("occupied_from", "occupied_until", "service_id", "staff_id")
    sessions = _sessions(scope).filter(resources__in=resource_ids)
    holds = _holds(scope).filter(service__resources__in=resource_ids)
    return use_units(
        sessions.values_list("resources", *columns),
        holds.values_list("service__seats", "service__resources", *columns),
    )
