"""The page behind a reminder's "I will come": nothing changes until its button is pressed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking.domain.attendance import attendance_obstacle, confirm_attendance
from booking.models import Appointment
from booking.notifications.unsubscribe import stop_path
from booking.views.answers import keep_secret, see_other
from booking.views.manage import actor_for, describe, find_by_token
from customers.models import MessageKind
from project import clock
from project.access import secret_link
from project.errors import NguvaError
from project.htmx import PageRequest


@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_coming(request: PageRequest, token: str) -> HttpResponse:
    """Ask whether they will come; the button says yes to the time that the page showed."""
    now = clock.now()
    appointment = find_by_token(token)
    by = actor_for(request, appointment)
    error = attendance_obstacle(appointment, now=now)
    moved = request.method == "POST" and request.POST.get("start") != _start(appointment)
    if request.method == "POST" and not moved:
        try:
            confirm_attendance(appointment, by=by, now=now)
        except NguvaError as refusal:
            error = refusal
        else:
            messages.success(request, "Thank you. They know that you will come.")
            return keep_secret(see_other(appointment))
    context = describe(appointment, now=now) | {
        "error": error,
        "moved": moved,
        "start": _start(appointment),
        "stop_url": _stop_url(appointment),
    }
    status = 409 if request.method == "POST" else 200
    return keep_secret(render(request, "booking/coming.html", context, status=status))


def _stop_url(appointment: Appointment) -> str:
    """Return where guests whom only texts reach stop reminders; mails carry such a link."""
    if appointment.customer_id is not None or appointment.contact_email:
        return ""
    phone = appointment.contact_phone
    return stop_path(phone, MessageKind.REMINDERS) if phone else ""


def _start(appointment: Appointment) -> str:
    """Return what the form carries, so that a yes is never to another time."""
    return f"{appointment.start:%Y-%m-%dT%H:%MZ}"
