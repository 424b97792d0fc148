"""Move an appointment: the same grid that customers see, without their notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import performers
from booking.models import Appointment
from booking.views.asking import read_date, read_number, read_start, read_view
from booking.views.choosing import staff_choices
from booking.views.grid import Wish, load_grid, respond_grid
from booking.views.lookup import prefetch_people
from booking.words import say_when
from project import clock
from project.errors import InvalidInput, NguvaError
from project.htmx import wants
from providers.models import Staff
from providers.views.access import BusinessRequest, business_context, get_appointment, member
from providers.views.actions import REFUSALS, where_from
from providers.views.appointments import show_appointment

ANYONE = "anyone"


@member
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_reschedule(request: BusinessRequest, appointment_id: int) -> HttpResponse:
    """Show the free times for an appointment; on POST move it to ``start``.

    409 with the nearest free times when that one is taken, or with the appointment as it is now
    when it cannot be moved any more; 422 for what cannot be read.
    """
    now = clock.now()
    appointment = get_appointment(request, appointment_id)
    prepare(appointment)
    if request.method != "POST":
        return _show(request, appointment, request.GET, now=now)
    try:
        start, staff = read_start(request.POST), wanted_staff(request, appointment, request.POST)
        by = Actor.provider(request.user)
        moved = lifecycle.reschedule(appointment, start=start, staff=staff, by=by, now=now)
    except SlotUnavailable as error:
        return _show(request, appointment, request.POST, now=now, error=error, status=409)
    except InvalidInput as error:
        return _show(request, appointment, request.POST, now=now, error=error, status=422)
    except REFUSALS as error:
        current = get_appointment(request, appointment_id)
        return show_appointment(request, current, now=now, problem=error.message, status=409)
    when = say_when(moved.start, appointment.provider.tz, now=now)
    messages.success(request, f"Moved: {moved.contact_name} comes {when}.")
    response = redirect(where_from(request, moved))
    response.status_code = 303
    return response


def prepare(appointment: Appointment) -> None:
    """Load what the grid needs of the service: at most two queries."""
    appointment.service.provider = appointment.provider
    prefetch_people(appointment.service)


def wanted_staff(
    request: BusinessRequest, appointment: Appointment, params: Mapping[str, str]
) -> Staff | None:
    """Return whom the appointment shall be with; ``None`` is whoever can, or nobody needed.

    Without ``staff`` among the parameters it stays with the same person. Staff members move
    their own appointments only, to other times of their own. Raises ``InvalidInput``.
    """
    able = {person.pk: person for person in performers(appointment.service)}
    if not request.membership.sees_all:
        return request.membership.staff
    if params.get("staff") == ANYONE or not able:
        return None
    chosen = read_number(params, "staff")
    if chosen is None:
        return able.get(appointment.staff_id or 0)
    if chosen not in able:
        raise InvalidInput("Choose one of the people on offer, or anyone.", field="staff")
    return able[chosen]


def _show(
    request: BusinessRequest,
    appointment: Appointment,
    params: Mapping[str, str],
    *,
    now: datetime,
    error: NguvaError | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        staff = wanted_staff(request, appointment, params)
        view, day = read_view(params), read_date(params)
        ask = lifecycle.ask_to_move(appointment, staff=staff)
    except InvalidInput as unreadable:
        staff, view, day, error, status = None, "week", None, error or unreadable, status
    ...
