"""The business that all races are about, and what its clients do: one function per deed.

Each deed reads its own objects, as each request would.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import Ask, make_ask
from booking.domain.holds import take_hold
from booking.domain.lifecycle import reschedule
from booking.models import Appointment, Hold
from booking.tests import cast
from booking.tests.races.harness import Work
from providers.models import Resource, Service, Staff

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)  # a Monday, eight in the morning in Harare
TEN = datetime(2026, 3, 3, 8, tzinfo=UTC)  # the next day at ten
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Business:
    """Alice's, where Bob and Beth work."""

    def __init__(self, **policy: Any) -> None:
        self.alice = cast.make_user()
        self.provider = cast.make_provider(self.alice, **policy)
        self.bob = cast.make_staff(self.provider, name="Bob", user=cast.make_user())
        self.beth = cast.make_staff(self.provider, name="Beth")
        self.owner = Actor.provider(self.alice)

    def haircut(self, *staff: Staff) -> Service:
        """Add a service of an hour; Bob performs it when nobody is named."""
        return cast.make_service(self.provider, staff or [self.bob], name="Haircut")

    def class_of(self, seats: int) -> Service:
        """Add a class that Bob gives."""
        return cast.make_service(self.provider, [self.bob], name="Class", seats=seats)

    def rooms(self, quantity: int) -> Resource:
        """Add identical rooms."""
        return cast.make_resource(self.provider, name="Room", quantity=quantity)

    def rental(self, *resources: Resource) -> Service:
        """Add a service of an hour that needs resources and nobody's time."""
        return cast.make_service(self.provider, (), resources, name="Rental")


def ask_for(service: Service, staff: Staff | None = None, party_size: int = 1) -> Ask:
    """Read the service anew and ask for it."""
    fresh = Service.objects.select_related("provider").get(pk=service.pk)
    return make_ask(service=fresh, staff_id=staff.pk if staff else None, party_size=party_size)


def booking(
    service: Service, start: datetime = TEN, *, party_size: int = 1, **options: Any
) -> Work:
    """A guest books."""

    def deed() -> Appointment:
        return book(
            ask_for(service, party_size=party_size),
            start=start,
            by=Actor.guest(),
            now=NOW,
            contact=Contact(name="Dana", phone="+263771234567"),
            **options,
        )

    return deed


def holding(service: Service, visitor: str, start: datetime = TEN) -> Work:
    """A visitor takes a hold."""

    def deed() -> Hold:
        return take_hold(ask_for(service), start=start, visitor=visitor, now=NOW)

    return deed


def moving(appointment: Appointment, start: datetime, by: Actor) -> Work:
    """Somebody moves an appointment that they read before."""
    return partial(reschedule, appointment, start=start, by=by, now=NOW)


def booked(service: Service, start: datetime = TEN, **options: Any) -> Appointment:
    """Book now, alone."""
    appointment = booking(service, start, **options)()
    assert isinstance(appointment, Appointment)
    return appointment
