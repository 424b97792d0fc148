"""Send a message about an appointment to its customer once more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from booking.models import Appointment, Delivery, Side
from booking.notifications.post import resend
from project import clock
from providers.views.access import BusinessRequest, get_appointment, member
from providers.views.actions import go_back
from providers.views.sent import REASONS, to_customer

PAUSE = timedelta(minutes=1)
"""How long after sending again nothing about the same appointment is sent again."""

Status = Delivery.Status


@member
@require_POST
def message_again(
    request: BusinessRequest, appointment_id: int, notification_id: int
) -> HttpResponse:
    """Send one message to the customer again, by the ways it went before."""
    now = clock.now()
    appointment = get_appointment(request, appointment_id)
    notification = get_object_or_404(to_customer(appointment), pk=notification_id)
    if _just_sent_again(appointment, now):
        messages.warning(request, "Sent again a moment ago. Please wait a minute.")
    else:
        _tell(request, resend(notification, channel=None, now=now))
    return go_back(request, appointment)


def _just_sent_again(appointment: Appointment, now: datetime) -> bool:
    again = Delivery.objects.of(appointment).filter(notification__side=Side.CUSTOMER, number__gt=1)
    return again.filter(created_at__gt=now - PAUSE).exists()


def _tell(request: BusinessRequest, deliveries: Sequence[Delivery]) -> None:
    """Say what became of the wish."""
    leaving = [each.get_channel_display() for each in deliveries if each.status == Status.QUEUED]
    if leaving:
        messages.success(request, f"On its way again: {', '.join(leaving)}.")
    elif deliveries:
        why = REASONS.get(deliveries[0].error, "there is no way to reach them")
        messages.warning(request, f"It cannot be sent: {why}.")
    else:
        messages.info(request, "It is on its way already.")
