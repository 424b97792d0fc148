"""Fetch what a public address names, or answer 404."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.shortcuts import get_object_or_404

from customers.models import User
from project.htmx import PageRequest
from providers.models import Provider, Resource, Service, Staff


def find_provider(slug: str, providers: QuerySet[Provider] | None = None) -> Provider:
    """Return a provider that everybody may see."""
    found = Provider.objects.all() if providers is None else providers
    return get_object_or_404(found, slug=slug, approved=True, published=True)


def find_service(provider_slug: str, slug: str) -> Service:
    """Return a bookable service with its provider, staff and resources.

    Two queries, and one more when it needs resources: what it does not need is not asked for.
    """
    resources = Service.resources.through.objects.filter(service=OuterRef("pk"))
    service = get_object_or_404(
        Service.objects.active()
        .annotate(uses_resources=Exists(resources))
        .select_related("provider"),
        slug=slug,
        provider__slug=provider_slug,
        provider__approved=True,
        provider__published=True,
    )
    prefetch_people(service, uses_resources=vars(service)["uses_resources"])
    return service


def prefetch_people(service: Service, *, uses_resources: bool = True) -> None:
    """Load the staff and resources of ``service`` where it has any: at most two queries."""
    staff = Staff.objects.all() if service.needs_staff else Staff.objects.none()
    resources = Resource.objects.all() if uses_resources else Resource.objects.none()
    prefetch_related_objects([service], Prefetch("staff", staff), Prefetch("resources", resources))


def logged_in(request: PageRequest) -> User | None:
    """Return the person who is logged in, if any."""
    return request.user if isinstance(request.user, User) else None
