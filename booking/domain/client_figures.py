"""What a business's clients amount to: visits, no-shows, spending, the last visit and the next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, Max, Min, Q, QuerySet, Sum

from booking.models import Appointment, Client, Status
from booking.models.appointment import ACTIVE
from providers.models import Provider

COMPLETED = Q(status=Status.COMPLETED)
NO_SHOW = Q(status=Status.NO_SHOW)

SORTS = {"name": "Name", "last": "Last visit", "visits": "Most visits"}
"""How a list of clients can be sorted, by the word in addresses."""


@dataclass(slots=True)
class Figures:
    """One client's. ``visits`` are the completed ones, and ``spend`` is what those cost.

    ``last`` is the start of the latest that took place, or was to; ``next`` of the first to come.
    """

    visits: int = 0
    no_shows: int = 0
    last: datetime | None = None
    next: datetime | None = None
    spend: dict[str, Decimal] = field(default_factory=dict)


def figures_of(clients: Iterable[Client], *, now: datetime) -> dict[int, Figures]:
    """Return the figures of each client by its id, in one query."""
    found = {client.pk: Figures() for client in clients}
    rows = (
        Appointment.objects.filter(client__in=list(found))
        .order_by()
        .values_list("client", "currency")
        .annotate(
            visits=Count("pk", filter=COMPLETED),
            no_shows=Count("pk", filter=NO_SHOW),
            spend=Sum("price", filter=COMPLETED),
            last=Max("start", filter=_came(now)),
            next=Min("start", filter=Q(status__in=ACTIVE, start__gt=now)),
        )
    )
    for client, currency, visits, no_shows, spend, last, following in rows:
        one = found[client]
        one.visits += visits
        one.no_shows += no_shows
        one.last = max(filter(None, (one.last, last)), default=None)
        one.next = min(filter(None, (one.next, following)), default=None)
        if spend:
            one.spend[currency] = spend
    return found


def sort_clients(
    clients: QuerySet[Client], sort: str, *, provider: Provider, now: datetime
) -> QuerySet[Client]:
    """Put clients of ``provider`` in the order called ``sort``, one of ``SORTS``."""
    if sort == "name":
        return clients.order_by("name", "pk")
    # Saying whose they are twice keeps the database to the appointments of this business.
    theirs = FilteredRelation("appointments", condition=Q(appointments__provider=provider))
    clients = clients.annotate(booked=theirs)
    if sort == "last":
        came = Max("booked__start", filter=_came(now, "booked__"))
        order = F("sort_key").desc(nulls_last=True)
        return clients.annotate(sort_key=came).order_by(order, "name", "pk")
    visits = Count("booked", filter=Q(booked__status=Status.COMPLETED))
    return clients.annotate(sort_key=visits).order_by("-sort_key", "name", "pk")


def _came(now: datetime, prefix: str = "") -> Q:
    """Return the condition of an appointment that took place, said or not."""
    begun = Q(**{f"{prefix}status": Status.CONFIRMED, f"{prefix}start__lte": now})
    return Q(**{f"{prefix}status": Status.COMPLETED}) | begun
