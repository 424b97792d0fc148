"""The customer's bookings: what is coming, the past, and one of them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from booking.domain.actors import Actor
from booking.domain.lifecycle import available_actions
from booking.models import Appointment, AppointmentEvent
from booking.words import say_day
from project import clock
from project.access import customer
from project.htmx import MemberRequest, render_page

PAGE_SIZE = 20
MOST_UPCOMING = 50
"""More than anybody books; it keeps the page small whatever happens."""

Action = AppointmentEvent.Action


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment as its customer sees it, in the provider's time."""

    appointment: Appointment
    zone: str
    day: str
    can_move: bool
    can_cancel: bool


@customer
@require_safe
def me(request: MemberRequest) -> HttpResponse:
    """Show what is coming, and the past a page at a time."""
    now = clock.now()
    own = Appointment.objects.for_customer(request.user).with_names()
    past = Paginator(own.past(now), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "nav_here": "me",
        "upcoming": [_booking(request, each, now) for each in own.upcoming(now)[:MOST_UPCOMING]],
        "past": [_booking(request, each, now) for each in past],
        "page": past,
    }
    return render_page(
        request, "customers/me.html", context, fragments={"past": "customers/_past.html"}
    )


@customer
@require_safe
def appointment(request: MemberRequest, reference: str) -> HttpResponse:
    """Show one own appointment with its history, and the ways to change it."""
    own = Appointment.objects.for_customer(request.user).with_names()
    found = get_object_or_404(own, reference=reference.upper())
    context = {
        "nav_here": "me",
        "booking": _booking(request, found, clock.now()),
        "events": found.events.select_related("from_staff", "to_staff"),
    }
    return render(request, "customers/appointment.html", context)


def _booking(request: MemberRequest, appointment: Appointment, now: datetime) -> Booking:
    allowed = available_actions(appointment, by=Actor.customer(request.user), now=now)
    zone = appointment.provider.tz
    day, today = appointment.start.astimezone(zone).date(), now.astimezone(zone).date()
    return Booking(
        appointment=appointment,
        zone=appointment.provider.timezone,
        day=say_day(day, year=day.year != today.year),
        can_move=Action.RESCHEDULED in allowed,
        can_cancel=Action.CANCELLED in allowed,
    )
