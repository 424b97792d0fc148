"""Time off: once, or again and again by a rule; it never changes an appointment by itself.

Each time that a rule comes is a row, written ahead as far as anybody can book, so that free time
reads rows alone. ``TimeOffRule.written_until`` says how far that is, ``skipped`` what
was taken out.

Everything here takes the provider's lock: an appointment that is booked at the same moment is
either seen by whoever asks what the time off affects, or refused.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from booking import recurrence
from booking.availability import Interval, WallInterval
from booking.availability.wallclock import MINUTES_A_DAY, first_instant, last_instant
from booking.domain.free_time import BUSINESS_HORIZON
from booking.domain.locking import lock_provider
from booking.recurrence import Rule
from project.db import retry_on_conflict
from project.errors import InvalidInput
from providers.models import Provider, Resource, Staff, TimeOff, TimeOffRule

DAY = timedelta(days=1)
AHEAD = BUSINESS_HORIZON + timedelta(days=45)
"""How far rows are written: as far as anybody can book, and a margin for days without a worker."""

WRITE_AGAIN = BUSINESS_HORIZON + timedelta(days=31)
"""Rules that are written less far than this are written on."""

LONGEST = timedelta(days=370)
"""The longest time off in one piece."""

OLDEST = timedelta(days=366)
"""A repetition is counted from no longer ago than this."""

MOST_RULES = 100
"""How many repetitions one business may have."""

AT_ONCE = 500


class Scope(StrEnum):
    """How much of a repetition is taken away."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """Who or what is off: one staff member, one resource, or with neither the whole business."""

    provider: Provider
    staff: Staff | None = None
    resource: Resource | None = None

    def check(self) -> None:
        """Raise ``InvalidInput`` for what is of another business, or for two at once."""
        chosen = [each for each in (self.staff, self.resource) if each is not None]
        strange = any(each.provider_id != self.provider.pk for each in chosen)
        if strange or len(chosen) > 1:
            raise InvalidInput("Choose the business, one person or one resource.", field="who")


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """A rule, the date it is counted from, and its minutes since local midnight (up to 1440)."""

    rule: Rule
    first: date
    start_minute: int
    end_minute: int


@retry_on_conflict
def take_time_off(
    whose: Whose, *, start: datetime, end: datetime, now: datetime, reason: str = ""
) -> TimeOff:
    """Keep ``[start, end)`` free of bookings from now on; the same again is given back.

    Raises ``InvalidInput`` for what is over, out of order, too long or too far ahead.
    """
    whose.check()
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        raise InvalidInput("The end must come after the start.", field="until")
    if end <= now:
        raise InvalidInput("This time is over already.", field="first")
    if end - start > LONGEST or start - now > AHEAD:
        raise InvalidInput("Please choose at most a year, within the next two years.", field="last")
    with transaction.atomic():
        lock_provider(whose.provider.pk)
        columns = _columns(whose) | {"start": start, "end": end, "reason": reason}
        same = TimeOff.objects.filter(**columns, rule=None).first()
        return same or TimeOff.objects.create(**columns)


@retry_on_conflict
def close_now(whose: Whose, *, until: datetime, now: datetime, reason: str = "") -> TimeOff:
    """Keep the time from this minute to ``until`` free; return the time off that does.

    What is closed already stays so: it is given back when it lasts that long, made longer when it
    is for the same reason, and followed by more when it is for another. Raises ``InvalidInput``.
    """
    whose.check()
    with transaction.atomic():
        lock_provider(whose.provider.pk)
        going_on = TimeOff.objects.filter(**_columns(whose), start__lte=now, end__gt=now)
        last = going_on.order_by("end", "pk").last()
        if last is None:
            since = now.replace(second=0, microsecond=0)
            return take_time_off(whose, start=since, end=until, now=now, reason=reason)
        if last.end >= until:
            return last
        if last.rule_id is not None or reason not in {"", last.reason}:
            return take_time_off(whose, start=last.end, end=until, now=now, reason=reason)
        last.end = until
        last.save(update_fields=["end"])
        return last


@retry_on_conflict
def repeat_time_off(
    whose: Whose, repeat: Repeat, *, now: datetime, reason: str = ""
) -> TimeOffRule:
    """Take time off again and again; rows are written from today on, as far as anybody can book.

    Raises ``InvalidInput`` when it never comes, when it is counted from too long ago, or when
    there are too many already.
    """
    whose.check()
    if now.date() - repeat.first > OLDEST:
        raise InvalidInput("Choose a first day that is less than a year ago.", field="first")
    with transaction.atomic():
        lock_provider(whose.provider.pk)
        columns: dict[str, Any] = _columns(whose) | {
            "rrule": recurrence.build(repeat.rule),
            "first": repeat.first,
            "start_minute": repeat.start_minute,
            "end_minute": repeat.end_minute,
            "reason": reason,
        }
        if (same := TimeOffRule.objects.filter(**columns).first()) is not None:
            return same  # a repeat is harmless
        if TimeOffRule.objects.filter(provider=whose.provider).count() >= MOST_RULES:
            raise InvalidInput("There is too much repeating time off. Please remove some first.")
        rule = TimeOffRule(**columns)
        if repeat.first - now.date() > AHEAD or not _coming(rule, now=now):
            raise InvalidInput("This would never come in the next two years.", field="first")
        rule.save()
        _write(rule, now=now, since=_today(whose.provider, now))
        return rule


@retry_on_conflict
def remove_time_off(row: TimeOff, *, scope: Scope, now: datetime) -> None:
    """Give time back: this one; this and those that follow; or all that there are of its rule.

    For time off that does not repeat all three are the same. A repeat is harmless.
    """
    with transaction.atomic():
        lock_provider(row.provider_id)
        current = TimeOff.objects.select_related("rule", "provider").filter(pk=row.pk).first()
        if current is None:
            return
        if current.rule is None:
            current.delete()
        elif scope is Scope.ALL:
            current.rule.delete()
        elif scope is Scope.FOLLOWING:
            _end_before(current.rule, current)
        else:
            _skip(current.rule, current)


@retry_on_conflict
def change_time_off(row: TimeOff, *, now: datetime, new: "Change") -> TimeOff | TimeOffRule:
    """Put ``new`` in the place of ``row``; of a repetition, from this one on.

    Both or neither. Raises ``InvalidInput`` like those that take time off.
    """
    with transaction.atomic():
        remove_time_off(row, scope=Scope.FOLLOWING, now=now)
        return new.take(now=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What somebody asks for: once from ``start`` to ``end``, or by ``repeat``."""

    whose: Whose
    reason: str = ""
    start: datetime | None = None
    end: datetime | None = None
    repeat: Repeat | None = None

    def take(self, *, now: datetime) -> TimeOff | TimeOffRule:
        """Write it. Raises ``InvalidInput``."""
        if self.repeat is not None:
            return repeat_time_off(self.whose, self.repeat, now=now, reason=self.reason)
        if self.start is None or self.end is None:
            raise InvalidInput("Please say from when until when.", field="first")
        return take_time_off(
            self.whose, start=self.start, end=self.end, now=now, reason=self.reason
        )


