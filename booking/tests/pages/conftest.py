"""The cast of the public pages: Alice's salon, where Bob works; a fixed Monday morning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import make_ask
from booking.models import Appointment
from booking.tests import cast
from booking.views.lookup import find_service
from project.clock import now
from providers.models import Provider, Service, Staff

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # Monday 23 November 2026, 08:00 in Harare
TUESDAY = date(2026, 11, 24)
HTMX = {"HX-Request": "true", "HX-Target": "grid"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still until a test shifts it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()


@dataclass
class Salon:
    """A business with one service, and the addresses of its pages."""

    provider: Provider
    bob: Staff
    service: Service

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.provider.slug, self.service.slug, *args])

    def slot(self, clock_face: str, day: date = TUESDAY) -> str:
        """The value of a slot's button."""
        return f"{cast.at(self.provider, day, clock_face):%Y-%m-%dT%H:%MZ}"

    def book(self, clock_face: str, day: date = TUESDAY, **choices: Any) -> Appointment:
        """Have somebody else book, past the pages."""
        service = find_service(self.provider.slug, self.service.slug)
        return book(
            make_ask(service=service, **choices),
            start=cast.at(self.provider, day, clock_face),
            by=Actor.guest(),
            now=now(),
            contact=Contact(name="Somebody Else", email="else@example.com"),
        )


@pytest.fixture
def salon() -> Salon:
    provider = cast.make_provider(
        slug="salon", name="Alice's Salon", city="Harare", phone="+263771234567", slot_step=30
    )
    bob = cast.make_staff(provider, name="Bob")
    service = cast.make_service(
        provider, [bob], slug="cut", name="Haircut", duration=60, price=Decimal("20.00")
    )
    return Salon(provider, bob, service)


@pytest.fixture
def hold(salon: Salon, client: Client) -> Callable[..., str]:
    """Press a slot; return the address of the details page."""

    def press(clock_face: str = "10:00", **data: Any) -> str:
        response = client.post(salon.url("hold_create"), {"start": salon.slot(clock_face), **data})
        assert response.status_code == 303, response.content.decode()
        return str(response["Location"])

    return press


def shown_of(client: Client, url: str) -> str:
    """The signed token in the details form."""
    return str(client.get(url).context["shown"])


GUEST = {"name": "Tariro Moyo", "email": "tariro@example.com", "phone": "", "notes": "First visit"}
