"""Where "Book again" leads: the same service, person and length, or a plain word why not."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from booking.domain.free_time import Ask, max_party, performers
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from booking.views.choosing import keep_ask


@dataclass(frozen=True, slots=True)
class Again:
    """A link with its label; ``problem`` says what is gone. No ``url``: nothing to be had there."""

    url: str
    label: str = "Book again"
    problem: str = ""


def with_again(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Fetch what ``book_again`` looks at: two more queries, however many there are."""
    return appointments.prefetch_related("service__staff", "service__resources")


def book_again(appointment: Appointment) -> Again:
    """Return where to book the same once more.

    Length and number of people are kept where they are still on offer. A service or a person that
    is gone leads to the business's page.
    """
    provider, service, staff = appointment.provider, appointment.service, appointment.staff
    if not provider.is_listed:
        return Again("", problem=f"{provider.name} takes no bookings here now.")
    instead = Again(provider.get_absolute_url(), label=f"See {provider.name}")
    if not service.active:
        return Again(instead.url, instead.label, f"{service.name} is no longer offered.")
    staff = staff if service.needs_staff else None
    if staff is not None and staff not in performers(service):
        return Again(instead.url, instead.label, f"{staff.name} no longer does {service.name}.")
    params = keep_ask(
        Ask(
            service=service,
            staff=staff,
            duration=_still(appointment.duration, service.durations, service.duration),
            party_size=_still(appointment.party_size, range(1, max_party(service) + 1), 1),
        )
    )
    path = reverse("booking", args=[provider.slug, service.slug])
    return Again(f"{path}?{urlencode(params)}" if params else path)


def _still(number: int, offered: list[int] | range, usual: int) -> int:
    return number if number in offered else usual
