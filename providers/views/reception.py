"""Somebody calls or walks in: what, when, who, and it is booked."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.availability import Slot
from booking.domain.actors import Actor
from booking.domain.booking import Source, book
from booking.domain.clients import find_clients
from booking.domain.errors import IdempotencyMismatch, SlotUnavailable
from booking.domain.free_time import Ask, load_around, load_free_time, performers
from booking.models import Client
from booking.views.answers import see_other
from booking.views.asking import read_ask, read_date, read_number, read_start
from booking.words import say_when
from project import clock
from project.errors import InvalidInput
from project.htmx import render_page
from providers.domain.access import Membership
from providers.forms.reception import ReceptionForm
from providers.models import Service, Staff
from providers.views.access import BusinessRequest, address, business_context, member
from providers.views.back import way_back

MOST_CLIENTS = 6
MOST_TIMES = 9
DAYS_AHEAD = 14
"""How far the next free times are looked for; another date can be chosen."""

LONGEST_KEY = 40
FRAGMENTS = {"times": "providers/_times.html", "who": "providers/_who.html"}


@dataclass(frozen=True, slots=True)
class Times:
    """What can be chosen: ``wanted`` is the start that was asked for, if it is free.

    ``problem`` says why it is not, or what cannot be read.
    """

    ask: Ask | None = None
    wanted: Slot | None = None
    slots: tuple[Slot, ...] = ()
    day: date | None = None
    problem: str = ""


@member
@require_http_methods(["GET", "HEAD", "POST"])
def reception(request: BusinessRequest) -> HttpResponse:
    """Show what can be booked for whom; on POST book it, without the business's own notice.

    409 with other times when that one is taken, 422 for what cannot be read.
    """
    now = clock.now()
    services = services_of(request.membership)
    if request.method != "POST":
        return _show(request, services, now=now)
    form = _form(request, request.POST)
    try:
        ask, start = _wish(request.POST, services, request.membership), read_start(request.POST)
        if not form.is_valid():
            return _show(request, services, now=now, form=form, status=422)
        return _book(request, form, ask, start, now=now)
    except SlotUnavailable as error:
        problem, status, nearest = f"{error.message} These times are free:", 409, error.alternatives
    except (InvalidInput, IdempotencyMismatch) as error:
        problem, status, nearest = error.message, 422, []
    return _show(
        request, services, now=now, form=form, problem=problem, nearest=nearest, status=status
    )


def services_of(membership: Membership) -> list[Service]:
    """Return what this person may book for clients, ready for free time: three queries.

    Staff book what they perform themselves.
    """
    services = Service.objects.active().filter(provider=membership.provider)
    if not membership.sees_all:
        services = services.filter(staff=membership.staff)
    found = list(services.prefetch_related("staff", "resources"))
    for service in found:
        service.provider = membership.provider
    return [one for one in found if performers(one) or not one.needs_staff]


def _book(
    request: BusinessRequest, form: ReceptionForm, ask: Ask, start: datetime, *, now: datetime
) -> HttpResponse:
    appointment = book(
        ask,
        start=start,
        by=Actor.provider(request.user),
        now=now,
        client=form.chosen(),
        contact=form.contact(),
        notes=form.cleaned_data["notes"],
        source=Source.PROVIDER,
        idempotency_key=_key(request),
        override_policy=True,
    )
    when = say_when(appointment.start, request.membership.provider.tz, now=now)
    messages.success(request, f"Booked: {appointment.contact_name}, {when}.")
    its_page = reverse("provider_appointment", args=[appointment.pk])
    return see_other(way_back(request, default=its_page))


def _key(request: BusinessRequest) -> str | None:
    """Return by what a form that is sent twice is known, scoped to the person."""
    key = request.POST.get("key", "")[:LONGEST_KEY]
    return f"reception:{request.user.pk}:{key}" if key else None


def _show(
    request: BusinessRequest,
    services: Sequence[Service],
    *,
    now: datetime,
    form: ReceptionForm | None = None,
    problem: str = "",
    nearest: Sequence[Slot] = (),
    status: int = 200,
) -> HttpResponse:
    params = request.POST if request.method == "POST" else request.GET
    form = form or _form(request, None)
    times = _times(params, services, request.membership, now=now)
    if nearest:
        times = replace(times, slots=tuple(nearest), problem="")
    context = business_context(request, here="provider_calendar") | {
        "services": services,
        "times": times,
        "people": _people(times, request.membership),
        "form": form,
        "only_one": len(form.known) == 1,
        "somebody_new": form.is_bound and request.POST.get("client") == "",
        "text": _text(params),
        "key": params.get("key", "")[:LONGEST_KEY] or secrets.token_urlsafe(12),
        "next": params.get("next", ""),
        "problem": problem or times.problem,
        "here": address(request, "provider_reception"),
        "now": now,
    }
    return render_page(
        request, "providers/reception.html", context, fragments=FRAGMENTS, status=status
    )


def _times(
    params: Mapping[str, str],
    services: Sequence[Service],
    membership: Membership,
    *,
    now: datetime,
) -> Times:
    """Return the free times for what is asked: of one date, or the next ones."""
    if not params.get("service") and len(services) != 1:
        return Times()
    try:
        ask, day = _wish(params, services, membership), read_date(params)
        start = read_start(params) if params.get("start") else None
    except InvalidInput as error:
        return Times(problem=error.message)
    today = now.astimezone(membership.provider.tz).date()
    first = max(day or today, today)
    last = first + timedelta(days=0 if day else DAYS_AHEAD)
    try:
        free = load_free_time(ask, now=now, first=first, last=last, by_business=True)
        wanted = load_around(ask, start, now=now, by_business=True).slot(start) if start else None
    except (OverflowError, InvalidInput):
        return Times(ask=ask, problem="Please choose another date.")
    slots = [slot for each in free.days() for slot in each.slots if slot != wanted]
    problem = "This time is not free for that." if start and wanted is None else ""
    return Times(ask, wanted, tuple(slots if day else slots[:MOST_TIMES]), day, problem)


def _wish(params: Mapping[str, str], services: Sequence[Service], membership: Membership) -> Ask:
    """Return what is to be booked. Raises ``InvalidInput``."""
    chosen = read_number(params, "service")
    if chosen is None and len(services) == 1:
        chosen = services[0].pk
    service = next((one for one in services if one.pk == chosen), None)
    if service is None:
        raise InvalidInput("Choose what to book.", field="service")
    own = membership.staff
    if not membership.sees_all and own is not None:
        return read_ask({**_plain(params), "staff": str(own.pk)}, service)
    able = {str(person.pk) for person in performers(service)}
    wish = _plain(params)
    if wish.get("staff") not in able:  # of another service that was chosen before
        wish["staff"] = ""
    return read_ask(wish, service)


def _plain(params: Mapping[str, str]) -> dict[str, str]:
    return {name: params.get(name, "") for name in ("staff", "duration", "party")}


def _people(times: Times, membership: Membership) -> list[Staff]:
    """Return between whom one can choose."""
    if times.ask is None or not membership.sees_all:
        return []
    able = performers(times.ask.service)
    return able if len(able) > 1 else []


def _form(request: BusinessRequest, data: Mapping[str, str] | None) -> ReceptionForm:
    """Return the form about who it is, with the clients that fit what was looked for."""
    params = request.GET if data is None else data
    membership, text = request.membership, _text(params)
    staff = None if membership.sees_all else membership.staff
    clients = find_clients(membership.provider, text, staff=staff) if text else None
    known = list(clients[:MOST_CLIENTS]) if clients is not None else []
    if (chosen := _chosen(params, membership, staff)) is not None and chosen not in known:
        known.insert(0, chosen)
    initial: dict[str, Any] = {"client": chosen.pk if chosen else None}
    digits = any(letter.isdecimal() for letter in text)
    initial |= {"phone" if digits else "name": text}
    return ReceptionForm(data, known=known, country=membership.provider.country, initial=initial)


def _chosen(
    params: Mapping[str, str], membership: Membership, staff: Staff | None
) -> Client | None:
    try:
        number = read_number(params, "client")
    except InvalidInput:
        return None
    if number is None:
        return None
    mine = find_clients(membership.provider, "", staff=staff)
    if params.get("key"):  # a form that was sent: what is wrong with it is said there
        return mine.filter(pk=number).first()
    return get_object_or_404(mine, pk=number)


def _text(params: Mapping[str, str]) -> str:
    """Return the name or digits that were looked for; what no database takes is nobody's."""
    text = params.get("q", "").strip()[:100]
    if "\x00" in text:
        raise Http404
    return text
