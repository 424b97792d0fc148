"""Tell everybody whom it concerns of one change of an appointment."""

from datetime import datetime

from django.utils import translation

from booking.models import AppointmentEvent, Status, Wording
from booking.notifications.own_words import own_words_for
from booking.notifications.post import post
from booking.notifications.recipients import Recipient, loses, recipients_of
from booking.notifications.sides import Side
from booking.notifications.wording import compose


def tell(event: AppointmentEvent, *, now: datetime) -> None:
    """Post one message to each recipient of the event, each in a transaction of its own.

    What runs twice tells nobody twice: the event and the person name the message.
    """
    for recipient in recipients_of(event):
        with translation.override(recipient.language):
            message = compose(
                event,
                recipient.side,
                zone=recipient.zone,
                own_words=_own_words(event, recipient, now),
                lost=loses(event, recipient),
            )
        post(
            recipient,
            kind=recipient.kind,
            appointment=event.appointment,
            provider=event.appointment.provider,
            event=event,
            message=message,
            dedupe=f"event:{event.pk}:{recipient.key}",
            now=now,
        )


def _own_words(event: AppointmentEvent, recipient: Recipient, now: datetime) -> str:
    """Return what the provider says itself to customers whose booking is confirmed."""
    if recipient.side is not Side.CUSTOMER or event.to_status != Status.CONFIRMED:
        return ""
    return own_words_for(event.appointment, Wording.Kind.CONFIRMATION, now=now)
