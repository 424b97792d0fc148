"""What a business offers: the order of its services, their addresses, and what stands in their way.

Durations are minutes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.db import transaction
from django.db.models import QuerySet

from project.db import retry_on_conflict
from providers.domain.locking import lock_provider
from providers.models import Provider, Resource, Service, Staff, WeeklyHours


@dataclass(frozen=True, slots=True)
class Snag:
    """Why a service cannot be booked, or not as it says; ``code`` is stable for programs."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretches:
    """How long people work in one go, at most, in a usual week."""

    by_person: Mapping[int | None, int]
    """In minutes by staff id; ``None`` is the business itself."""

    @classmethod
    def of(cls, provider: Provider) -> Self:
        """Read the weekly hours of the business and its people. One query."""
        longest: dict[int | None, int] = {}
        hours = WeeklyHours.objects.filter(provider=provider).order_by()
        for whose, start, end in hours.values_list("staff_id", "start_minute", "end_minute"):
            longest[whose] = max(longest.get(whose, 0), end - start)
        return cls(longest)

    def longest(self, service: Service) -> int:
        """Return the longest stretch in which ``service`` could be performed; 0 for none."""
        if not service.needs_staff:
            return self.by_person.get(None, 0)
        return max(map(self._of_person, _performers(service)), default=0)

    def _of_person(self, person: Staff) -> int:
        return self.by_person.get(person.pk if person.own_hours else None, 0)


def offered(provider: Provider) -> QuerySet[Service]:
    """Return the services in their order, with all that ``find_snags`` reads. Three queries."""
    return provider.services.select_related("category").prefetch_related("staff", "resources")


def find_snags(service: Service, stretches: Stretches) -> list[Snag]:
    """Return what keeps an active service from being booked as it says; nothing for archived ones.

    It reads what ``offered`` prefetches.
    """
    if not service.active:
        return []
    resources = list(service.resources.all())
    people = _missing_people(service, resources)
    return [
        *people,
        *_missing_resources(resources),
        *_too_many_seats(service, resources),
        *([] if people else _too_long(service, stretches)),
    ]


def next_position(provider: Provider) -> int:
    """Return the place after the last service."""
    last = Service.objects.filter(provider=provider).order_by("-position").first()
    return last.position + 1 if last else 0


@retry_on_conflict
def shift_service(service: Service, *, by: int) -> None:
    """Move an active service ``by`` places among the active ones: -1 is up, 1 is down.

    The first stays first and the last stays last. Rows that shared a place get one each.
    """
    with transaction.atomic():
        lock_provider(service.provider_id)
        rows = list(Service.objects.active().filter(provider=service.provider_id))
        here = next((index for index, row in enumerate(rows) if row.pk == service.pk), None)
        if here is None:
            return
        moved = rows.pop(here)
        rows.insert(min(max(here + by, 0), len(rows)), moved)
        changed = [row for place, row in enumerate(rows) if _place(row, place)]
        Service.objects.bulk_update(changed, ["position"])


def _place(service: Service, position: int) -> bool:
    """Set the position on the instance; whether that changed it."""
    before, service.position = service.position, position
    return before != position


def _performers(service: Service) -> list[Staff]:
    return [person for person in service.staff.all() if person.active]


def _missing_people(service: Service, resources: Sequence[Resource]) -> list[Snag]:
    if service.needs_staff and not _performers(service):
        return [Snag("nobody", "Nobody performs it, so it cannot be booked. Choose who does.")]
    if not service.needs_staff and not resources:
        text = "It needs neither a person nor a resource, so it cannot be booked. Choose one."
        return [Snag("nothing", text)]
    return []


def _missing_resources(resources: Iterable[Resource]) -> list[Snag]:
    return [
        Snag("resource", f"{each.name} is not available, so it cannot be booked.")
        for each in resources
        if not each.available
    ]


def _too_many_seats(service: Service, resources: Iterable[Resource]) -> list[Snag]:
    if not service.is_class:
        return []
    return [
        Snag(
            "seats",
            f"It has {service.seats} seats, but {each.name} holds {each.capacity}: "
            f"only {each.capacity} can be sold.",
        )
        for each in resources
        if each.capacity < service.seats
    ]


def _too_long(service: Service, stretches: Stretches) -> list[Snag]:
    longest = stretches.longest(service)
    if longest == 0:
        who = "whoever performs it" if service.needs_staff else "the business"
        return [Snag("hours", f"There are no working hours for {who}, so it cannot be booked.")]
    whole = "any working day, or any part of a day between breaks"
    if service.durations[0] > longest:
        return [Snag("duration", f"It is longer than {whole}, so it cannot be booked.")]
    if service.durations[-1] > longest:
        return [Snag("duration", f"Its longest choices are longer than {whole}.")]
    return []
