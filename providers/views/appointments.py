"""All appointments of a business, and one of them."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from booking.domain.actors import Actor
from booking.domain.answering import Outcome, answer_each
from booking.domain.notes import keep_business_notes
from booking.models import Appointment
from booking.views.answers import see_other
from booking.words import say_when
from project import clock
from project.htmx import render_page
from project.numbers import parse_number
from providers.forms.appointments import AnswersForm, BusinessNotesForm
from providers.views.access import (
    BusinessRequest,
    address,
    appointments_of,
    business_context,
    get_appointment,
    member,
)
from providers.views.appointment_search import AppointmentSearch, choices
from providers.views.back import way_back
from providers.views.paging import take_page
from providers.views.rows import make_row, make_rows
from providers.views.sent import sent_to_customer

MOST_ANSWERS = 100
"""How many requests can be answered in one go."""


@member
@require_safe
def appointment_list(request: BusinessRequest) -> HttpResponse:
    """List appointments, narrowed by what the address says; HTMX gets the list alone."""
    now = clock.now()
    search = AppointmentSearch.read(request)
    page = take_page(search.find(request.membership, now=now), request)
    context = business_context(request, here="provider_appointments") | {
        "search": search,
        "page": page,
        "rows": make_rows(request, page.rows, now=now),
        **choices(search, request.membership),
    }
    return render_page(
        request, "providers/appointments.html", context, fragments={"list": "providers/_list.html"}
    )


@member
@require_POST
def answer_requests(request: BusinessRequest) -> HttpResponse:
    """Accept or decline all requests that were ticked, and say how each one went."""
    form = AnswersForm(request.POST)
    ticked = [parse_number(text) for text in request.POST.getlist("appointment")[:MOST_ANSWERS]]
    ids = [number for number in ticked if number is not None]
    back = way_back(request, default=address(request, "provider_appointments", status="pending"))
    if not (form.is_valid() and ids):
        messages.error(request, "Tick the requests that you want to answer first.")
        return see_other(back)
    now = clock.now()
    chosen = appointments_of(request.membership).filter(pk__in=ids)
    accept = form.cleaned_data["answer"] == "accept"
    outcomes = answer_each(
        chosen.order_by("start", "pk"),
        accept=accept,
        by=Actor.provider(request.user),
        now=now,
        reason=form.cleaned_data["reason"],
    )
    _tell_outcomes(request, outcomes, done="accepted" if accept else "declined", now=now)
    return see_other(back)


def _tell_outcomes(
    request: BusinessRequest, outcomes: list[Outcome], *, done: str, now: datetime
) -> None:
    """Say how many worked, and of each that did not, why."""
    worked = sum(not one.problem for one in outcomes)
    if worked:
        messages.success(request, f"{worked} request{'s' if worked > 1 else ''} {done}.")
    zone = request.membership.provider.tz
    for one in outcomes:
        if one.problem:
            who = one.appointment.contact_name
            when = say_when(one.appointment.start, zone, now=now)
            messages.error(request, f"Not {done}: {who}, {when}. {one.problem}")
    if not outcomes:
        messages.error(request, "Those requests are not yours to answer, or are no more.")


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
    notes: BusinessNotesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of an appointment that was fetched for this person."""
    context = business_context(request) | {
        "appointment": appointment,
        "client_url": _client_url(request, appointment),
        "notes_form": notes
        or BusinessNotesForm(initial={"business_notes": appointment.business_notes}),
        "row": make_row(request, appointment, now=now, problem=problem),
        "events": appointment.events.select_related("by", "from_staff", "to_staff"),
        "sent": sent_to_customer(appointment),
    }
    return render(request, "providers/appointment.html", context, status=status)


def _client_url(request: BusinessRequest, appointment: Appointment) -> str:
    """Return the address of whose it is, for those who see the business's clients."""
    if not request.membership.sees_all or not appointment.client_id:
        return ""
    return address(request, "provider_client", appointment.client_id)


@member
@require_POST
def appointment_notes(request: BusinessRequest, appointment_id: int) -> HttpResponse:
    """Keep what only the business sees of an appointment."""
    appointment = get_appointment(request, appointment_id)
    form = BusinessNotesForm(request.POST)
    now = clock.now()
    if not form.is_valid():
        return show_appointment(request, appointment, now=now, notes=form, status=422)
    text, by = form.cleaned_data["business_notes"], Actor.provider(request.user)
    keep_business_notes(appointment, text=text, by=by, now=now)
    messages.success(request, "Your notes are saved.")
    return see_other(address(request, "provider_appointment", appointment.pk))
