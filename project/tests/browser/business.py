"""The hair salon that the browsers visit, and bookings that were made elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import reverse

from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.free_time import make_ask
from booking.models import Appointment
from booking.tests import cast
from customers.models import User
from project import clock
from providers.models import Provider, Service, Staff

TUESDAY = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 23)


@dataclass
class Salon:
    """Tendai owns it and answers requests by hand unless told otherwise; Rudo works there."""

    owner: User
    provider: Provider
    rudo: Staff
    cut: Service

    def url(self, name: str, *args: Any) -> str:
        """The address of one of the pages about the haircut."""
        return reverse(name, args=[self.provider.slug, self.cut.slug, *args])

    @property
    def times(self) -> str:
        """The address of the haircut's week."""
        return self.url("booking")

    def at(self, face: str, day: date = TUESDAY) -> datetime:
        return cast.at(self.provider, day, face)

    def value(self, face: str, day: date = TUESDAY) -> str:
        """What a slot's button sends."""
        return f"{self.at(face, day):%Y-%m-%dT%H:%MZ}"

    def slot(self, face: str, day: date = TUESDAY) -> str:
        """The selector of a free slot."""
        return f'#grid button[name=start][value="{self.value(face, day)}"]'

    def taken(self, face: str, day: date = TUESDAY) -> str:
        """The selector of a slot that is gone."""
        return f'#d-{day.isoformat()} s:text-is("{face}")'

    def book(
        self,
        face: str,
        day: date = TUESDAY,
        *,
        name: str = "Somebody Else",
        customer: User | None = None,
        notes: str = "",
        at: datetime | None = None,
    ) -> Appointment:
        """Have somebody book past the browser; ``at`` is when they do, now by default."""
        service = Service.objects.bookable().get(pk=self.cut.pk)
        contact = None if customer else Contact(name=name, email="else@example.com")
        return book(
            make_ask(service=service),
            start=self.at(face, day),
            by=Actor.customer(customer) if customer else Actor.guest(),
            now=at or clock.now(),
            contact=contact,
            customer=customer,
            notes=notes,
        )


def make_salon(*, auto_confirm: bool = True, **fields: Any) -> Salon:
    """The salon, open Monday to Saturday from 8 to 17, every half hour."""
    owner = make_account("provider@example.com", name="Tendai Moyo")
    values: dict[str, Any] = {
        "slug": "tendai-hair-studio",
        "name": "Tendai Hair Studio",
        "category": cast.make_category("hairdressing"),
        "description": "Braids, cuts and natural hair care in a quiet house off Fife Avenue.",
        "address": "14 Fife Avenue",
        "phone": "+263772418305",
        "slot_step": 30,
        "featured": True,
        "auto_confirm": auto_confirm,
        "cancellation_window": 120,
    }
    provider = cast.make_provider(owner, **values | fields)
    rudo = cast.make_staff(provider, name="Rudo Chikafu", title="Braider")
    cut = cast.make_service(
        provider, [rudo], slug="cut", name="Cut and style", price=Decimal("18.00")
    )
    return Salon(owner, provider, rudo, cut)


def make_account(email: str, **fields: Any) -> User:
    """Somebody with a verified address."""
    user = cast.make_user(email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def yesterday() -> datetime:
    """When what is already under way was booked."""
    return clock.now() - timedelta(days=1)
