"""Appointments where nobody is there any more: keep, move, ask or cancel, all in one form."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from booking.domain.actors import Actor
from booking.domain.closing import Answer, Choice, affected_by, answer, outside_hours
from booking.domain.closing import affected as affected_in
from booking.domain.nearby import nearest_starts
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from booking.views.answers import see_other
from project import clock
from project.dates import bring_near
from project.errors import InvalidInput, NguvaError
from project.numbers import parse_number
from providers.forms.appointments import LONGEST_REASON
from providers.models import Resource, Staff, TimeOffRule
from providers.views.access import (
    BusinessRequest,
    address,
    appointments_of,
    business_context,
    member,
)
from providers.views.hours import whose

MOST_SHOWN = 25
DONE = {
    Choice.KEEP: "{} kept",
    Choice.MOVE: "{} moved",
    Choice.ASK: "{} asked to choose another time",
    Choice.CANCEL: "{} cancelled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An appointment to be answered: ``to`` is the nearest free start, ``chosen`` what was."""

    appointment: Appointment
    to: datetime | None
    chosen: str
    problem: str = ""


@member
@require_http_methods(["GET", "HEAD", "POST"])
def affected(request: BusinessRequest) -> HttpResponse:
    """List what is affected; on POST do what was chosen for each, each by itself.

    The address says by what: ``from`` and ``until`` with ``staff`` or ``resource``, the ``rule`` of
    repeating time off, or ``outside`` of working hours. 409 with the reasons when some could not be
    done; the others are. What is more than one page shows is left alone, and told.
    """
    now = clock.now()
    found = _found(request, now=now)
    if request.method != "POST":
        return _show(request, found, now=now)
    named = _named(request)
    answers, problems = _read_all(request.POST, named[:MOST_SHOWN])
    done = _answer_all(answers, problems, by=Actor.provider(request.user), now=now)
    told = ", ".join(DONE[choice].format(number) for choice, number in done.items())
    if told:
        messages.success(request, f"{told}.")
    if left := len(named[MOST_SHOWN:]):
        messages.warning(request, f"At most {MOST_SHOWN} at once: {left} more are as they were.")
    found = _found(request, now=now)  # as it is now
    if problems:
        return _show(request, found, now=now, problems=problems, status=409)
    more = left or found.count() > MOST_SHOWN
    here, back = request.get_full_path(), address(request, "provider_time_off")
    return see_other(here if more else back)


def _found(request: BusinessRequest, *, now: datetime) -> AppointmentQuerySet:
    """Return what the address asks for of what the person may see. Raises ``Http404``."""
    provider, params = request.membership.provider, request.GET
    staff = whose(request)
    if "rule" in params:
        rules = TimeOffRule.objects.filter(provider=provider)
        if not request.membership.sees_all:
            rules = rules.filter(staff=staff)
        rule = get_object_or_404(rules, pk=parse_number(params["rule"]))
        rule.provider = provider
        found = affected_by(rule, now=now)
    elif "outside" in params:
        found = outside_hours(provider, now=now, staff=staff)
    else:
        start, end = (read_instant(params.get(name, "")) for name in ("from", "until"))
        if start is None or end is None:
            return appointments_of(request.membership).none()
        found = affected_in(
            provider,
            start=bring_near(start, now=now),
            end=bring_near(end, now=now),
            staff=staff,
            resource=_resource(request),
        ).filter(end__gt=now)
    visible = appointments_of(request.membership).filter(pk__in=found.order_by().values("pk"))
    return visible.order_by("start", "pk")


def _resource(request: BusinessRequest) -> Resource | None:
    asked = request.GET.get("resource", "")
    if not asked:
        return None
    units = Resource.objects.filter(provider=request.membership.provider)
    return get_object_or_404(units, pk=parse_number(asked))


