"""Somebody leaves: their coming appointments go to colleagues or stay, then they are archived."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from booking.domain.actors import Actor
from booking.domain.reassign import (
    AT_ONCE,
    Stayed,
    archive,
    colleagues,
    coming,
    reassign,
    restore,
)
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from booking.views.answers import see_other
from project import clock
from project.numbers import parse_number
from providers.domain.team import performed_by_nobody_else
from providers.models import Staff
from providers.views.access import BusinessRequest, address, business_context, member
from providers.views.team import get_member, warn_of_orphans

PAGE_SIZE = 20
KEEP = ""
"""The choice by which an appointment stays where it is."""


@member
@require_http_methods(["GET", "HEAD", "POST"])
def member_archive(request: BusinessRequest, member_id: int) -> HttpResponse:
    """List the coming appointments with whoever could take them; on POST archive the member."""
    person = get_member(request, member_id)
    if request.method != "POST":
        return _show(request, person)
    orphans = performed_by_nobody_else(person) if person.active else []
    archive(person, by=request.membership, now=clock.now())
    messages.success(request, f"{person} is archived and cannot be booked any more.")
    warn_of_orphans(request, orphans)
    return see_other(address(request, "provider_team"))


@member
@require_POST
def member_reassign(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Give the chosen appointments, or all, to colleagues; those that clash are shown and stay."""
    person = get_member(request, member_id)
    team = Staff.objects.active().filter(provider=person.provider).exclude(pk=person.pk)
    people = {str(each.pk): each for each in team}
    wishes = _wishes(request, person, people)
    moved, stayed = reassign(wishes, by=Actor.provider(request.user), now=clock.now())
    if stayed:
        return _show(request, person, moved=moved, stayed=stayed, status=409)
    if moved:
        messages.success(request, f"Given away: {moved}. The customers are told.")
    else:
        messages.info(request, "Nothing went: choose who takes what, among those who perform it.")
    return see_other(address(request, "provider_member_archive", person.pk))


@member
@require_POST
def member_restore(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Bring somebody back; a repeat is harmless."""
    person = get_member(request, member_id)
    restore(person, by=request.membership)
    messages.success(request, f"{person} is back in the team.")
    return see_other(address(request, "provider_member", person.pk))


def _wishes(
    request: BusinessRequest, person: Staff, people: dict[str, Staff]
) -> list[tuple[Appointment, Staff]]:
    """Return what shall go to whom: all to one colleague, or each as chosen beside it."""
    ahead = _ahead(person)
    if "all" in request.POST:
        to = people.get(request.POST.get("to", KEEP))
        performed = ahead.filter(service__staff=to) if to else ahead.none()
        return [(each, to) for each in performed[:AT_ONCE] if to]
    chosen = {
        number: people[value]
        for name, value in request.POST.items()
        if name.startswith("to-") and value in people
        if (number := parse_number(name.removeprefix("to-"))) is not None
    }
    found = ahead.filter(pk__in=list(chosen)[:AT_ONCE])
    return [(each, chosen[each.pk]) for each in found]


def _ahead(person: Staff) -> AppointmentQuerySet:
    """Return the coming appointments with their names and who else performs them."""
    performing = Prefetch("service__staff", queryset=Staff.objects.active())
    return coming(person, now=clock.now()).with_names().prefetch_related(performing)


def _show(
    request: BusinessRequest,
    person: Staff,
    *,
    moved: int = 0,
    stayed: Sequence[Stayed] = (),
    status: int = 200,
) -> HttpResponse:
    page = Paginator(_ahead(person), PAGE_SIZE).get_page(request.GET.get("page"))
    team = Staff.objects.active().filter(provider=person.provider).exclude(pk=person.pk)
    context = business_context(request, here="provider_business") | {
        "person": person,
        "page": page,
        "rows": [{"appointment": each, "colleagues": colleagues(each)} for each in page],
        "people": team if page else [],
        "orphans": performed_by_nobody_else(person) if person.active else [],
        "moved": moved,
        "stayed": stayed,
    }
    return render(request, "providers/leaving.html", context, status=status)
