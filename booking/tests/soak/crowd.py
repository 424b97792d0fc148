"""Many bookings that are to be reminded of now, half of them by guests, written in bulk."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle

from booking.models import Appointment, AppointmentEvent, Session, Status
from booking.tests import cast
from customers.models import User
from providers.models import Provider

DAY = timedelta(days=1)
PROVIDERS = 20


def bookings(count: int, *, now: datetime) -> list[Appointment]:
    """Make ``count`` confirmed bookings, whose reminders became due in the last half hour."""
    providers = [cast.make_provider(timezone=where_it_is_noon(now)) for _ in range(PROVIDERS)]
    customers = User.objects.bulk_create(
        User(email=f"dana{number}@example.com", name=f"Dana {number}", reminder_leads=[1440, 60])
        for number in range(count // 2)
    )
    made = [
        _booking(provider, number, customers, now + DAY - timedelta(seconds=60 + number % 1740))
        for provider, number in zip(cycle(providers), range(count), strict=False)
    ]
    _keep(made, booked=now - 3 * DAY)
    return made


def where_it_is_noon(now: datetime) -> str:
    """A timezone in which the next hours are not quiet, whenever the test is run."""
    ahead = 12 - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # POSIX counts westwards


def _booking(
    provider: Provider, number: int, customers: list[User], start: datetime
) -> Appointment:
    """The first half is booked by accounts, the others by guests."""
    service = provider.services.first() or cast.make_service(provider)
    end = start + timedelta(hours=1)
    whose = (
        {"customer": customers[number]}
        if number < len(customers)
        else {"guest_name": "Chipo", "guest_email": f"chipo{number}@example.com"}
    )
    session = Session(
        provider=provider,
        service=service,
        start=start,
        end=end,
        occupied_from=start,
        occupied_until=end,
    )
    return Appointment(
        provider=provider,
        service=service,
        session=session,
        start=start,
        end=end,
        status=Status.CONFIRMED,
        price=Decimal(20),
        currency="USD",
        **whose,
    )


def _keep(made: Iterable[Appointment], *, booked: datetime) -> None:
    made = list(made)
    Session.objects.bulk_create([one.session for one in made])
    Appointment.objects.bulk_create(made)
    AppointmentEvent.objects.bulk_create(
        AppointmentEvent(
            appointment=one,
            action=AppointmentEvent.Action.BOOKED,
            actor=AppointmentEvent.Actor.GUEST,
            to_status=Status.CONFIRMED,
            to_start=one.start,
            created_at=booked,
        )
        for one in made
    )
