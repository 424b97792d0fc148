"""What each kind of job does: load by id, call, map the outcome."""

from datetime import date, datetime

from booking.domain.closing_accounts import MAILS
from booking.domain.outbox import Payload
from booking.jobs.errors import PermanentFailure, TemporaryFailure
from booking.jobs.invitations import invitation_for
from booking.jobs.runner import Handler, Handlers, Watched
from booking.models import AppointmentEvent, OrderEvent
from booking.notifications import deliver as delivering
from booking.notifications.account_closing import send_closing_mail
from booking.notifications.digest import send_digest
from booking.notifications.orders import tell_order
from booking.notifications.reminders import send_reminder
from booking.notifications.reviews import ask_for_review, tell_replied, tell_written
from booking.notifications.staff_invitations import send_invitation, tell_joined
from booking.notifications.telling import tell


def appointment_event(payload: Payload, now: datetime) -> None:
    """Write one message to each person whom the event concerns; each leaves by its own job."""
    tell(_event(payload), now=now)


def order_event(payload: Payload, now: datetime) -> None:
    """Tell those whom a change of an order concerns, except for whoever made it."""
    wanted = OrderEvent.objects.select_related("order__provider__owner", "order__customer", "by")
    try:
        event = wanted.get(pk=payload["event"])
    except OrderEvent.DoesNotExist:
        raise PermanentFailure("event is gone") from None
    tell_order(event, now=now)


def deliver(payload: Payload, now: datetime) -> None:
    """Carry one message by one channel; the calendar file goes with mails about a booking."""
    try:
        delivering.deliver(int(payload["delivery"]), now, calendars=invitation_for)
    except delivering.NotDelivered as error:
        if error.permanent:
            raise PermanentFailure(error.code) from None
        raise TemporaryFailure(error.code, retry_after=error.retry_after) from None


def delivery_given_up(payload: Payload, code: str) -> None:
    """Let the delivery say that there will be no further attempt."""
    delivering.gave_up(int(payload["delivery"]), code)


def reminder(payload: Payload, now: datetime) -> None:
    """Post one reminder, if it is still right."""
    minute, lead = int(payload["minute"]), int(payload["lead"])
    send_reminder(int(payload["appointment"]), minute=minute, lead=lead, now=now)


def digest(payload: Payload, now: datetime) -> None:
    """Post one person's agenda of the day."""
    day = date.fromisoformat(str(payload["day"]))
    send_digest(int(payload["provider"]), user_id=int(payload["user"]), day=day, now=now)


def staff_invitation(payload: Payload, now: datetime) -> None:
    """Mail one invitation to the person who is asked to join a business."""
    try:
        send_invitation(int(payload["invitation"]), now=now)
    except delivering.NotDelivered as error:
        if error.permanent:
            raise PermanentFailure(error.code) from None
        raise TemporaryFailure(error.code, retry_after=error.retry_after) from None


def staff_joined(payload: Payload, now: datetime) -> None:
    """Tell whoever invited that the person joined."""
    tell_joined(int(payload["invitation"]), now=now)


def review_ask(payload: Payload, now: datetime) -> None:
    """Ask the customer how it was."""
    ask_for_review(int(payload["appointment"]), now=now)


def review_written(payload: Payload, now: datetime) -> None:
    """Tell the business what a customer said of it."""
    tell_written(int(payload["review"]), now=now)


def review_replied(payload: Payload, now: datetime) -> None:
    """Tell the author that the business answered."""
    tell_replied(int(payload["review"]), now=now)


def closing_mail(kind: str) -> Handler:
    """Return what mails a person about deleting their account."""

    def send(payload: Payload, now: datetime) -> None:
        try:
            send_closing_mail(kind, int(payload["user"]), at=int(payload["at"]), now=now)
        except delivering.NotDelivered as error:
            if error.permanent:
                raise PermanentFailure(error.code) from None
            raise TemporaryFailure(error.code, retry_after=error.retry_after) from None

    return send


HANDLERS: Handlers = {
    "appointment_event": appointment_event,
    "deliver": Watched(deliver, delivery_given_up),
    "reminder": reminder,
    "digest": digest,
    "staff_invitation": staff_invitation,
    "staff_joined": staff_joined,
    "order_event": order_event,
    "review_ask": review_ask,
    "review_written": review_written,
    "review_replied": review_replied,
    **{kind: closing_mail(kind) for kind in MAILS},
}
"""Every kind of job that there is."""


def _event(payload: Payload) -> AppointmentEvent:
    """Fetch the event with all that its messages show."""
    wanted = AppointmentEvent.objects.select_related(
        "appointment__provider__owner",
        "appointment__service",
        "appointment__staff",
        "appointment__customer",
        "from_staff__user",
        "to_staff__user",
        "by",
    )
    try:
        return wanted.get(pk=payload["event"])
    except AppointmentEvent.DoesNotExist:
        raise PermanentFailure("event is gone") from None
