"""A customer says that they will come: a mark for the business, not a change of the booking."""

from datetime import datetime

from django.db import transaction

from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.events import Action, record
from booking.domain.locking import lock_provider
from booking.models import Appointment, Status
from project.db import retry_on_conflict
from project.errors import NguvaError


@retry_on_conflict
def confirm_attendance(appointment: Appointment, *, by: Actor, now: datetime) -> Appointment:
    """Record that the customer will come to the time that ``appointment`` was read with.

    A repeat changes nothing. Moving the appointment takes the mark back. Raises
    ``InvalidTransition`` when it has been moved meanwhile or will not take place, and
    ``OutsidePolicy`` once it has begun.
    """
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = Appointment.objects.select_related("staff").get(pk=appointment.pk)
        if (refusal := attendance_obstacle(current, now=now)) is not None:
            raise refusal
        if current.start != appointment.start:
            raise InvalidTransition("This booking has been moved to another time.")
        if current.attending_at is None:
            current.attending_at = now
            current.save(update_fields=["attending_at", "updated_at"])
            record(current, Action.ATTENDING, by=by, now=now, from_status=Status(current.status))
        return current


def attendance_obstacle(appointment: Appointment, *, now: datetime) -> NguvaError | None:
    """Return why nobody can say that they will come, or nothing."""
    if appointment.status == Status.PENDING:
        return InvalidTransition("This booking has not been accepted yet.")
    if appointment.status != Status.CONFIRMED:
        label = Status(appointment.status).label.lower()
        return InvalidTransition(f"This booking is already: {label}.")
    return OutsidePolicy("This booking has begun.") if now >= appointment.start else None
