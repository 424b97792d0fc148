"""Choose a time: the booking page with its live grid, and the way to the first free time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.domain.free_time import Ask, check_instant, load_free_time, max_party, performers
from booking.domain.pricing import price_of
from booking.preview import LinkPreview, link_preview
from booking.views.asking import (
    View,
    bookable_dates,
    plain_ask,
    read_ask,
    read_date,
    read_start,
    read_view,
)
from booking.views.embed import embeddable, is_embedded, keep_embed
from booking.views.grid import Wish, load_grid, respond_grid
from booking.views.lookup import find_service
from booking.views.moved import follow_moves
from booking.visitor import read_visitor
from booking.words import say_duration, say_price, say_when
from project import clock
from project.access import public
from project.errors import InvalidInput
from project.htmx import PageRequest, wants
from providers.models import Service

MOST_IN_A_LIST = 30
"""A party can be chosen from a list up to this size; above, its number is typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: a link (``url``) or an option (``value``)."""

    label: str
    value: str
    current: bool
    url: str = ""


class Wanted(NamedTuple):
    """What an address of the booking page asks for."""

    ask: Ask
    view: View
    day: date | None
    start: datetime | None
    problem: str


@public
@require_safe
@follow_moves
@embeddable
def booking(request: PageRequest, slug: str, service: str) -> HttpResponse:
    """Show the free times of a service; HTMX asks for the grid alone.

    ``?start=`` is a time that was chosen elsewhere: the page offers to go on with it.
    """
    now = clock.now()
    found = find_service(slug, service)
    ask, view, day, start, problem = _read_wanted(request, found, now=now)
    path = reverse("booking", args=[slug, service])
    wish = Wish(path=path, keep=keep_ask(ask) | keep_embed(request), view=view, date=day)
    first_url = Wish(
        path=reverse("first_free_time", args=[slug, service]), keep=wish.keep, view=view, date=None
    ).url()
    grid = load_grid(ask, wish, now=now, visitor=read_visitor(request), first_url=first_url)
    if wants(request, "grid") and not problem:
        return respond_grid(request, grid)
    today, last = bookable_dates(found.provider, now)
    context = {
        "ask": ask,
        "chosen": _describe_chosen(start, found, now=now),
        "embed": is_embedded(request),
        "grid": grid,
        "hold_url": reverse("hold_create", args=[slug, service]),
        "last": last,
        "preview": _preview(found, path),
        "problem": problem,
        "provider": found.provider,
        "service": found,
        "today": today,
        "view": view,
        **describe_choices(ask, wish),
    }
    return render(request, "booking/booking.html", context, status=400 if problem else 200)


@public
@require_safe
@embeddable
def first_free_time(request: PageRequest, slug: str, service: str) -> HttpResponse:
    """Find the earliest free time: HTMX gets a link to its day, a plain request is led there."""
    now = clock.now()
    found = find_service(slug, service)
    try:
        ask, view = read_ask(request.GET, found), read_view(request.GET)
    except InvalidInput:
        return redirect("booking", slug, service)
    today, last = bookable_dates(found.provider, now)
    free = load_free_time(ask, now=now, first=today, last=last, visitor=read_visitor(request))
    slot = free.next_slot()
    zone = found.provider.tz
    day = slot.start.astimezone(zone).date() if slot else None
    path = reverse("booking", args=[slug, service])
    keep = keep_ask(ask) | keep_embed(request)
    url = Wish(path=path, keep=keep, view=view, date=day).url()
    if wants(request, "first-free"):
        when = say_when(slot.start, zone, now=now) if slot else ""
        context = {"when": when, "url": url, "provider": found.provider}
        return render(request, "booking/_first_free.html", context)
    if slot is None:
        days = (last - today) // timedelta(days=1)
        messages.info(request, f"There is no free time in the next {days} days.")
    return redirect(url)


def _read_wanted(request: PageRequest, service: Service, *, now: datetime) -> Wanted:
    """Return what the address asks for; with a ``problem``, what a page shows all the same."""
    ask, view, day, start = plain_ask(service), read_view({}), None, None
    try:
        ask = read_ask(request.GET, service)
        view, day = read_view(request.GET), read_date(request.GET)
        start = _read_chosen(request, now=now)
    except InvalidInput as error:
        return Wanted(ask, view, day, start, error.message)
    if start and day is None:
        day = start.astimezone(service.provider.tz).date()
    return Wanted(ask, view, day, start, "")


def _read_chosen(request: PageRequest, *, now: datetime) -> datetime | None:
    """Return the time that a link or a page within another site has chosen, if any."""
    if is_embedded(request) or "start" not in request.GET:
        return None
    return check_instant(read_start(request.GET), now=now)


def _describe_chosen(start: datetime | None, service: Service, *, now: datetime) -> Choice | None:
    """Return the button for a time that was chosen elsewhere; pressing it tells if it is free."""
    if start is None:
        return None
    when = say_when(start, service.provider.tz, now=now)
    return Choice(label=when, value=f"{start:%Y-%m-%dT%H:%MZ}", current=True)


def _preview(service: Service, path: str) -> LinkPreview:
    provider = service.provider
    return link_preview(
        provider,
        title=f"{service.name} at {provider.name}",
        description=service.description or f"Free times in {provider.city}. Book in a minute.",
        path=path,
        picture=service.picture,
    )


def keep_ask(ask: Ask) -> dict[str, str]:
    """Return the parameters that ask for ``ask``, without what goes without saying."""
    keep = {}
    if ask.staff is not None:
        keep["staff"] = str(ask.staff.pk)
    if ask.duration != ask.service.duration:
        keep["duration"] = str(ask.duration)
    if ask.party_size != 1:
        keep["party"] = str(ask.party_size)
    return keep


def describe_choices(ask: Ask, wish: Wish) -> dict[str, Any]:
    """Return what can be chosen besides the time, each with the price that it leads to."""
    service, currency = ask.service, ask.service.provider.currency
    price = price_of(service=service, duration=ask.duration, party_size=ask.party_size)
    most = max_party(service)
    return {
        "durations": _durations(ask),
        "keep": wish.keep,
        "length": say_duration(ask.duration),
        "most": most,
        "parties": range(1, most + 1) if 1 < most <= MOST_IN_A_LIST else (),
        "people": staff_choices(service, wish, chosen=str(ask.staff.pk) if ask.staff else ""),
        "price": say_price(price, currency),
    }


def staff_choices(service: Service, wish: Wish, *, chosen: str, anyone: str = "") -> list[Choice]:
    """Return "Anyone" and who performs the service, as links; nothing where there is no choice.

    ``anyone`` is the value that stands for anyone in the address.
    """
    people = sorted(performers(service), key=lambda person: (person.position, person.pk))
    if len(people) <= 1:
        return []
    options = [("Anyone", anyone), *((person.name, str(person.pk)) for person in people)]
    others = {name: value for name, value in wish.keep.items() if name != "staff"}
    return [
        Choice(
            label=name,
            value=value,
            current=value == chosen,
            url=Wish(
                path=wish.path,
                keep=({"staff": value} if value else {}) | others,
                view=wish.view,
                date=wish.date,
            ).url(),
        )
        for name, value in options
    ]


def _durations(ask: Ask) -> list[Choice]:
    service, currency = ask.service, ask.service.provider.currency
    if len(service.durations) <= 1:
        return []
    return [
        Choice(
            label=f"{say_duration(minutes)}, {say_price(price, currency)}",
            value=str(minutes),
            current=minutes == ask.duration,
        )
        for minutes in service.durations
        for price in [price_of(service=service, duration=minutes, party_size=ask.party_size)]
    ]
