"""Send a message about an appointment to its customer once more."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from booking.models import Delivery
from booking.notifications.post import SentTooOften, resend
from project import clock
from providers.views.access import BusinessRequest, get_appointment, member
from providers.views.actions import go_back
from providers.views.sent import REASONS, to_customer

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
    try:
        _tell(request, resend(notification, channel=None, now=now))
    except SentTooOften as refusal:
        messages.warning(request, refusal.message)
    return go_back(request, appointment)


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
