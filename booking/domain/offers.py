"""What a business offers: a service with its people and resources, in few and cheap queries.

Pages read it once to show it, and whoever takes time reads it again behind the lock.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, Model, OuterRef, QuerySet

from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import Ask, make_ask
from project.errors import InvalidInput
from project.prepared import Prepared
from providers.models import Provider, Resource, Service, Staff

Row = TypeVar("Row", bound=Model)

GONE = "This cannot be booked any more."


def as_offered(ask: Ask, *, provider: Provider, for_everybody: bool) -> Ask:
    """Return the same ask of the service as it is now, of the ``provider`` that was just locked.

    ``for_everybody`` asks that the business is open to all. Two queries, one more for resources.
    Raises ``SlotUnavailable`` when it is not offered any more, or not like this.
    """
    rows = AS_IT_IS.rows(service=ask.service.pk)
    if not rows or (for_everybody and not provider.is_listed):
        raise SlotUnavailable(GONE)
    service = instance(Service, rows[0][:-1])
    service.provider = provider
    prefetch_people(service, uses_resources=bool(rows[0][-1]))
    try:
        return make_ask(
            service=service,
            staff_id=ask.staff.pk if ask.staff else None,
            duration=ask.duration,
            party_size=ask.party_size,
        )
    except InvalidInput as error:
        raise SlotUnavailable(error.message) from None


def prefetch_people(service: Service, *, uses_resources: bool = True) -> None:
    """Load the staff and resources of ``service`` where it has any: at most two queries."""
    staff = STAFF.rows(service=service.pk) if service.needs_staff else []
    resources = RESOURCES.rows(service=service.pk) if uses_resources else []
    # As prefetch_related does it, which takes several times as long as the query.
    service._prefetched_objects_cache = {  # type: ignore[attr-defined]  # noqa: SLF001
        "staff": _known(Staff, staff),
        "resources": _known(Resource, resources),
    }


def columns(model: type[Model]) -> list[str]:
    """Return the names of all columns, in the order in which ``instance`` takes them."""
    return [field.attname for field in model._meta.concrete_fields]


def instance(model: type[Row], row: Sequence[Any]) -> Row:
    """Return the row as the model has it."""
    return model.from_db(connection.alias, columns(model), row)


def needs_resources() -> Exists:
    """Return the column that says whether a service uses resources."""
    return Exists(Service.resources.through.objects.filter(service=OuterRef("pk")))


def _known(model: type[Row], rows: Sequence[Sequence[Any]]) -> QuerySet[Row]:
    """Return a queryset of ``model`` that has been fetched already."""
    found = model._default_manager.all()
    found._result_cache = [instance(model, row) for row in rows]  # noqa: SLF001
    return found


def _service_query(*, service: int) -> QuerySet[Any, tuple[Any, ...]]:
    found = Service.objects.active().filter(pk=service).order_by()
    return found.values_list(*columns(Service), needs_resources())


def _staff_query(*, service: int) -> QuerySet[Any, tuple[Any, ...]]:
    return Staff.objects.performing(service).values_list(*columns(Staff))


def _resource_query(*, service: int) -> QuerySet[Any, tuple[Any, ...]]:
    return Resource.objects.filter(services=service).values_list(*columns(Resource))


AS_IT_IS = Prepared(_service_query)
STAFF = Prepared(_staff_query)
RESOURCES = Prepared(_resource_query)
