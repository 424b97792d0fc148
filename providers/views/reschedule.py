"""Move an appointment: the same grid that customers see, without their notice."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import performers
from booking.domain.offers import prefetch_people
from booking.models import Appointment, AppointmentEvent
from booking.views.asking import ANYONE, read_date, read_person, read_start, read_view
from booking.views.choosing import staff_choices
from booking.views.grid import Wish, load_grid, respond_grid
from booking.words import say_when
from project import clock
from project.errors import InvalidInput
from project.htmx import wants
from providers.models import Staff
from providers.views.access import BusinessRequest, business_context, get_appointment, member
from providers.views.actions import REFUSALS, go_back, where_from
from providers.views.appointments import show_appointment

Action = AppointmentEvent.Action


@member
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_reschedule(request: BusinessRequest, appointment_id: int) -> HttpResponse:
    """Show the free times for an appointment; on POST move it to ``start``.

    409 with the nearest free times when that one is taken, or with the appointment as it is now
    when it cannot be moved any more; 422 for what cannot be read.
    """
    now, by = clock.now(), Actor.provider(request.user)
    appointment = get_appointment(request, appointment_id)
    prepare(appointment)
    if (problem := _hindrance(request, appointment, by=by, now=now)) is not None:
        return show_appointment(request, appointment, now=now, problem=problem, status=409)
    if request.method != "POST":
        return _show_grid(request, appointment, request.GET, now=now)
    try:
        start, staff = read_start(request.POST), wanted_staff(request, appointment, request.POST)
        moved = lifecycle.reschedule(appointment, start=start, staff=staff, by=by, now=now)
    except (SlotUnavailable, InvalidInput) as error:
        return _show_grid(request, appointment, request.POST, now=now, error=error)
    except REFUSALS as error:
        current = get_appointment(request, appointment_id)
        return show_appointment(request, current, now=now, problem=error.message, status=409)
    when = say_when(moved.start, appointment.provider.tz, now=now)
    messages.success(request, f"Moved: {moved.contact_name} comes {when}.")
    return go_back(request, moved)


def prepare(appointment: Appointment) -> None:
    """Load what the grid needs of the service: at most two queries."""
    appointment.service.provider = appointment.provider
    prefetch_people(appointment.service)


def wanted_staff(
    request: BusinessRequest, appointment: Appointment, params: Mapping[str, str]
) -> Staff | None:
    """Return whom the appointment shall be with; ``None`` is whoever can, or nobody needed.

    Staff members move their own appointments only, to other times of their own. Raises
    ``InvalidInput``.
    """
    if not request.membership.sees_all:
        return request.membership.staff
    return read_person(params, appointment)


def _hindrance(
    request: BusinessRequest, appointment: Appointment, *, by: Actor, now: datetime
) -> str | None:
    """Return why there is no other time to choose, whatever the time."""
    obstacle = lifecycle.obstacle(appointment, Action.RESCHEDULED, by=by, now=now)
    if obstacle is not None:
        return obstacle.message
    own = request.membership.staff
    if not request.membership.sees_all and own not in performers(appointment.service):
        return "You do not perform this service any more. Please ask the owner to move it."
    return None


def _show_grid(
    request: BusinessRequest,
    appointment: Appointment,
    params: Mapping[str, str],
    *,
    now: datetime,
    error: SlotUnavailable | InvalidInput | None = None,
) -> HttpResponse:
    try:
        staff = wanted_staff(request, appointment, params)
        view, day = read_view(params), read_date(params)
    except InvalidInput as unreadable:
        staff, view, day = wanted_staff(request, appointment, {}), "week", None
        error = error or unreadable
    chosen = str(staff.pk) if staff else ANYONE
    keep = {"staff": chosen, "next": where_from(request, appointment)}
    path = reverse("provider_appointment_reschedule", args=[appointment.pk])
    wish = Wish(path=path, keep=keep, view=view, date=day)
    ask = lifecycle.ask_to_move(appointment, staff=staff)
    grid = load_grid(ask, wish, now=now, moving=appointment, by_business=True)
    if error is None and wants(request, "grid"):
        return respond_grid(request, grid)
    own = not request.membership.sees_all
    context = business_context(request) | {
        "appointment": appointment,
        "grid": grid,
        "people": [] if own else staff_choices(ask.service, wish, chosen=chosen, anyone=ANYONE),
        "chosen": chosen,
        "next": keep["next"],
        "error": error,
    }
    status = 200 if error is None else 409 if isinstance(error, SlotUnavailable) else 422
    return render(request, "providers/reschedule.html", context, status=status)
