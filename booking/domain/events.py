"""Write the history of an appointment and, with it, the work that follows from a change."""

from datetime import datetime

from booking.domain.actors import Actor
from booking.domain.outbox import enqueue
from booking.models import Appointment, AppointmentEvent, Status
from providers.models import Staff

Action = AppointmentEvent.Action


def record(
    appointment: Appointment,
    action: Action,
    *,
    by: Actor,
    now: datetime,
    from_status: Status | None = None,
    from_start: datetime | None = None,
    from_staff: Staff | None = None,
    reason: str = "",
) -> AppointmentEvent:
    """Write one history row and queue its messages, in the caller's transaction."""
    event = AppointmentEvent.objects.create(
        appointment=appointment,
        action=action,
        actor=by.kind,
        by=by.user,
        from_status=from_status or "",
        to_status=appointment.status,
        from_start=from_start,
        to_start=appointment.start,
        from_staff=from_staff,
        to_staff=appointment.staff,
        reason=reason,
        created_at=now,
    )
    enqueue("appointment_event", {"event": event.pk}, dedupe=None, now=now)
    return event
