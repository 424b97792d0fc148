"""Give a person's coming appointments to colleagues, and archive who leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy, SlotUnavailable
from booking.domain.lifecycle import reschedule
from booking.domain.locking import lock_provider
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from project.db import retry_on_conflict
from project.errors import InvalidInput, NotAllowed
from providers.domain.access import Membership
from providers.domain.team import may_edit
from providers.models import Staff

AT_ONCE = 100
"""How many appointments one call gives away; each takes the lock for itself."""

REFUSALS = (SlotUnavailable, InvalidInput, InvalidTransition, OutsidePolicy)


@dataclass(frozen=True, slots=True)
class Stayed:
    """An appointment that a colleague could not take, and why."""

    appointment: Appointment
    to: Staff
    why: str


def coming(member: Staff, *, now: datetime) -> AppointmentQuerySet:
    """Return the active appointments of ``member`` that have not begun, soonest first."""
    ahead = Appointment.objects.for_provider(member.provider).for_staff(member).active()
    return ahead.filter(start__gte=now).order_by("start", "pk")


def colleagues(appointment: Appointment) -> list[Staff]:
    """Return who else performs the service and could be asked; free or not.

    Reads ``appointment.service.staff``, which lists fetch beforehand.
    """
    performing = (each for each in appointment.service.staff.all() if each.active)
    return [each for each in performing if each.pk != appointment.staff_id]


def reassign(
    wishes: Iterable[tuple[Appointment, Staff]], *, by: Actor, now: datetime
) -> tuple[int, list[Stayed]]:
    """Give each appointment to the colleague beside it, at the same time.

    Return how many went, and which stayed and why: no colleague is booked twice. Each is its own
    transaction, and its customer is told.
    """
    moved, stayed = 0, []
    for appointment, to in wishes:
        try:
            moved += _give(appointment, to, by=by, now=now)
        except REFUSALS as refusal:
            stayed.append(Stayed(appointment, to, refusal.message))
    return moved, stayed


@retry_on_conflict
def archive(member: Staff, *, by: Membership, now: datetime) -> None:
    """Let ``member`` go: no longer bookable, no longer let in, no longer invited.

    Their appointments stay theirs. A repeat is harmless. Raises ``NotAllowed``.
    """
    with transaction.atomic():
        lock_provider(member.provider_id)
        current = Staff.objects.get(pk=member.pk)
        if not may_edit(by, current):
            raise NotAllowed
        current.active = False
        current.save(update_fields=["active"])
        asked = current.invitations.filter(accepted_at=None, withdrawn_at=None)
        asked.update(withdrawn_at=now)


@retry_on_conflict
def restore(member: Staff, *, by: Membership) -> None:
    """Bring ``member`` back: bookable, and let in with the account they had."""
    with transaction.atomic():
        lock_provider(member.provider_id)
        current = Staff.objects.get(pk=member.pk)
        if not may_edit(by, current):
            raise NotAllowed
        current.active = True
        current.save(update_fields=["active"])


@retry_on_conflict
def _give(appointment: Appointment, to: Staff, *, by: Actor, now: datetime) -> bool:
    """Whether it went; what was moved or given away meanwhile is left alone."""
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = Appointment.objects.get(pk=appointment.pk)
        if (current.start, current.staff_id) != (appointment.start, appointment.staff_id):
            raise InvalidTransition("It was changed in the meantime.")
        reschedule(current, start=current.start, staff=to, by=by, now=now)
        return True
