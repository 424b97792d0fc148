"""What each kind of job does: load by id, call, map the outcome."""

from datetime import datetime

from booking.domain.outbox import Payload, Work, enqueue_many
from booking.feeds.ics import appointment_calendar
from booking.jobs.errors import PermanentFailure, TemporaryFailure
from booking.jobs.runner import Handlers
from booking.models import AppointmentEvent, Status
from booking.notifications import email
from booking.notifications.sides import Side, concerned
from booking.notifications.wording import link

SEND_ATTEMPTS = 14
"""With the waits between them about eight hours: longer than most outages of a mail server."""


def appointment_event(payload: Payload, now: datetime) -> None:
    """Turn one event into one job per side and channel, each of which is then sent on its own."""
    event = _event(payload)
    enqueue_many(
        (
            Work(
                kind="send_email",
                payload={"event": event.pk, "to": str(side)},
                dedupe=f"event:{event.pk}:{side}:email",
                max_attempts=SEND_ATTEMPTS,
            )
            for side in concerned(event)
        ),
        now=now,
    )


def send_email(payload: Payload, now: datetime) -> None:
    """Send one side's mail about one event; the calendar file goes with what is confirmed."""
    event, side = _event(payload), Side(str(payload["to"]))
    try:
        email.send_email(event, side, calendar=_calendar(event, side))
    except email.Undeliverable as error:
        raise PermanentFailure(error.code) from None
    except email.DeliveryFailed as error:
        raise TemporaryFailure(error.code) from None


HANDLERS: Handlers = {"appointment_event": appointment_event, "send_email": send_email}
"""Every kind of job that there is."""


def _calendar(event: AppointmentEvent, side: Side) -> bytes | None:
    """The calendar file as things stand; nothing when the event or what followed is no yes."""
    appointment = event.appointment
    if not appointment.status == event.to_status == Status.CONFIRMED:
        return None
    history = list(appointment.events.all())
    return appointment_calendar(appointment, url=link(event, side), events=history)


def _event(payload: Payload) -> AppointmentEvent:
    """Fetch the event with all that its messages show."""
    wanted = AppointmentEvent.objects.select_related(
        "appointment__provider__owner",
        "appointment__service",
        "appointment__staff",
        "appointment__customer",
        "from_staff",
        "to_staff",
        "by",
    )
    try:
        return wanted.get(pk=payload["event"])
    except AppointmentEvent.DoesNotExist:
        raise PermanentFailure("event is gone") from None
