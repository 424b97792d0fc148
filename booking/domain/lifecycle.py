"""Change an appointment: the only module that writes its status.

Each change takes the provider's lock, reads the appointment again, checks, and writes the new state
together with its history and the messages that follow.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction

from booking.constraints import is_overlap
from booking.domain.actors import SYSTEM, Actor, Kind
from booking.domain.errors import InvalidTransition, NotFree, OutsidePolicy
from booking.domain.events import Action, record
from booking.domain.free_time import Ask, check_instant, load_around, performers
from booking.domain.locking import lock_provider
from booking.domain.refusals import refuse, refuse_afresh
from booking.domain.reviews import queue_ask
from booking.domain.sessions import move, vacate
from booking.models import Appointment, Status
from booking.models.appointment import ACTIVE, TRANSITIONS
from project.db import retry_on_conflict
from project.errors import InvalidInput, NguvaError, NotAllowed
from providers.models import Staff

log = logging.getLogger(__name__)

TARGET: Mapping[Action, Status] = {
    Action.ACCEPTED: Status.CONFIRMED,
    Action.DECLINED: Status.DECLINED,
    Action.CANCELLED: Status.CANCELLED,
    Action.COMPLETED: Status.COMPLETED,
    Action.NO_SHOW: Status.NO_SHOW,
    Action.EXPIRED: Status.EXPIRED,
}
"""Where each step leads; moving keeps the state, save for what the policy asks."""

OPEN_TO_CUSTOMERS = frozenset({Action.CANCELLED, Action.RESCHEDULED})
EXPIRE_AT_ONCE = 500
"""How many unanswered requests one run expires."""


def accept(appointment: Appointment, *, by: Actor, now: datetime) -> Appointment:
    """Confirm a pending appointment."""
    return _change(appointment, Action.ACCEPTED, by=by, now=now)


def decline(appointment: Appointment, *, by: Actor, now: datetime, reason: str = "") -> Appointment:
    """Refuse a pending appointment and free its time."""
    return _change(appointment, Action.DECLINED, by=by, now=now, reason=reason)


def cancel(appointment: Appointment, *, by: Actor, now: datetime, reason: str = "") -> Appointment:
    """Call an appointment off and free its time; customers only within the policy."""
    return _change(appointment, Action.CANCELLED, by=by, now=now, reason=reason)


def complete(appointment: Appointment, *, by: Actor, now: datetime) -> Appointment:
    """Say that an appointment took place."""
    return _change(appointment, Action.COMPLETED, by=by, now=now)


def mark_no_show(appointment: Appointment, *, by: Actor, now: datetime) -> Appointment:
    """Say that the customer did not come."""
    return _change(appointment, Action.NO_SHOW, by=by, now=now)


def expire_unanswered(*, now: datetime) -> int:
    """Expire requests that nobody answered before their start; return how many."""
    due = Appointment.objects.unanswered(now).order_by("start")[:EXPIRE_AT_ONCE]
    expired = 0
    for appointment in due:
        try:
            _change(appointment, Action.EXPIRED, by=SYSTEM, now=now)
        except NguvaError:
            continue  # somebody answered in this very moment, or it may not be changed
        except DatabaseError:
            log.warning("appointment %s could not be expired", appointment.pk)
            continue  # one bad row must not keep the others waiting
        expired += 1
    return expired


def reschedule(
    appointment: Appointment,
    *,
    start: datetime,
    by: Actor,
    now: datetime,
    staff: Staff | None = None,
    visitor: str = "",
) -> Appointment:
    """Move an appointment to ``start``, with ``staff`` or whoever can, the same person first.

    The old time is freed and the new one taken, or neither. The price stays as agreed. What
    ``visitor`` holds does not stand in the way. Raises ``SlotUnavailable`` with alternatives,
    ``OutsidePolicy``, ``InvalidTransition``.
    """
    start = check_instant(start, now=now)
    try:
        return _reschedule(appointment, start=start, by=by, now=now, staff=staff, visitor=visitor)
    except NotFree as refusal:
        raise refuse(refusal.free, start) from None
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        current = _read(appointment.pk)
        ask = ask_to_move(current, staff=staff)
        raise refuse_afresh(
            ask, start, now=now, by_business=by.is_business, moving=current, visitor=visitor
        ) from error


def ask_to_move(appointment: Appointment, *, staff: Staff | None = None) -> Ask:
    """Return the ask that stands for ``appointment`` at another time.

    Its length and people stay, whatever the service offers by now. Raises ``InvalidInput`` when
    ``staff`` does not perform the service.
    """
    if staff is not None and staff not in performers(appointment.service):
        raise InvalidInput("Choose one of the people on offer, or anyone.", field="staff")
    return Ask(
        service=appointment.service,
        staff=staff,
        duration=appointment.duration,
        party_size=appointment.party_size,
    )


def available_actions(appointment: Appointment, *, by: Actor, now: datetime) -> frozenset[Action]:
    """Return the steps that ``by`` could take at ``now``: what pages show as buttons."""
    steps = (*TARGET, Action.RESCHEDULED)
    return frozenset(
        action for action in steps if obstacle(appointment, action, by=by, now=now) is None
    )


def obstacle(
    appointment: Appointment, action: Action, *, by: Actor, now: datetime
) -> NguvaError | None:
    """Return why ``by`` cannot do ``action`` at ``now``, or nothing."""
    return (
        _rights(action, by=by)
        or _state(appointment, action)
        or _timing(appointment, action, by=by, now=now)
    )


def _rights(action: Action, *, by: Actor) -> NguvaError | None:
    if action == Action.EXPIRED:
        return None if by.kind == Kind.SYSTEM else NotAllowed()
    return None if by.is_business or action in OPEN_TO_CUSTOMERS else NotAllowed()


def _state(appointment: Appointment, action: Action) -> NguvaError | None:
    status = Status(appointment.status)
    if action == Action.RESCHEDULED:
        possible = status in ACTIVE
    else:
        possible = TARGET[action] in TRANSITIONS[status]
    if possible:
        return None
    return InvalidTransition(f"This appointment is already: {status.label.lower()}.")


def _timing(
    appointment: Appointment, action: Action, *, by: Actor, now: datetime
) -> NguvaError | None:
    """Check the clock: the policy for customers, plain sense for everybody."""
    started = now >= appointment.start
    if action in OPEN_TO_CUSTOMERS and not by.is_business and now > _open_until(appointment):
        return OutsidePolicy("It is too late to change this online. Please call instead.")
    if action == Action.CANCELLED and now >= appointment.end:
        return OutsidePolicy("This appointment is over.")
    if action == Action.ACCEPTED and started:
        return OutsidePolicy("This request was for a time that has passed.")
    if action in {Action.COMPLETED, Action.NO_SHOW, Action.EXPIRED} and not started:
        return OutsidePolicy("This can be said once the appointment has started.")
    return None


def _open_until(appointment: Appointment) -> datetime:
    """Return until when the customer may change it: to the end when the business asked for that."""
    return appointment.changeable_until() if appointment.asked_at is None else appointment.end


@retry_on_conflict
def _change(
    appointment: Appointment, action: Action, *, by: Actor, now: datetime, reason: str = ""
) -> Appointment:
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = _read(appointment.pk)
        if (refusal := _rights(action, by=by)) is not None:
            raise refusal
        before, target = Status(current.status), TARGET[action]
        if before == target:
            return current  # a repeat is harmless
        if (refusal := obstacle(current, action, by=by, now=now)) is not None:
            raise refusal
        current.status = target
        current.save(update_fields=["status", "updated_at"])
        if target not in ACTIVE:
            vacate(current)
        record(current, action, by=by, now=now, from_status=before, reason=reason)
        if target == Status.COMPLETED:
            queue_ask(current, now=now)
        return current


@retry_on_conflict
def _reschedule(
    appointment: Appointment,
    *,
    start: datetime,
    by: Actor,
    now: datetime,
    staff: Staff | None,
    visitor: str,
) -> Appointment:
    """Run the transaction, or raise and leave the old time as it was."""
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = _read(appointment.pk)
        if (refusal := obstacle(current, Action.RESCHEDULED, by=by, now=now)) is not None:
            raise refusal
        if start == current.start and staff in {None, current.staff}:
            return current
        ask = ask_to_move(current, staff=staff)
        free = load_around(
            ask, start, now=now, by_business=by.is_business, moving=current, visitor=visitor
        )
        slot = free.slot(start)
        if slot is None:
            raise NotFree(free)
        _move(
            current, ask, start=start, staff=free.choose(slot, prefer=current.staff), by=by, now=now
        )
        return current


def _move(
    appointment: Appointment,
    ask: Ask,
    *,
    start: datetime,
    staff: Staff | None,
    by: Actor,
    now: datetime,
) -> None:
    before = Status(appointment.status)
    from_start, from_staff = appointment.start, appointment.staff
    appointment.session = move(appointment, ask, start=start, staff=staff)
    appointment.staff = staff
    appointment.start = start
    appointment.end = start + timedelta(minutes=ask.duration)
    appointment.attending_at = appointment.asked_at = None  # said of another time
    if not by.is_business and not appointment.provider.auto_confirm:
        appointment.status = Status.PENDING
    changed = ["session", "staff", "start", "end", "attending_at", "asked_at", "status"]
    appointment.save(update_fields=[*changed, "updated_at"])
    record(
        appointment,
        Action.RESCHEDULED,
        by=by,
        now=now,
        from_status=before,
        from_start=from_start,
        from_staff=from_staff,
    )


def _read(pk: int) -> Appointment:
    """Read the appointment as it is now, with all that a change needs of it."""
    return (
        Appointment.objects.select_related(
            "provider", "service__provider", "session", "staff", "customer"
        )
        .prefetch_related("service__staff", "service__resources")
        .get(pk=pk)
    )
