"""Fetch what a public address names, or answer 404."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import Http404

from customers.models import User
from project.htmx import PageRequest
from project.prepared import Prepared
from providers.models import Provider, Resource, Service, Staff

Row = TypeVar("Row", bound=Model)


def find_service(provider_slug: str, slug: str) -> Service:
    """Return a bookable service with its provider, staff and resources.

    Two queries, and one more when it needs resources: what it does not need is not asked for.
    """
    rows = SERVICE.rows(provider=provider_slug, service=slug)
    if not rows:
        raise Http404
    (row,) = rows
    split = len(_columns(Service))
    service = _instance(Service, row[:split])
    service.provider = _instance(Provider, row[split:-1])
    prefetch_people(service, uses_resources=bool(row[-1]))
    return service


def prefetch_people(service: Service, *, uses_resources: bool = True) -> None:
    """Load the staff and resources of ``service`` where it has any: at most two queries."""
    staff = STAFF.rows(service=service.pk) if service.needs_staff else []
    resources = RESOURCES.rows(service=service.pk) if uses_resources else []
    # As prefetch_related does it, which takes several times as long as the query.
    service._prefetched_objects_cache = {  # type: ignore[attr-defined]  # noqa: SLF001
        "staff": _known(Staff, staff),
        "resources": _known(Resource, resources),
    }


def logged_in(request: PageRequest) -> User | None:
    """Return the person who is logged in, if any."""
    return request.user if isinstance(request.user, User) else None


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _instance(model: type[Row], row: Sequence[Any]) -> Row:
    return model.from_db(connection.alias, _columns(model), row)


def _known(model: type[Row], rows: Sequence[Sequence[Any]]) -> QuerySet[Row]:
    """Return a queryset of ``model`` that has been fetched already."""
    found = model._default_manager.all()
    found._result_cache = [_instance(model, row) for row in rows]  # noqa: SLF001
    return found


def _service_query(*, provider: str, service: str) -> QuerySet[Any, tuple[Any, ...]]:
    needs = Service.resources.through.objects.filter(service=OuterRef("pk"))
    return (
        Service.objects.bookable()
        .addressed(provider, service)
        .order_by()
        .values_list(
            *_columns(Service),
            *(f"provider__{name}" for name in _columns(Provider)),
            Exists(needs),
        )
    )


def _staff_query(*, service: int) -> QuerySet[Any, tuple[Any, ...]]:
    return Staff.objects.performing(service).values_list(*_columns(Staff))


def _resource_query(*, service: int) -> QuerySet[Any, tuple[Any, ...]]:
    return Resource.objects.filter(services=service).values_list(*_columns(Resource))


SERVICE = Prepared(_service_query)
STAFF = Prepared(_staff_query)
RESOURCES = Prepared(_resource_query)
