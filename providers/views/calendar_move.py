"""An appointment is dragged to another time or person; undo is the same way back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import SlotUnavailable
from booking.models import Appointment
from booking.views.answers import see_other
from booking.views.asking import read_start
from booking.words import say_when
from project import clock
from project.errors import InvalidInput, NguvaError
from project.htmx import wants
from project.numbers import parse_number
from providers.models import Staff
from providers.views.access import BusinessRequest, address, get_appointment, member
from providers.views.actions import REFUSALS
from providers.views.back import way_back
from providers.views.calendar import read_page, show_calendar
from providers.views.reschedule import prepare, wanted_staff

NOTE = "calendar-note"
"""The id of the place in the page that says how a move went."""


@member
@require_POST
def calendar_move(request: BusinessRequest) -> HttpResponse:
    """Move ``appointment`` to ``start``, with ``staff`` or the same person.

    409 with the nearest free times when that one is taken, 422 for what cannot be done or read;
    the appointment then stays where it was. HTMX gets a note with a way to undo it, and an event
    on which the calendar loads itself again.
    """
    now, by = clock.now(), Actor.provider(request.user)
    appointment = _get(request)
    before = appointment.start, appointment.staff
    prepare(appointment)
    try:
        start, staff = read_start(request.POST), wanted_staff(request, appointment, request.POST)
        moved = lifecycle.reschedule(appointment, start=start, staff=staff, by=by, now=now)
    except (SlotUnavailable, InvalidInput, *REFUSALS) as error:
        return _refuse(request, appointment, error, now=now)
    if (moved.start, moved.staff) == before:
        return _answer(request, {}, now=now)
    said = f"{moved.contact_name} moved to {say_when(moved.start, moved.provider.tz, now=now)}"
    said += f" with {moved.staff.name}." if moved.staff and moved.staff != before[1] else "."
    context = {"said": said, "appointment": moved, "undo": _undo(before, moved, now=now)}
    return _answer(request, context, now=now)


def _get(request: BusinessRequest) -> Appointment:
    number = parse_number(request.POST.get("appointment", ""))
    if number is None:
        raise Http404
    return get_appointment(request, number)


def _undo(
    before: tuple[datetime, Staff | None], moved: Appointment, *, now: datetime
) -> dict[str, str]:
    """Return what a form sends to undo the move; nothing when that time has passed."""
    start, staff = before
    if start < now - timedelta(minutes=moved.provider.slot_step):
        return {}
    return {"start": start.isoformat(), "staff": str(staff.pk) if staff else ""}


def _refuse(
    request: BusinessRequest, appointment: Appointment, error: NguvaError, *, now: datetime
) -> HttpResponse:
    message = error.message
    if isinstance(error, InvalidInput) and error.field == "staff":
        message = f"They do not do this: {appointment.service.name}."
    slots = error.alternatives if isinstance(error, SlotUnavailable) else []
    context = {
        "problem": message,
        "appointment": get_appointment(request, appointment.pk),
        "alternatives": slots,
        "staff": request.POST.get("staff", ""),
    }
    return _answer(
        request, context, now=now, status=422 if isinstance(error, InvalidInput) else 409
    )


def _answer(
    request: BusinessRequest, context: dict[str, Any], *, now: datetime, status: int = 200
) -> HttpResponse:
    """Say how it went: in the note, or on the page that the form came from."""
    path, params = _came_from(request)
    context |= {"next": path, "move_url": address(request, "provider_calendar_move")}
    if wants(request, NOTE):
        context |= {"zone": request.membership.provider.timezone}
        response = render(request, "providers/_calendar_note.html", context, status=status)
        return trigger_client_event(response, "appointment-changed")
    if status == 200:  # noqa: PLR2004
        if context.get("said"):
            messages.success(request, context["said"])
        return see_other(path)
    try:
        page = read_page(request, params, now=now)
    except (InvalidInput, Http404):
        page = read_page(request, {}, now=now)
    return show_calendar(request, page, now=now, status=status, **context)


def _came_from(request: BusinessRequest) -> tuple[str, Mapping[str, str]]:
    """Return the address of the calendar that the form stood in, and its parameters."""
    calendar = address(request, "provider_calendar")
    url = way_back(request, default=calendar)
    if urlsplit(url).path == urlsplit(calendar).path:
        return url, dict(parse_qsl(urlsplit(url).query))
    return calendar, {}