def read_instant(text: str) -> datetime | None:
    """Return an ISO 8601 instant with its offset in UTC, or nothing for anything else."""
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _named(request: BusinessRequest) -> list[Appointment]:
    """Return those of theirs that are answered, soonest first."""
    named = {
        number
        for name in request.POST
        if name.startswith("answer-") and (number := parse_number(name.removeprefix("answer-")))
    }
    mine = appointments_of(request.membership).filter(pk__in=named)
    return list(mine.order_by("start", "pk"))


def _read_all(
    data: Mapping[str, str], named: Sequence[Appointment]
) -> tuple[list[tuple[Appointment, Answer]], dict[int, str]]:
    """Return the answers that can be read, before any is acted on; and what is wrong with others.

    The problems are by the id of the appointment.
    """
    answers, problems = [], {}
    for appointment in named:
        try:
            answers.append((appointment, _read(data, appointment.pk)))
        except InvalidInput as refusal:
            problems[appointment.pk] = refusal.message
    return answers, problems


def _answer_all(
    answers: Sequence[tuple[Appointment, Answer]],
    problems: dict[int, str],
    *,
    by: Actor,
    now: datetime,
) -> Counter[Choice]:
    """Do what was chosen; return how many of each kind, and add why others could not be done."""
    done: Counter[Choice] = Counter()
    for appointment, given in answers:
        try:
            answer(appointment, given, by=by, now=now)
        except NguvaError as refusal:
            problems[appointment.pk] = refusal.message
        else:
            done[given.choice] += 1
    return done


def _read(data: Mapping[str, str], pk: int) -> Answer:
    """Return the answer for one appointment. Raises ``InvalidInput`` for what cannot be read."""
    text = data.get("all") or data.get(f"answer-{pk}", "")
    seen = read_instant(data.get(f"seen-{pk}", ""))
    if text not in set(Choice) or seen is None:
        raise InvalidInput("Please choose what becomes of this one.")
    reason = data.get("reason", "").strip()[:LONGEST_REASON]
    to = read_instant(data.get(f"to-{pk}", ""))
    return Answer(choice=Choice(text), seen=seen, to=to, reason=reason)


def _show(
    request: BusinessRequest,
    found: AppointmentQuerySet,
    *,
    now: datetime,
    problems: Mapping[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    listed = _load(found)
    shown, problems = listed[:MOST_SHOWN], problems or {}
    gone = appointments_of(request.membership).filter(
        pk__in=set(problems) - {each.pk for each in shown}
    )
    context = business_context(request, here="provider_business") | {
        "rows": _rows(request, shown, problems, now=now),
        "more": len(listed) > MOST_SHOWN,
        "problems": len(problems),
        "gone": [(each, problems[each.pk]) for each in gone] if problems else [],
        "outside": "outside" in request.GET,
        "reason": request.POST.get("reason", ""),
        "longest": LONGEST_REASON,
        "here": request.get_full_path(),
        "back": address(request, "provider_time_off"),
    }
    return render(request, "providers/affected.html", context, status=status)


def _load(found: AppointmentQuerySet) -> list[Appointment]:
    people = Prefetch("service__staff", Staff.objects.active())
    loaded = found.select_related("session").prefetch_related(people, "service__resources")
    listed = list(loaded[: MOST_SHOWN + 1])
    for appointment in listed:
        appointment.service.provider = appointment.provider
    return listed


def _rows(
    request: BusinessRequest,
    appointments: Sequence[Appointment],
    problems: Mapping[int, str],
    *,
    now: datetime,
) -> list[Row]:
    free = nearest_starts(appointments, now=now)
    data: Any = request.POST
    typed = {each.pk: data.get("all") or data.get(f"answer-{each.pk}") for each in appointments}
    return [
        Row(
            appointment=each,
            to=free.get(each.pk),
            chosen=typed[each.pk] if typed[each.pk] in set(Choice) else Choice.KEEP,
            problem=problems.get(each.pk, ""),
        )
        for each in appointments
    ]
