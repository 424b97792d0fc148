"""Fetch what a public address names, or answer 404."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from booking.domain.offers import columns, instance, needs_resources, prefetch_people
from customers.models import User
from project.htmx import PageRequest
from project.prepared import Prepared
from providers.models import Provider, Service


def find_service(provider_slug: str, slug: str, *, people: bool = True) -> Service:
    """Return a bookable service with its provider, staff and resources.

    Two queries, and one more when it needs resources: what it does not need is not asked for. One
    without ``people``: then staff and resources are left to whoever asks for them.
    """
    rows = SERVICE.rows(provider=provider_slug, service=slug)
    if not rows:
        raise Http404
    (row,) = rows
    split = len(columns(Service))
    service = instance(Service, row[:split])
    service.provider = instance(Provider, row[split:-1])
    if people:
        prefetch_people(service, uses_resources=bool(row[-1]))
    return service


def logged_in(request: PageRequest) -> User | None:
    """Return the person who is logged in, if any."""
    return request.user if isinstance(request.user, User) else None


def _service_query(*, provider: str, service: str) -> QuerySet[Any, tuple[Any, ...]]:
    return (
        Service.objects.bookable()
        .addressed(provider, service)
        .order_by()
        .values_list(
            *columns(Service),
            *(f"provider__{name}" for name in columns(Provider)),
            needs_resources(),
        )
    )


SERVICE = Prepared(_service_query)
