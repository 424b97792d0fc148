"""The door to the provider's pages: who comes in, and what they may fetch.

Everything that is not theirs answers 404, so that nobody learns what exists.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from project.access import declare, private
from project.htmx import MemberRequest
from providers.domain.access import Membership, memberships

View = Callable[..., HttpResponse]
LISTS = {"pending": "Requests", "confirmed": "Coming", "past": "Past"}
"""The lists of appointments, by their name in addresses."""


class Tab(NamedTuple):
    """One of the business's pages, as its navigation shows it."""

    label: str
    url: str
    current: bool


class BusinessRequest(MemberRequest):
    """A request by somebody of a business: all their places, and the one this page is about."""

    memberships: list[Membership]
    membership: Membership


def person(view: View) -> Callable[..., HttpResponseBase]:
    """Open to everybody who is logged in; sets ``request.memberships``, which may be empty."""

    @wraps(view)
    def met(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.memberships = memberships(request.user)
        return view(request, *args, **kwargs)

    return declare(private(login_required(met)), "provider")


def member(view: View) -> Callable[..., HttpResponseBase]:
    """Open to the owner and the active staff of at least one business; 404 for everybody else.

    Sets ``request.memberships`` and ``request.membership``.
    """

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        enter(request)
        return view(request, *args, **kwargs)

    return person(entered)


def enter(request: BusinessRequest) -> None:
    """Set ``request.membership``: the business that ``?business=<slug>`` names, else the first.

    Raises ``Http404`` for a slug that is not one of theirs, and for people without a business.
    """
    slug = request.GET.get("business")
    for place in request.memberships:
        if slug is None or place.provider.slug == slug:
            request.membership = place
            return
    raise Http404


def appointments_of(membership: Membership) -> AppointmentQuerySet:
    """Return what this person may see of the business, with the names that lists show."""
    return Appointment.objects.with_names().filter(_visible([membership]))


def get_appointment(request: BusinessRequest, appointment_id: int) -> Appointment:
    """Return the appointment if the person may see and change it; raise ``Http404`` otherwise.

    It makes the appointment's business the one that the page is about, whichever was chosen.
    """
    visible = Appointment.objects.with_names().filter(_visible(request.memberships))
    appointment = get_object_or_404(visible, pk=appointment_id)
    for place in request.memberships:
        if place.provider.pk == appointment.provider_id:
            request.membership = place
            return appointment
    raise Http404


def business_context(request: BusinessRequest, *, here: str = "") -> dict[str, Any]:
    """Return what every page of a business shows around its content; ``here`` is its own tab."""
    provider = request.membership.provider
    chosen = {"business": provider.slug} if len(request.memberships) > 1 else {}
    listing = reverse("provider_appointments")
    tabs = [Tab("Today", _address(reverse("provider_dashboard"), chosen), here == "today")]
    tabs += [
        Tab(label, _address(listing, {"status": slug} | chosen), here == slug)
        for slug, label in LISTS.items()
    ]
    return {
        "nav_here": "provider",
        "membership": request.membership,
        "memberships": request.memberships,
        "provider": provider,
        "zone": provider.timezone,
        "tabs": tabs,
    }


def _address(path: str, params: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(params)}" if params else path


def _visible(places: Sequence[Membership]) -> Q:
    visible = Q(provider__in=[place.provider.pk for place in places if place.sees_all])
    for place in places:
        if place.staff and not place.sees_all:
            visible |= Q(provider=place.provider, staff=place.staff)
    return visible