def write_ahead(*, now: datetime) -> int:
    """Write the rows of rules that have come nearer; return how many rules were written on.

    Harmless when several do it at once, and when it is repeated.
    """
    due = now.date() + WRITE_AGAIN
    behind = TimeOffRule.objects.filter(Q(written_until=None) | Q(written_until__lt=due))
    found = list(behind.order_by("pk").values_list("pk", "provider_id")[:AT_ONCE])
    for pk, provider_id in found:
        _write_on(pk, provider_id, now=now)
    return len(found)


@retry_on_conflict
def rewrite_time_off(provider: Provider, now: datetime, *, before: str = "") -> None:
    """Move coming time off to what the clock of ``provider.timezone`` shows, after a change of it.

    Rows of rules are written anew. With ``before``, the name of the former timezone, time off that
    does not repeat and has not begun keeps its time on the wall too.
    """
    with transaction.atomic():
        lock_provider(provider.pk)
        TimeOff.objects.filter(provider=provider, rule__isnull=False, end__gt=now).delete()
        for rule in TimeOffRule.objects.filter(provider=provider):
            rule.provider = provider
            _write(rule, now=now, since=_today(provider, now) - DAY)
        if before and before != provider.timezone:
            _move_single(provider, ZoneInfo(before), now=now)


def whole_days(zone: ZoneInfo, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants between which it is one of the local dates first..last."""
    return first_instant(zone, first, 0), last_instant(zone, last, MINUTES_A_DAY)


def on_the_day(zone: ZoneInfo, day: date, start: int, end: int) -> tuple[datetime, datetime]:
    """Return the instants of two wall-clock times of a date, in minutes since midnight."""
    return first_instant(zone, day, start), last_instant(zone, day, end)


def dates_of(zone: ZoneInfo, start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first and the last local date that ``[start, end)`` reaches into.

    What ends at midnight ends on the date before; so it does where the clock jumps over midnight.
    """
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    before = last - DAY
    return first, before if end == last_instant(zone, before, MINUTES_A_DAY) else last


def is_all_day(zone: ZoneInfo, start: datetime, end: datetime) -> bool:
    """Whether ``[start, end)`` is whole local dates, also where a day has no midnight."""
    return (start, end) == whole_days(zone, *dates_of(zone, start, end))


def rule_of(row: TimeOffRule) -> Rule:
    """Return what the row's text says."""
    return recurrence.parse(row.rrule)


def _columns(whose: Whose) -> dict[str, Any]:
    return {"provider": whose.provider, "staff": whose.staff, "resource": whose.resource}


def _today(provider: Provider, now: datetime) -> date:
    return now.astimezone(provider.tz).date()


def _spans(rule: TimeOffRule, since: date, until: date) -> list[Interval]:
    return recurrence.spans(
        rule_of(rule),
        first=rule.first,
        wall=WallInterval(rule.start_minute, rule.end_minute),
        zone=rule.provider.tz,
        since=since,
        until=until,
        skipped=[date.fromisoformat(each) for each in rule.skipped],
    )


def _coming(rule: TimeOffRule, *, now: datetime) -> list[Interval]:
    """Return when it comes from now on, as far as rows are written."""
    spans = _spans(rule, _today(rule.provider, now), now.date() + AHEAD)
    return [span for span in spans if span.end > now]


def _write(rule: TimeOffRule, *, now: datetime, since: date) -> None:
    """Write the rows from ``since`` on that are not there and not over."""
    until = now.date() + AHEAD
    rows = (
        TimeOff(
            rule=rule,
            provider_id=rule.provider_id,
            staff_id=rule.staff_id,
            resource_id=rule.resource_id,
            start=span.start,
            end=span.end,
            reason=rule.reason,
        )
        for span in _spans(rule, since, until)
        if span.end > now
    )
    TimeOff.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
    rule.written_until = until
    rule.save(update_fields=["written_until"])


@retry_on_conflict
def _write_on(pk: int, provider_id: int, *, now: datetime) -> None:
    with transaction.atomic():
        lock_provider(provider_id)
        rule = TimeOffRule.objects.select_related("provider").filter(pk=pk).first()
        if rule is None:
            return
        since = rule.written_until or _today(rule.provider, now)
        _write(rule, now=now, since=since)


def _day_of(row: TimeOff) -> date:
    return row.start.astimezone(row.provider.tz).date()


def _skip(rule: TimeOffRule, row: TimeOff) -> None:
    rule.skipped = sorted({*rule.skipped, _day_of(row).isoformat()})
    rule.save(update_fields=["skipped"])
    row.delete()


def _end_before(rule: TimeOffRule, row: TimeOff) -> None:
    """Let the rule end the day before; without anything left it goes."""
    last = _day_of(row) - DAY
    if last < rule.first or not rule.times.filter(start__lt=row.start).exists():
        rule.delete()
        return
    rule.rrule = recurrence.build(rule_of(rule).ending(last))
    rule.save(update_fields=["rrule"])
    rule.times.filter(start__gte=row.start).delete()


def _move_single(provider: Provider, before: ZoneInfo, *, now: datetime) -> None:
    rows = list(TimeOff.objects.filter(provider=provider, rule=None, start__gt=now))
    for row in rows:
        row.start = first_instant(provider.tz, *_wall(row.start, before))
        row.end = last_instant(provider.tz, *_wall(row.end, before))
    in_order = [row for row in rows if row.start < row.end]
    TimeOff.objects.bulk_update(in_order, ["start", "end"], batch_size=AT_ONCE)


def _wall(instant: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """Return the local date and the minutes since its midnight."""
    local = instant.astimezone(zone)
    return local.date(), local.hour * 60 + local.minute
