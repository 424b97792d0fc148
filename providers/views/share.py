"""What a business hands out so that it is found: links, QR codes, texts, a page to embed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import segno
from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.views.decorators.http import require_safe

from booking.domain.free_time import Ask, load_free_time
from booking.status_text import share_by_whatsapp, week_text
from project import clock
from providers.domain.short_links import code_of, short_url
from providers.models import Provider, Service, Staff
from providers.views.access import BusinessRequest, address, business_context, manager

Thing = Provider | Service | Staff
DAYS = 7
QUIET_ZONE = 4
"""Empty modules around a QR code, which readers need (ISO/IEC 18004, 9.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A short link with all that is made of it."""

    code: str
    title: str
    url: str
    whatsapp: str
    qr: str
    poster: str


@manager
@require_safe
def share(request: BusinessRequest) -> HttpResponse:
    """Show everything there is to hand out; ``?service=`` chooses whose free times are told."""
    provider = request.membership.provider
    services, people = _services(provider), _people(provider)
    chosen = _choose(services, request.GET.get("service", ""))
    text = _free_times(chosen, now=clock.now()) if chosen else ""
    page = f"{settings.PUBLIC_URL}{provider.get_absolute_url()}"
    context = business_context(request) | {
        "chosen": chosen,
        "embed_url": f"{page}?embed=1",
        "free_times": text,
        "free_times_whatsapp": share_by_whatsapp(text) if text else "",
        "link": _link(request, provider),
        "links": [
            ("Services", [_link(request, each) for each in services]),
            ("People", [_link(request, each) for each in people]),
        ],
        "public": provider.is_listed,
        "services": services,
        "snippet": _snippet(provider, page),
    }
    return render(request, "providers/share.html", context)


@manager
@require_safe
def share_qr(request: BusinessRequest) -> HttpResponse:
    """Draw the QR code of the link that ``?link=`` names."""
    thing = _find(request)
    drawing = BytesIO()
    code = segno.make(short_url(code_of(thing)), error="m", micro=False)
    code.save(drawing, kind="svg", scale=8, border=QUIET_ZONE, dark="#000", light="#fff")
    return HttpResponse(drawing.getvalue(), content_type="image/svg+xml")


@manager
@require_safe
def share_poster(request: BusinessRequest) -> HttpResponse:
    """Show the QR code of one link as a page to print and put up."""
    thing = _find(request)
    context = business_context(request) | {"link": _link(request, thing), "thing": thing}
    return render(request, "providers/share_poster.html", context)


def _services(provider: Provider) -> list[Service]:
    found = Service.objects.active().filter(provider=provider)
    services = list(found.prefetch_related(Prefetch("staff", Staff.objects.active()), "resources"))
    for service in services:
        service.provider = provider
    return services


def _people(provider: Provider) -> list[Staff]:
    return list(Staff.objects.active().filter(provider=provider))


def _choose(services: Sequence[Service], slug: str) -> Service | None:
    """Return the service asked for, else the first."""
    first = services[0] if services else None
    return next((service for service in services if service.slug == slug), first)


def _free_times(service: Service, *, now: datetime) -> str:
    ask = Ask(service=service, staff=None, duration=service.duration, party_size=1)
    today = now.astimezone(service.provider.tz).date()
    free = load_free_time(ask, now=now, first=today, last=today + timedelta(days=DAYS - 1))
    return week_text(free, url=short_url(code_of(service)))


def _link(request: BusinessRequest, thing: Thing) -> Link:
    code, provider = code_of(thing), request.membership.provider
    url = short_url(code)
    title = thing.name if thing == provider else f"{thing.name}, {provider.name}"
    return Link(
        code=code,
        title=thing.name,
        url=url,
        whatsapp=share_by_whatsapp(f"{title}: see what is free and book\n{url}"),
        qr=address(request, "provider_share_qr", link=code),
        poster=address(request, "provider_share_poster", link=code),
    )


def _find(request: BusinessRequest) -> Thing:
    """Return what ``?link=`` names, of this business; itself when nothing is named."""
    provider = request.membership.provider
    wanted = request.GET.get("link", code_of(provider))
    things: list[Thing] = [provider, *_services(provider), *_people(provider)]
    for thing in things:
        if code_of(thing) == wanted:
            return thing
    raise Http404


def _snippet(provider: Provider, page: str) -> str:
    """Return the markup that other sites paste in: a frame, and a link for where frames are off."""
    name = escape(provider.name)
    return (
        f'<iframe src="{page}?embed=1" title="Book at {name}" width="100%" height="720" '
        f'loading="lazy"></iframe>\n<p><a href="{page}">Book at {name}</a></p>'
    )
