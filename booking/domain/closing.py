"""Closed when people are expected: which appointments it affects, and the answer to each.

Time off and hours never alter an appointment. Somebody decides for each: it stays, it moves, it is
called off, or its customer is asked to choose another time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, OuterRef

from booking.availability import Hours, resolve, working_hours
from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.events import Action, record
from booking.domain.locking import lock_provider
from booking.domain.taken import HoursRow, Rules, collect_rules
from booking.models import Appointment, Status
from booking.models.appointment import AppointmentQuerySet
from project.db import retry_on_conflict
from project.errors import InvalidInput, NotAllowed
from providers.models import (
    DateOverride,
    Provider,
    Resource,
    Staff,
    TimeOff,
    TimeOffRule,
    WeeklyHours,
)
from providers.models.provider import LONGEST_BUFFER
from providers.models.service import LONGEST_DURATION

OVERHANG = timedelta(minutes=LONGEST_BUFFER)
REACH = timedelta(minutes=LONGEST_DURATION + LONGEST_BUFFER)
"""No occupied range begins longer than this before what it touches."""

MOST_LOOKED_AT = 1000
"""Of those to come, so many are compared with the hours."""


class Choice(StrEnum):
    """What becomes of one affected appointment."""

    KEEP = "keep"
    MOVE = "move"
    ASK = "ask"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The choice for the appointment as it was ``seen`` (its start); ``to`` is where it moves."""

    choice: Choice
    seen: datetime
    to: datetime | None = None
    reason: str = ""


def affected(
    provider: Provider,
    *,
    start: datetime,
    end: datetime,
    staff: Staff | None = None,
    resource: Resource | None = None,
) -> AppointmentQuerySet:
    """Return the active appointments whose occupied time meets ``[start, end)``, soonest first.

    Of one person, of one resource, or of the whole business.
    """
    found = Appointment.objects.active().for_provider(provider)
    # The first two lines say nothing new, but let the index on start leave the rest alone.
    found = found.starting(start - REACH, end + OVERHANG).filter(
        session__occupied_from__lt=end, session__occupied_until__gt=start
    )
    if staff is not None:
        found = found.for_staff(staff)
    if resource is not None:
        found = found.filter(session__resources=resource)
    return found.order_by("start", "pk")


def affected_by(rule: TimeOffRule, *, now: datetime) -> AppointmentQuerySet:
    """Return the same for all the times that are written of a repetition."""
    times = TimeOff.objects.filter(
        rule=rule,
        start__lt=OuterRef("session__occupied_until"),
        end__gt=OuterRef("session__occupied_from"),
    )
    found = Appointment.objects.for_provider(rule.provider).upcoming(now).filter(Exists(times))
    if rule.staff_id is not None:
        found = found.filter(staff=rule.staff_id)
    if rule.resource_id is not None:
        found = found.filter(session__resources=rule.resource_id)
    return found


def outside_hours(
    provider: Provider, *, now: datetime, staff: Staff | None = None
) -> AppointmentQuerySet:
    """Return those to come that do not lie inside working hours as they are now.

    Of ``staff``, or of everybody. Three queries; the first thousand to come are looked at.
    """
    coming = Appointment.objects.for_provider(provider).upcoming(now)
    if staff is not None:
        coming = coming.for_staff(staff)
    columns = ("pk", "staff_id", "staff__own_hours", "start", "end")
    rules = _load_rules(provider, since=(now - REACH).astimezone(provider.tz).date())
    outside = [
        pk
        for pk, whose, own, start, end in coming.values_list(*columns)[:MOST_LOOKED_AT]
        if not _inside(provider, rules, whose, bool(own), start=start, end=end)
    ]
    return Appointment.objects.filter(pk__in=outside).order_by("start", "pk")


