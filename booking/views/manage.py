"""One booking by its secret link: see, move, cancel, put into a calendar."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.actors import Actor
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import check_instant
from booking.domain.lifecycle import (
    ask_to_move,
    available_actions,
    cancel,
    obstacle,
    reschedule,
)
from booking.domain.offers import prefetch_people
from booking.feeds.ics import appointment_calendar
from booking.forms import CancelForm
from booking.models import Appointment, AppointmentEvent, Status
from booking.views.answers import keep_secret, see_other
from booking.views.asking import ANYONE, read_date, read_person, read_start, read_view
from booking.views.choosing import staff_choices
from booking.views.grid import Wish, load_grid, respond_grid
from booking.views.lookup import logged_in
from booking.visitor import read_visitor
from booking.whatsapp import customer_to_provider, secret_url
from booking.words import say_price, say_time, say_when
from project import clock
from project.access import secret_link
from project.errors import InvalidInput, NguvaError
from project.htmx import PageRequest, wants

Action = AppointmentEvent.Action


@secret_link
@require_safe
def appointment_manage(request: PageRequest, token: str) -> HttpResponse:
    """Show the booking and what can still be done with it."""
    now = clock.now()
    appointment = find_by_token(token)
    actions = available_actions(appointment, by=actor_for(request, appointment), now=now)
    booked = "booked" in request.GET and appointment.is_active
    context = describe(appointment, now=now) | {
        "booked": booked,
        "can_cancel": Action.CANCELLED in actions,
        "can_move": Action.RESCHEDULED in actions,
        "events": appointment.events.select_related("from_staff", "to_staff"),
        "review": _review(request, appointment),
        "upcoming": appointment.is_active and appointment.start > now,
        "whatsapp": customer_to_provider(appointment, secret_url(appointment), now=now),
    }
    return keep_secret(render(request, "booking/appointment.html", context))


@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_cancel(request: PageRequest, token: str) -> HttpResponse:
    """Ask why, then cancel; a repeat is harmless."""
    now = clock.now()
    appointment = find_by_token(token)
    by = actor_for(request, appointment)
    form = CancelForm(request.POST if request.method == "POST" else None)
    error = None
    if appointment.status != Status.CANCELLED:
        error = obstacle(appointment, Action.CANCELLED, by=by, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            cancel(appointment, by=by, now=now, reason=form.cleaned_data["reason"])
        except NguvaError as refusal:
            error = refusal
        else:
            messages.success(request, "Your booking is cancelled.")
            return keep_secret(see_other(appointment))
    context = describe(appointment, now=now) | {"error": error, "form": form}
    status = 409 if error else 422 if form.errors else 200
    return keep_secret(render(request, "booking/cancel.html", context, status=status))


@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_reschedule(request: PageRequest, token: str) -> HttpResponse:
    """Choose another time; its own time does not stand in the way."""
    now = clock.now()
    appointment = find_by_token(token)
    prefetch_people(appointment.service)
    by = actor_for(request, appointment)
    if (error := obstacle(appointment, Action.RESCHEDULED, by=by, now=now)) is not None:
        return _refused(request, appointment, error, now=now)
    if request.method == "POST":
        return _move(request, appointment, by=by, now=now)
    return _choose(request, appointment, now=now)


@secret_link
@require_safe
def appointment_ics(request: PageRequest, token: str) -> HttpResponse:
    """Send the booking as a calendar file."""
    appointment = find_by_token(token)
    url = request.build_absolute_uri(appointment.get_absolute_url())
    body = appointment_calendar(appointment, url=url, events=list(appointment.events.all()))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    name = f"nguva-{appointment.reference}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return keep_secret(response)


def _review(request: PageRequest, appointment: Appointment) -> str:
    """Say who can still review it: ``yours``, after logging in as the ``customer``, or a ``guest``.

    Reviews are written by people with an account: whoever has only the link opens one with the
    address of the booking. Empty when there is nothing to review, or a review.
    """
    if appointment.status != Status.COMPLETED or hasattr(appointment, "review"):
        return ""
    if appointment.customer_id is None:
        return "guest" if appointment.guest_email and logged_in(request) is None else ""
    user = logged_in(request)
    if user is None:
        return "customer"
    return "yours" if user.pk == appointment.customer_id else ""


def _choose(request: PageRequest, appointment: Appointment, *, now: datetime) -> HttpResponse:
    problem = ""
    staff, view, day = appointment.staff, read_view({}), None
    try:
        staff = read_person(request.GET, appointment)
        view, day = read_view(request.GET), read_date(request.GET)
        ask = ask_to_move(appointment, staff=staff)
    except InvalidInput as refusal:
        problem = refusal.message
        ask = ask_to_move(appointment)
    chosen = str(ask.staff.pk) if ask.staff else ANYONE
    path = reverse("appointment_reschedule", args=[appointment.token])
    wish = Wish(path=path, keep={"staff": chosen}, view=view, date=day)
    grid = load_grid(ask, wish, now=now, moving=appointment, visitor=read_visitor(request))
    if wants(request, "grid") and not problem:
        return keep_secret(respond_grid(request, grid), keep_etag=True)
    context = describe(appointment, now=now) | {
        "chosen": chosen,
        "grid": grid,
        "people": staff_choices(appointment.service, wish, chosen=chosen, anyone=ANYONE),
        "problem": problem,
    }
    status = 400 if problem else 200
    return keep_secret(render(request, "booking/reschedule.html", context, status=status))


def _move(
    request: PageRequest, appointment: Appointment, *, by: Actor, now: datetime
) -> HttpResponse:
    try:
        staff = read_person(request.POST, appointment)
        start = check_instant(read_start(request.POST), now=now)
        visitor = read_visitor(request)
        reschedule(appointment, start=start, staff=staff, by=by, now=now, visitor=visitor)
    except InvalidInput as error:
        return _refused(request, appointment, error, now=now, status=400)
    except NguvaError as error:
        return _refused(request, appointment, error, now=now)
    messages.success(request, "Your booking is moved.")
    return keep_secret(see_other(appointment))


def _refused(
    request: PageRequest,
    appointment: Appointment,
    error: NguvaError,
    *,
    now: datetime,
    status: int = 409,
) -> HttpResponse:
    """Say why it stays where it is, with the nearest free times as buttons."""
    zone = appointment.provider.tz
    slots = error.alternatives if isinstance(error, SlotUnavailable) else []
    context = describe(appointment, now=now) | {
        "alternatives": [
            {"value": f"{slot.start:%Y-%m-%dT%H:%MZ}", "when": say_when(slot.start, zone, now=now)}
            for slot in slots
        ],
        "chosen": request.POST.get("staff", ANYONE),
        "error": error,
        "status": status,
    }
    return keep_secret(render(request, "booking/not_moved.html", context, status=status))


def find_by_token(token: str) -> Appointment:
    """Return the appointment whose secret link this is, with all that its pages show, or 404."""
    appointment = get_object_or_404(
        Appointment.objects.with_names().select_related("session"), token=token
    )
    appointment.service.provider = appointment.provider
    return appointment


def actor_for(request: PageRequest, appointment: Appointment) -> Actor:
    """Return who acts: the customer when logged in, else whoever holds the link."""
    user = logged_in(request)
    if user is not None and user.pk == appointment.customer_id:
        return Actor.customer(user)
    return Actor.guest()


def describe(appointment: Appointment, *, now: datetime) -> dict[str, object]:
    """Return in words what was booked."""
    provider = appointment.provider
    zone = provider.tz
    return {
        "appointment": appointment,
        "changeable_until": say_when(appointment.changeable_until(), zone, now=now),
        "price": say_price(appointment.price, appointment.currency),
        "provider": provider,
        "service": appointment.service,
        "until": say_time(appointment.end, zone),
        "when": say_when(appointment.start, zone, now=now),
    }
