"""The door to the provider's pages: who comes in, and what they may fetch.

Everything that is not theirs answers 404, so that nobody learns what exists.
"""

from collections.abc import Callable, Sequence
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
from providers.domain.access import Membership, Role, memberships

View = Callable[..., HttpResponse]
TABS = (
    ("provider_dashboard", "Today", True),
    ("provider_calendar", "Calendar", True),
    ("provider_appointments", "Bookings", True),
    ("provider_clients", "Clients", False),
    ("provider_business", "Business", True),
)
"""The main pages: the name of their address, their label, and whether staff have them too."""


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


def manager(view: View) -> Callable[..., HttpResponseBase]:
    """Open to those who see the whole business: its owner and managers; 404 for everybody else."""

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.membership.sees_all:
            raise Http404
        return view(request, *args, **kwargs)

    return member(entered)


def owner(view: View) -> Callable[..., HttpResponseBase]:
    """Open to the owner of the business alone; 404 for everybody else."""

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.membership.role is not Role.OWNER:
            raise Http404
        return view(request, *args, **kwargs)

    return member(entered)


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
    """Return what every page of a business shows around its content; ``here`` names its tab."""
    provider = request.membership.provider
    tabs = [
        Tab(label, address(request, name), name == here)
        for name, label, for_staff in TABS
        if for_staff or request.membership.sees_all
    ]
    return {
        "nav_here": "provider",
        "membership": request.membership,
        "memberships": request.memberships,
        "provider": provider,
        "zone": provider.timezone,
        "tabs": tabs,
        "business_query": business_query(request),
    }


def address(request: BusinessRequest, name: str, *args: object, **params: str) -> str:
    """Return the address of the page called ``name``, about the same business as this request."""
    path = reverse(name, args=args)
    several = len(request.memberships) > 1
    query = params | ({"business": request.membership.provider.slug} if several else {})
    return f"{path}?{urlencode(query)}" if query else path


def business_query(request: BusinessRequest) -> str:
    """Return what links must add to stay with this business: nothing for people with one."""
    if len(request.memberships) < 2:  # noqa: PLR2004 - nothing to choose
        return ""
    return f"?{urlencode({'business': request.membership.provider.slug})}"


def _visible(places: Sequence[Membership]) -> Q:
    visible = Q(provider__in=[place.provider.pk for place in places if place.sees_all])
    for place in places:
        if place.staff and not place.sees_all:
            visible |= Q(provider=place.provider, staff=place.staff)
    return visible