@retry_on_conflict
def answer(appointment: Appointment, given: Answer, *, by: Actor, now: datetime) -> Appointment:
    """Do what was chosen for one appointment, in a transaction of its own; a repeat is harmless.

    What was seen is compared behind the lock, so that nothing is done to a time that nobody looked
    at. Raises ``InvalidTransition`` when it was moved since, and whatever moving and cancelling
    raise.
    """
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = _read(appointment.pk)
        if given.choice is Choice.KEEP:
            return current
        if given.choice is Choice.MOVE and current.is_active and current.start == given.to:
            return current  # moved already: a repeat
        if current.start != given.seen:
            raise InvalidTransition("This appointment has been moved meanwhile.")
        return _do(current, given, by=by, now=now)


@retry_on_conflict
def ask_for_another_time(
    appointment: Appointment, *, by: Actor, now: datetime, reason: str = ""
) -> Appointment:
    """Ask the customer, by a message with their secret link, to choose another time.

    The appointment stays as it is until they do; they may up to its end, whatever the policy says.
    Asked once for each time that it has: a repeat sends nothing. Raises ``InvalidTransition``,
    ``OutsidePolicy``, ``NotAllowed``.
    """
    if not by.is_business:
        raise NotAllowed
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = Appointment.objects.select_related("staff").get(pk=appointment.pk)
        if not current.is_active:
            label = Status(current.status).label.lower()
            raise InvalidTransition(f"This appointment is already: {label}.")
        if now >= current.end:
            raise OutsidePolicy("This appointment is over.")
        if current.asked_at is None:
            current.asked_at = now
            current.save(update_fields=["asked_at", "updated_at"])
            status = Status(current.status)
            record(current, Action.ASKED, by=by, now=now, from_status=status, reason=reason)
        return current


def _do(current: Appointment, given: Answer, *, by: Actor, now: datetime) -> Appointment:
    if given.choice is Choice.CANCEL:
        return lifecycle.cancel(current, reason=given.reason, by=by, now=now)
    if given.choice is Choice.ASK:
        return ask_for_another_time(current, reason=given.reason, by=by, now=now)
    if given.to is None:
        raise InvalidInput("There is no free time near. Please choose one.", field="to")
    return lifecycle.reschedule(current, start=given.to, staff=current.staff, by=by, now=now)


def _read(pk: int) -> Appointment:
    """Read it as it is now, with all that a change needs of it."""
    found = Appointment.objects.select_related("service__provider", "session", "customer")
    found = found.select_related("provider", "staff")
    return found.prefetch_related("service__staff", "service__resources").get(pk=pk)


def _load_rules(provider: Provider, *, since: date) -> Mapping[int | None, Rules]:
    weekly = WeeklyHours.objects.filter(provider=provider).order_by()
    special = DateOverride.objects.filter(provider=provider, date__gte=since).order_by()
    minutes = ("start_minute", "end_minute")
    rows: list[HoursRow] = [
        (whose, weekday, None, start, end)
        for whose, weekday, start, end in weekly.values_list("staff_id", "weekday", *minutes)
    ]
    rows += [
        (whose, None, day, start, end)
        for whose, day, start, end in special.values_list("staff_id", "date", *minutes)
    ]
    return collect_rules(rows)


def _inside(
    provider: Provider,
    rules: Mapping[int | None, Rules],
    whose: int | None,
    own_hours: bool,  # noqa: FBT001 - a column, handed on
    *,
    start: datetime,
    end: datetime,
) -> bool:
    """Whether ``[start, end)`` lies in one interval of its date, or of the night before it."""
    opening = Hours(rules[None].weekly, rules[None].overrides)
    own = None
    if whose is not None:
        own = Hours(rules[whose].weekly if own_hours else None, rules[whose].overrides)
    day = start.astimezone(provider.tz).date()
    return any(
        span.start <= start and end <= span.end
        for each in (day - timedelta(days=1), day)
        for span in resolve(each, working_hours(each, opening=opening, own=own), provider.tz)
    )
