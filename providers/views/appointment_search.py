"""What a list of appointments is narrowed to: read from its address, and kept in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import Http404

from booking.domain.clients import find_clients, matches
from booking.models import Client, Status
from booking.models.appointment import AppointmentQuerySet
from booking.words import one_line
from project.numbers import parse_number
from providers.domain.access import Membership
from providers.models import Service, Staff
from providers.views.access import BusinessRequest, appointments_of

LONGEST_SEARCH = 100
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)
SHORTCUTS = {"pending": "Requests", "confirmed": "Coming", "past": "Past"}
"""The lists that people look at most, by their name in addresses."""

ANY = "any"
STATUSES = SHORTCUTS | {
    ANY: "All bookings",
    **{
        status.value: status.label
        for status in Status
        if status not in {Status.PENDING, Status.CONFIRMED}
    },
}
"""What can be chosen as a status: the shortcuts, everything, and each way in which one can end."""


@dataclass(frozen=True, slots=True)
class AppointmentSearch:
    """What is looked for; ``None`` and empty narrow nothing. Dates are the provider's own days."""

    status: str
    text: str = ""
    staff: int | None = None
    service: int | None = None
    client: int | None = None
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, request: BusinessRequest) -> Self:
        """Read the address; what makes no sense in it narrows nothing.

        Without a status it is what is to come, and with a search or a client everything. Raises
        ``Http404`` for a status that does not exist.
        """
        asked = request.GET
        text = one_line(asked.get("q", "")[:LONGEST_SEARCH])
        client = parse_number(asked.get("client", ""))
        status = asked.get("status", ANY if text or client else "confirmed")
        if status not in STATUSES:
            raise Http404
        return cls(
            status=status,
            text=text,
            staff=parse_number(asked.get("staff", "")),
            service=parse_number(asked.get("service", "")),
            client=client if request.membership.sees_all else None,
            first=_read_date(asked.get("from", "")),
            last=_read_date(asked.get("to", "")),
        )

    @property
    def title(self) -> str:
        """What the list is called."""
        return STATUSES[self.status]

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the status narrows it."""
        chosen = (self.text, self.staff, self.service, self.client, self.first, self.last)
        return any(value for value in chosen)

    def find(self, membership: Membership, *, now: datetime) -> AppointmentQuerySet:
        """Return what fits of all that this person may see, in the order of the list."""
        found = _of_status(appointments_of(membership), self.status, now)
        for name in ("staff", "service", "client"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        zone = membership.provider.tz
        if self.first:
            found = found.filter(start__gte=_midnight(self.first, zone))
        if self.last:
            found = found.filter(start__lt=_midnight(self.last + timedelta(days=1), zone))
        return found.filter(_about(self.text, membership)) if self.text else found


def choices(search: AppointmentSearch, membership: Membership) -> dict[str, Any]:
    """Return what the filters offer, in two queries and one more for a chosen client."""
    provider = membership.provider
    client = None
    if search.client:
        client = Client.objects.for_provider(provider).filter(pk=search.client).first()
    everybody = Staff.objects.filter(provider=provider).order_by("position", "name")
    return {
        "statuses": STATUSES.items(),
        "shortcuts": SHORTCUTS.items(),
        "all_staff": everybody.values_list("pk", "name") if membership.sees_all else (),
        "all_services": Service.objects.filter(provider=provider)
        .order_by("position", "name")
        .values_list("pk", "name"),
        "client": client,
    }


def _of_status(visible: AppointmentQuerySet, status: str, now: datetime) -> AppointmentQuerySet:
    match status:
        case "pending":
            return visible.upcoming(now).pending()
        case "confirmed":
            return visible.upcoming(now).confirmed()
        case "past":
            return visible.past(now)
        case "any":
            return visible.order_by("-start", "-pk")
    return visible.filter(status=status).order_by("-start", "-pk")


def _about(text: str, membership: Membership) -> Q:
    """Return the condition that the reference or the person fits ``text``."""
    people = find_clients(membership.provider, text).order_by().values("pk")
    fits = Q(client__in=people) | matches(text, "guest_")
    return fits | Q(reference__startswith=text.upper())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _read_date(text: str) -> date | None:
    """Return the date that ``text`` is in the form ``2026-11-24``, if it is one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST < day < LATEST else None
