"""Change what a business offers, with what has been booked of it in mind.

Existing appointments are never altered: not their time, their occupied range, their price. What
can still be sold follows the new facts, so each change takes the provider's lock.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from booking.domain.locking import lock_provider
from booking.models import Appointment, Session
from project.db import retry_on_conflict
from project.errors import NguvaError
from providers.domain.catalogue import refresh_search_text
from providers.domain.services import next_position
from providers.domain.slugs import free_service_slug
from providers.models import Provider, Resource, Service, Staff

EDITED = (
    *("category", "name", "description", "duration", "min_duration", "max_duration"),
    *("duration_step", "pricing", "price", "buffer_before", "buffer_after", "seats", "needs_staff"),
)
"""What editing a service writes: neither its place, its address, nor its picture."""


class StillNeeded(NguvaError):
    """A resource that bookings or services name cannot be deleted."""

    code = "still_needed"
    default = "This is still needed."


@retry_on_conflict
def save_service(
    service: Service,
    *,
    staff: Collection[Staff],
    resources: Collection[Resource],
    now: datetime,
) -> Service:
    """Write a new or changed service with who performs it and what it needs.

    A new one gets an address of its own and the last place; neither changes later. Somebody
    archived who performed it still does once they are back. Where nobody is needed, nobody
    performs it.
    """
    with transaction.atomic():
        provider = lock_provider(service.provider_id)
        if not service.pk:
            service.slug = free_service_slug(provider, service.name)
            service.position = next_position(provider)
            service.save()
        else:
            service.save(update_fields=EDITED)
        service.staff.set(_performers(service, staff) if service.needs_staff else [])
        service.resources.set(resources)
        fit_seats(service, now=now)
        refresh_search_text(provider)
        return service


@retry_on_conflict
def archive_service(service: Service, *, now: datetime) -> int:
    """Take a service off the page; return how many coming appointments of it are kept."""
    with transaction.atomic():
        _set_active(service, active=False)
        return coming_by_service(service.provider, now=now).get(service.pk, 0)


@retry_on_conflict
def restore_service(service: Service) -> None:
    """Put an archived service back on the page."""
    with transaction.atomic():
        _set_active(service, active=True)


@retry_on_conflict
def save_resource(resource: Resource, *, now: datetime) -> Resource:
    """Write a new or changed resource; what is booked stays, even where it no longer fits."""
    with transaction.atomic():
        lock_provider(resource.provider_id)
        resource.save()
        for service in Service.objects.filter(resources=resource, seats__gt=1):
            fit_seats(service, now=now)
        return resource


@retry_on_conflict
def delete_resource(resource: Resource) -> None:
    """Delete a resource that nothing names. Raises ``StillNeeded``."""
    with transaction.atomic():
        lock_provider(resource.provider_id)
        if Session.objects.filter(resources=resource).exists():
            raise StillNeeded(
                f"Bookings name {resource.name}, so it stays. Say that it is not available."
            )
        names = list(Service.objects.filter(resources=resource).values_list("name", flat=True))
        if names:
            raise StillNeeded(f"{', '.join(names)} needs {resource.name}. Change that first.")
        resource.delete()


@retry_on_conflict
def refit_seats(service: Service, *, now: datetime) -> None:
    """Fit the seats of a service that was written by other means than ``save_service``."""
    with transaction.atomic():
        lock_provider(service.provider_id)
        fit_seats(service, now=now)


def fit_seats(service: Service, *, now: datetime) -> None:
    """Let coming sessions of a class sell what ``service`` and its resources hold by now.

    Seats that are sold stay sold; with fewer than that nobody else gets one. Sessions of one seat
    were opened for one party, whatever its size, and stay as they are. The caller holds the
    provider's lock.
    """
    if not service.is_class:
        return
    sessions = (
        Session.objects.active()
        .filter(provider=service.provider_id, service=service, occupied_from__gt=now, seats__gt=1)
        .prefetch_related("resources")
    )
    changed = []
    for session in sessions:
        holds = [service.seats, *(each.capacity for each in session.resources.all())]
        seats = max(session.seats_taken, min(holds))
        if seats != session.seats:
            session.seats = seats
            changed.append(session)
    Session.objects.bulk_update(changed, ["seats"], batch_size=500)


def coming_by_service(provider: Provider, *, now: datetime) -> dict[int, int]:
    """Return how many coming appointments each service has, by its id; none are left out."""
    coming = Appointment.objects.for_provider(provider).upcoming(now).order_by()
    counted = coming.values("service").annotate(number=Count("pk"))
    return dict(counted.values_list("service", "number"))


def _performers(service: Service, staff: Collection[Staff]) -> list[Staff]:
    return [*staff, *service.staff.filter(active=False)]


def _set_active(service: Service, *, active: bool) -> None:
    provider = lock_provider(service.provider_id)
    service.active = active
    service.save(update_fields=["active"])
    refresh_search_text(provider)
