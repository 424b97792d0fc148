"""A hair salon in Harare on a Tuesday noon, and everybody who might knock at its door."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from booking.models import Appointment, AppointmentEvent, Session, Status
from booking.models.appointment import ACTIVE
from booking.tests.cast import make_provider, make_service, make_staff, make_user
from customers.models import User
from providers.models import Provider, Service, Staff

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""Tuesday, 12:00 in Harare."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Salon:
    """Alice owns it, Mary manages it, Bob and Tendai work there; Charlie owns another business."""

    alice: User
    mary: User
    bob: User
    charlie: User
    dana: User
    provider: Provider
    bobs: Staff
    marys: Staff
    tendai: Staff
    braids: Service
    elsewhere: Provider


def make_salon() -> Salon:
    alice = make_user("alice@example.com", name="Alice Ncube")
    mary = make_user("mary@example.com", name="Mary Dube")
    bob = make_user("bob@example.com", name="Bob Sibanda")
    charlie = make_user("charlie@example.com", name="Charlie Khumalo")
    dana = make_user("dana@example.com", name="Dana Phiri", phone="+263771234567")
    provider = make_provider(alice, slug="salon", name="Alice Salon", auto_confirm=False)
    bobs = make_staff(provider, name="Bob", user=bob)
    marys = make_staff(provider, name="Mary", user=mary, role=Staff.Role.MANAGER)
    tendai = make_staff(provider, name="Tendai")
    return Salon(
        alice=alice,
        mary=mary,
        bob=bob,
        charlie=charlie,
        dana=dana,
        provider=provider,
        bobs=bobs,
        marys=marys,
        tendai=tendai,
        braids=make_service(provider, [bobs, marys, tendai], name="Braids", slug="braids"),
        elsewhere=make_provider(charlie, slug="elsewhere", name="Charlie Cuts"),
    )


def make_appointment(
    service: Service,
    staff: Staff | None,
    *,
    start: datetime,
    status: Status = Status.CONFIRMED,
    price: Decimal = Decimal("20.00"),
    minutes: int = 60,
    **fields: Any,
) -> Appointment:
    """An appointment with the session and the first line of history that booking would write."""
    end = start + timedelta(minutes=minutes)
    session = Session.objects.create(
        provider=service.provider,
        service=service,
        staff=staff,
        start=start,
        end=end,
        occupied_from=start,
        occupied_until=end,
        seats_taken=1 if status in ACTIVE else 0,
        active=status in ACTIVE,
    )
    if "customer" not in fields:
        fields = {"guest_name": "Guest Gumbo", "guest_email": "guest@example.com"} | fields
    appointment = Appointment.objects.create(
        provider=service.provider,
        service=service,
        staff=staff,
        session=session,
        start=start,
        end=end,
        status=status,
        price=price,
        currency=service.provider.currency,
        **fields,
    )
    AppointmentEvent.objects.create(
        appointment=appointment,
        action=AppointmentEvent.Action.REQUESTED,
        actor=AppointmentEvent.Actor.GUEST,
        to_status=Status.PENDING,
        to_start=start,
        created_at=NOW - DAY,
    )
    return appointment
