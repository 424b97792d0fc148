"""Take a slot: hold it, ask who comes, book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking.availability import Slot
from booking.domain.actors import Actor
from booking.domain.booking import book
from booking.domain.errors import (
    ClientBlocked,
    IdempotencyMismatch,
    PriceChanged,
    SlotUnavailable,
    TooManyHolds,
)
from booking.domain.free_time import Ask, check_instant, load_around
from booking.domain.holds import release_hold, take_hold
from booking.domain.pricing import price_of
from booking.domain.refusals import ALTERNATIVE_DAYS
from booking.forms import NotesForm, details_form
from booking.models import Appointment, Hold
from booking.views.answers import keep_private, see_other
from booking.views.asking import plain_ask, read_ask, read_start
from booking.views.choosing import keep_ask
from booking.views.grid import Wish
from booking.views.limits import count_hold, network_of, slow_down, too_many_holds
from booking.views.lookup import find_service, logged_in
from booking.views.shown import Shown
from booking.visitor import new_visitor, read_visitor, remember_visitor
from booking.words import say_price, say_time, say_when
from customers.models import User
from project import clock
from project.access import public
from project.errors import InvalidInput, NguvaError
from project.htmx import PageRequest
from providers.models import Service

TYPED = ("name", "email", "phone", "notes")


@dataclass(frozen=True, slots=True)
class Alternative:
    """A free time as a button: ``value`` is sent, ``when`` is read."""

    value: str
    when: str


@public
@require_POST
def hold_create(request: PageRequest, slug: str, service: str) -> HttpResponse:
    """Keep a slot for this visitor and ask for the details."""
    now = clock.now()
    found = find_service(slug, service)
    network = network_of(request)
    if (refusal := too_many_holds(request, network)) is not None:
        return refusal
    visitor = read_visitor(request) or new_visitor()
    ask, start = plain_ask(found), None
    try:
        ask = read_ask(request.POST, found)
        start = check_instant(read_start(request.POST), now=now)
        hold = take_hold(ask, start=start, visitor=visitor, network=network, now=now)
    except TooManyHolds as error:
        return slow_down(request, seconds=ceil((error.until - now).total_seconds()))
    except InvalidInput as error:
        response = _refusal(request, ask, error, now=now, status=400)
    except SlotUnavailable as error:
        response = _refusal(request, ask, error, now=now, start=start)
    else:
        count_hold(network)
        response = see_other(reverse("booking_details", args=[slug, service, hold.token]))
        if "typed" in request.POST:
            response = _page(request, ask, now=now, hold=hold, form=_retyped(request, found))
    remember_visitor(response, visitor)
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
def booking_details(request: PageRequest, slug: str, service: str, token: str) -> HttpResponse:
    """Ask who comes, and book."""
    now = clock.now()
    visitor = read_visitor(request)
    if request.method == "POST":
        found = find_service(slug, service, people=False)
        return _book(request, found, token=token, visitor=visitor, now=now)
    found = find_service(slug, service)
    hold = Hold.objects.filter(token=token, service=found).select_related("staff").first()
    if hold is None:
        return _gone(request, found, now=now)
    if hold.visitor != visitor:
        raise Http404
    ask = _held_ask(hold, found)
    form = details_form(logged_in(request), country=found.provider.country)
    if hold.expires_at <= now:
        return _over(request, ask, hold.start, form, now=now, visitor=visitor)
    return _page(request, ask, now=now, hold=hold, form=form)


@public
@require_POST
def hold_release(request: PageRequest, slug: str, service: str, token: str) -> HttpResponse:
    """Give the hold up and go back to the grid; a repeat is harmless."""
    found = find_service(slug, service)
    visitor = read_visitor(request)
    hold = Hold.objects.filter(token=token, service=found, visitor=visitor).first()
    if hold is None:
        return see_other(reverse("booking", args=[slug, service]))
    release_hold(token=token, visitor=visitor)
    return see_other(_grid_url(_held_ask(hold, found), hold.start))


def _book(
    request: PageRequest, service: Service, *, token: str, visitor: str, now: datetime
) -> HttpResponse:
    """Book what the form showed, or say why not with all that was typed."""
    shown = Shown.read(request.POST.get("shown", ""))
    if shown is None or (shown.token, shown.service) != (token, service.pk):
        raise Http404
    if not visitor or shown.visitor != visitor:
        raise Http404
    user = logged_in(request)
    form = details_form(user, data=request.POST, country=service.provider.country)
    ask = shown.ask(service)
    try:
        if not form.is_valid():
            return _again(request, ask, shown, form, now=now, status=422)
        made = _commit(ask, shown, form, user=user, now=now)
    except PriceChanged:
        ask = shown.ask(find_service(service.provider.slug, service.slug))
        return _again(request, ask, shown, form, now=now, status=409)
    except SlotUnavailable as error:
        start = shown.starts_at
        return _over(request, ask, start, form, now=now, visitor=visitor, error=error)
    except ClientBlocked as error:
        form.add_error(None, error.message)
        return _again(request, ask, shown, form, now=now, status=422)
    except IdempotencyMismatch:
        raise Http404 from None  # we signed both, so this is nothing that a browser of ours sends
    except InvalidInput as error:
        return _refusal(request, ask, error, now=now, start=shown.starts_at, form=form)
    return see_other(f"{made.get_absolute_url()}?booked=1")


def _commit(
    ask: Ask, shown: Shown, form: NotesForm, *, user: User | None, now: datetime
) -> Appointment:
    return book(
        ask,
        start=shown.starts_at,
        by=Actor.customer(user) if user else Actor.guest(),
        now=now,
        customer=user,
        contact=form.contact(),
        notes=form.cleaned_data["notes"],
        idempotency_key=shown.idempotency_key,
        visitor=shown.visitor,
        hold=shown.as_hold(),
        price=shown.agreed,
    )


def _page(
    request: PageRequest,
    ask: Ask,
    *,
    now: datetime,
    hold: Hold,
    form: NotesForm,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show what is held and ask for the rest."""
    shown = Shown.of(hold, ask.service)
    context = _describe(ask, hold.start, now=now) | {
        "changed": changed,
        "form": form,
        "hold": hold,
        "shown": shown.sign(),
        "staff": hold.staff,
    }
    return keep_private(render(request, "booking/details.html", context, status=status))


