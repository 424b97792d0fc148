"""What the business does to one appointment; each is one call of the domain."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.models import Appointment
from booking.views.answers import see_other
from booking.views.asking import sent
from project import clock
from project.errors import NotAllowed
from project.htmx import wants
from providers.forms.appointments import ReasonForm
from providers.views.access import BusinessRequest, business_context, get_appointment, member
from providers.views.appointments import show_appointment
from providers.views.back import way_back
from providers.views.rows import make_row

Verb = Callable[[Appointment, Actor, datetime, str], object]

VERBS: dict[str, Verb] = {
    "accept": lambda it, by, now, _: lifecycle.accept(it, by=by, now=now),
    "decline": lambda it, by, now, why: lifecycle.decline(it, reason=why, by=by, now=now),
    "cancel": lambda it, by, now, why: lifecycle.cancel(it, reason=why, by=by, now=now),
    "complete": lambda it, by, now, _: lifecycle.complete(it, by=by, now=now),
    "no-show": lambda it, by, now, _: lifecycle.mark_no_show(it, by=by, now=now),
}
ASKS_WHY = {"decline", "cancel"}
REFUSALS = (InvalidTransition, OutsidePolicy, NotAllowed)
DONE = {
    "accept": "Accepted: {who} is expected.",
    "decline": "Declined: the time of {who} is free again.",
    "cancel": "Cancelled: the time of {who} is free again.",
    "complete": "Done: {who} was here.",
    "no-show": "Noted: {who} did not come.",
}


@member
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_action(request: BusinessRequest, appointment_id: int, action: str) -> HttpResponse:
    """Do ``action``; on GET ask for the reason where there is one to give.

    HTMX gets the row back, everybody else is sent to where they were. 409 with the appointment as
    it is now when somebody else was quicker or the policy forbids it.
    """
    if action not in VERBS:
        raise Http404
    appointment = get_appointment(request, appointment_id)
    form = ReasonForm(sent(request))
    if request.method != "POST":
        if action not in ASKS_WHY:
            return HttpResponseNotAllowed(["POST"])
        return _ask_why(request, appointment, action, form)
    if not form.is_valid():
        return _ask_why(request, appointment, action, form)
    now, by = clock.now(), Actor.provider(request.user)
    try:
        VERBS[action](appointment, by, now, form.cleaned_data["reason"])
    except REFUSALS as refusal:
        return _answer(request, appointment_id, now=now, problem=refusal.message)
    messages.success(request, DONE[action].format(who=appointment.contact_name))
    return _answer(request, appointment_id, now=now)


def where_from(request: BusinessRequest, appointment: Appointment) -> str:
    """Return the path of ours that the person came from, else the appointment's own."""
    return way_back(request, default=reverse("provider_appointment", args=[appointment.pk]))


def go_back(request: BusinessRequest, appointment: Appointment) -> HttpResponse:
    """Send the person back after a change, so that a reload does not repeat it."""
    return see_other(where_from(request, appointment))


def _answer(
    request: BusinessRequest, appointment_id: int, *, now: datetime, problem: str = ""
) -> HttpResponse:
    """Show the appointment as the database has it now."""
    appointment = get_appointment(request, appointment_id)
    status = 409 if problem else 200
    if wants(request, f"appointment-{appointment.pk}"):
        row = make_row(request, appointment, now=now, problem=problem)
        context = business_context(request) | {"row": row, "oob": True}
        response = render(request, "providers/_row.html", context, status=status)
        return response if problem else trigger_client_event(response, "appointment-changed")
    if problem:
        return show_appointment(request, appointment, now=now, problem=problem, status=status)
    return go_back(request, appointment)


def _ask_why(
    request: BusinessRequest, appointment: Appointment, action: str, form: ReasonForm
) -> HttpResponse:
    """Answer with the form: as a page, or for the dialog that lists open."""
    row = make_row(request, appointment, now=clock.now())
    in_sheet = wants(request, "sheet") or wants(request, f"appointment-{appointment.pk}")
    context = business_context(request) | {
        "appointment": appointment,
        "action": action,
        "form": form,
        "in_sheet": in_sheet,
        "possible": action in {button.slug for button in row.all_buttons},
        "next": where_from(request, appointment),
    }
    template = "providers/_reason.html" if in_sheet else "providers/reason.html"
    response = render(request, template, context, status=422 if form.is_bound else 200)
    if form.is_bound and in_sheet:
        response = reswap(retarget(response, "#sheet"), "innerHTML")
    return response
