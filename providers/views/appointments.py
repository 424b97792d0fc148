"""All appointments of a business, and one of them."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from project import clock
from project.htmx import render_page
from providers.views.access import (
    BusinessRequest,
    appointments_of,
    business_context,
    get_appointment,
    member,
)
from providers.views.rows import make_row, make_rows
from providers.views.sent import sent_to_customer

PAGE_SIZE = 20
LISTS = {"pending": "Requests", "confirmed": "Coming", "past": "Past"}
"""The lists of appointments, by their name in addresses."""


@member
@require_safe
def appointment_list(request: BusinessRequest) -> HttpResponse:
    """List the requests, the confirmed or the past ones, a page at a time."""
    now = clock.now()
    tab = request.GET.get("status", "confirmed")
    found = _select(appointments_of(request.membership), tab, now)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = business_context(request, here="provider_appointments") | {
        "tab": tab,
        "title": LISTS[tab],
        "page": page,
        "rows": make_rows(request, page, now=now),
    }
    return render_page(
        request, "providers/appointments.html", context, fragments={"list": "providers/_list.html"}
    )


@member
@require_safe
def appointment_detail(request: BusinessRequest, appointment_id: int) -> HttpResponse:
    """Show one appointment: who, what, how to reach them, and all that happened to it."""
    return show_appointment(request, get_appointment(request, appointment_id), now=clock.now())


def show_appointment(
    request: BusinessRequest,
    appointment: Appointment,
    *,
    now: datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of an appointment that was fetched for this person."""
    context = business_context(request) | {
        "appointment": appointment,
        "row": make_row(request, appointment, now=now, problem=problem),
        "events": appointment.events.select_related("by", "from_staff", "to_staff"),
        "sent": sent_to_customer(appointment),
    }
    return render(request, "providers/appointment.html", context, status=status)


def _select(visible: AppointmentQuerySet, tab: str, now: datetime) -> AppointmentQuerySet:
    """Return what a list shows."""
    match tab:
        case "pending":
            return visible.upcoming(now).pending()
        case "confirmed":
            return visible.upcoming(now).confirmed()
        case "past":
            return visible.past(now)
    raise Http404
