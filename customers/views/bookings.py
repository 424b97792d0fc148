"""The customer's bookings: what is coming, the past, and one of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from booking.domain.actors import Actor
from booking.domain.lifecycle import available_actions
from booking.domain.reviews import review_due
from booking.models import Appointment, AppointmentEvent
from booking.whatsapp import customer_to_provider, secret_url
from booking.words import say_day, say_which
from customers.views.again import Again, book_again, with_again
from customers.views.overview import overview
from project import clock
from project.access import customer
from project.htmx import MemberRequest, render_page, wants
from providers.domain.places import directions_url, map_url

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


@dataclass(frozen=True, slots=True)
class Way:
    """How to get to a booking, and to reach who expects one; "" for what is not known."""

    near: str
    map: str
    directions: str
    whatsapp: str


@customer
@require_safe
def me(request: MemberRequest) -> HttpResponse:
    """Show the next booking and all that waits, and the past a page at a time."""
    now = clock.now()
    own = Appointment.objects.for_customer(request.user).with_names()
    past = Paginator(with_again(own.past(now)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "nav_here": "me",
        "past": [(_booking(request, each, now), book_again(each)) for each in past],
        "page": past,
    }
    if past.number == 1 and not wants(request, "past"):
        upcoming = [_booking(request, each, now) for each in own.upcoming(now)[:MOST_UPCOMING]]
        context |= overview(request.user, now=now) | {
            "next": upcoming[0] if upcoming else None,
            "way": _way(upcoming[0].appointment, now) if upcoming else None,
            "upcoming": upcoming[1:],
        }
    return render_page(
        request, "customers/me.html", context, fragments={"past": "customers/_past.html"}
    )


@customer
@require_safe
def appointment(request: MemberRequest, reference: str) -> HttpResponse:
    """Show one own appointment with its history, and the ways to change it."""
    now = clock.now()
    own = Appointment.objects.for_customer(request.user).with_names().select_related("review")
    found = get_object_or_404(with_again(own), reference=reference.upper())
    context = {
        "nav_here": "me",
        "again": _again(found),
        "booking": _booking(request, found, now),
        "events": found.events.select_related("from_staff", "to_staff"),
        "orders": found.orders.for_customer(request.user),
        "review": getattr(found, "review", None),
        "review_due": review_due(request.user, now).filter(pk=found.pk).exists(),
        "way": _way(found, now),
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


def _again(appointment: Appointment) -> Again | None:
    """Return the way to book what is over once more; what is coming is not booked again."""
    return None if appointment.is_active else book_again(appointment)


def _way(appointment: Appointment, now: datetime) -> Way:
    provider = appointment.provider
    start, today = appointment.start.astimezone(provider.tz), now.astimezone(provider.tz).date()
    return Way(
        near=f"{_say_near(start.date(), today)}, {start:%H:%M}{say_which(start)}",
        map=map_url(provider),
        directions=directions_url(provider),
        whatsapp=customer_to_provider(appointment, secret_url(appointment), now=now),
    )


def _say_near(day: date, today: date) -> str:
    """Return ``Today``, ``Tomorrow`` or ``Thu 26 Nov``."""
    near = {today: "Today", today + timedelta(days=1): "Tomorrow"}
    return near.get(day) or say_day(day, year=day.year != today.year)