def _again(
    request: PageRequest, ask: Ask, shown: Shown, form: NotesForm, *, now: datetime, status: int
) -> HttpResponse:
    """Show the form once more with what was typed, while the hold lives."""
    held = Hold.objects.live(now).filter(pk=shown.hold, visitor=shown.visitor)
    hold = held.select_related("staff").first()
    if hold is None:
        made = Appointment.objects.filter(idempotency_key=shown.idempotency_key).first()
        if made is not None:  # the first answer was lost on its way
            return see_other(f"{made.get_absolute_url()}?booked=1")
        return _over(request, ask, shown.starts_at, form, now=now, visitor=shown.visitor)
    changed = status == 409  # noqa: PLR2004  (Conflict)
    return _page(request, ask, now=now, hold=hold, form=form, changed=changed, status=status)


def _over(
    request: PageRequest,
    ask: Ask,
    start: datetime,
    form: NotesForm,
    *,
    now: datetime,
    visitor: str,
    error: SlotUnavailable | None = None,
) -> HttpResponse:
    """Say that the time is no longer kept; the same time comes first where it is still free."""
    if error is None or not error.alternatives:
        free = load_around(ask, start, now=now, days=ALTERNATIVE_DAYS, visitor=visitor)
        message = "We no longer keep this time for you."
        if free.slot(start) is not None:
            message = "We no longer keep this time for you, but it is still free."
        nearby = free.alternatives(start)
        error = SlotUnavailable(message, alternatives=nearby)
    return _refusal(request, ask, error, now=now, start=start, form=form)


def _refusal(
    request: PageRequest,
    ask: Ask,
    error: NguvaError,
    *,
    now: datetime,
    start: datetime | None = None,
    form: NotesForm | None = None,
    status: int = 409,
) -> HttpResponse:
    """Say why not, with what is possible instead as buttons that carry everything chosen."""
    if form is None and "typed" in request.POST:
        form = _retyped(request, ask.service)
    slots = error.alternatives if isinstance(error, SlotUnavailable) else []
    context = _describe(ask, start, now=now) | {
        "alternatives": _alternatives(ask, slots, now=now),
        "error": error,
        "form": form,
        "status": status,
    }
    return keep_private(render(request, "booking/refused.html", context, status=status))


def _retyped(request: PageRequest, service: Service) -> NotesForm:
    """Return the form with what was typed, without complaints: it was not sent to be booked."""
    initial = {name: request.POST[name] for name in TYPED if name in request.POST}
    country = service.provider.country
    return details_form(logged_in(request), initial=initial, country=country)


def _describe(ask: Ask, start: datetime | None, *, now: datetime) -> dict[str, Any]:
    """Return in words what is being booked."""
    service, provider = ask.service, ask.service.provider
    price = price_of(service=service, duration=ask.duration, party_size=ask.party_size)
    end = None if start is None else start.timestamp() + ask.duration * 60
    return {
        "ask": ask,
        "grid_url": _grid_url(ask, start),
        "hold_url": reverse("hold_create", args=[provider.slug, service.slug]),
        "price": say_price(price, provider.currency),
        "provider": provider,
        "service": service,
        "start": start,
        "until": say_time(datetime.fromtimestamp(end, provider.tz), provider.tz) if end else "",
        "when": say_when(start, provider.tz, now=now) if start else "",
    }


def _alternatives(ask: Ask, slots: list[Slot], *, now: datetime) -> list[Alternative]:
    zone = ask.service.provider.tz
    return [
        Alternative(f"{slot.start:%Y-%m-%dT%H:%MZ}", say_when(slot.start, zone, now=now))
        for slot in slots
    ]


def _held_ask(hold: Hold, service: Service) -> Ask:
    """Return what ``hold`` is for, as it was held, whatever the service offers by now."""
    return Ask(
        service=service,
        staff=None if hold.anyone else hold.staff,
        duration=hold.duration,
        party_size=hold.party_size,
    )


def _gone(request: PageRequest, service: Service, *, now: datetime) -> HttpResponse:
    """Answer for a hold that is no more: it was booked, given up, or cleared away."""
    error = NguvaError(
        "We no longer keep this time for you. If you have booked it, all is well: "
        "open your booking by the link you were given."
    )
    return _refusal(request, plain_ask(service), error, now=now, status=410)


def _grid_url(ask: Ask, start: datetime | None) -> str:
    provider = ask.service.provider
    path = reverse("booking", args=[provider.slug, ask.service.slug])
    day = start.astimezone(provider.tz).date() if start else None
    keep: Mapping[str, str] = keep_ask(ask)
    return Wish(path=path, keep=keep, view="week", date=day).url()
