"""A Monday morning in a salon, told once for all tests of the domain."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import Ask, make_ask
from booking.models import Appointment
from booking.tests.cast import at, make_provider, make_service, make_staff
from booking.views.lookup import find_service
from customers.models import User
from providers.models import Provider, Service, Staff

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 07:00 in Harare, an hour before opening
TENDAI = Contact(name="Tendai", phone="+263771234567")


@dataclass
class Salon:
    """A provider with one person and one service, and short ways to act in it."""

    provider: Provider
    staff: Staff
    service: Service
    now: datetime = NOW

    def at(self, clock_face: str, day: date = MONDAY) -> datetime:
        return at(self.provider, day, clock_face)

    def ask(self, **choices: Any) -> Ask:
        service = choices.pop("service", self.service)
        return make_ask(service=find_service(service.provider.slug, service.slug), **choices)

    def book(
        self, clock_face: str, *, day: date = MONDAY, ask: Ask | None = None, **details: Any
    ) -> Appointment:
        defaults: dict[str, Any] = {"by": Actor.guest(), "contact": TENDAI, "now": self.now}
        return book(ask or self.ask(), start=self.at(clock_face, day), **defaults | details)

    @property
    def owner(self) -> Actor:
        return Actor.provider(self.provider.owner)

    def customer(self, user: User) -> Actor:
        return Actor.customer(user)


@pytest.fixture
def salon(db: None) -> Salon:
    provider = make_provider()
    staff = make_staff(provider, name="Rudo")
    service = make_service(provider, staff=[staff], name="Box braids")
    return Salon(provider, staff, service)
