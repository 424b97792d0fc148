"""A market with everything that pages have to show: for looking at all of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment, Status
from booking.tests import cast
from customers.models import User
from project import clock
from project.tests.browser.business import (
    MONDAY,
    WEDNESDAY,
    Salon,
    make_account,
    make_salon,
    yesterday,
)
from providers.models import Provider, Service

LONG = "Nyashadzashe-Tinotenda Mukanganwiranwa-Chimbetu"
FRIDAY = date(2026, 11, 27)
LAST_WEEK = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


@dataclass
class Market:
    """The salon answers by hand; Dana is its customer, Rudo works there, Newcomer has nothing."""

    salon: Salon
    dana: User
    rudo: User
    newcomer: User
    pending: Appointment
    confirmed: Appointment
    running: Appointment
    completed: Appointment
    own: Appointment
    class_: Service
    room: Service
    empty: Provider
    full: Service


def make_market() -> Market:
    dana = make_account("customer@example.com", name="Dana Phiri", phone="+263771234567")
    rudo = make_account("staff@example.com", name="Rudo Chikafu")
    salon = make_salon(auto_confirm=False)
    salon.rudo.user = rudo
    salon.rudo.save()
    tariro = cast.make_staff(salon.provider, name="Tariro Ncube", title="Stylist")
    salon.cut.staff.add(tariro)
    cast.make_service(salon.provider, [tariro], slug="braids", name="Box braids", duration=180)
    pending = [salon.book(f"{9 + n:02d}:00", name=LONG, notes="Call me. " * 12) for n in range(6)]
    yoga, studio = _gym()
    return Market(
        salon=salon,
        dana=dana,
        rudo=rudo,
        newcomer=make_account("new@example.com"),
        pending=pending[0],
        confirmed=_accepted(salon, salon.book("13:30", WEDNESDAY, name="Farai Dube")),
        running=_accepted(salon, salon.book("08:30", MONDAY, name="Chipo Moyo", at=yesterday())),
        completed=_completed(salon, dana),
        own=_accepted(salon, salon.book("15:00", FRIDAY, customer=dana, notes="First visit")),
        class_=yoga,
        room=studio,
        empty=cast.make_provider(slug="empty", name="Brand New Place"),
        full=_never(),
    )


def _gym() -> tuple[Service, Service]:
    """A class of eight, and a room by the hour."""
    gym = cast.make_provider(
        slug="gym", name="Avondale Gym", category=cast.make_category("fitness"), featured=True
    )
    coach = cast.make_staff(gym, name="Coach Nyasha")
    space = cast.make_resource(gym, name="Studio", capacity=12)
    studio = cast.make_service(
        gym,
        [],
        [space],
        slug="studio",
        name="Studio",
        min_duration=60,
        max_duration=240,
        pricing=Service.Pricing.HOURLY,
        price=Decimal("15.00"),
    )
    return cast.make_service(gym, [coach], slug="yoga", name="Morning yoga", seats=8), studio


def _never() -> Service:
    """A service for which there is no time at all."""
    closed = cast.make_provider(slug="closed", name="Closed House", hours=False, phone="+263772000")
    return cast.make_service(closed, [cast.make_staff(closed)], slug="never", name="Never")


def _accepted(salon: Salon, appointment: Appointment) -> Appointment:
    by = Actor.provider(salon.owner)
    return lifecycle.accept(appointment, by=by, now=min(clock.now(), appointment.start))


def _completed(salon: Salon, customer: User) -> Appointment:
    made = salon.book("10:00", date(2026, 11, 17), customer=customer, at=LAST_WEEK)
    by = Actor.provider(salon.owner)
    made = lifecycle.accept(made, by=by, now=LAST_WEEK)
    done = lifecycle.complete(made, by=by, now=clock.now())
    assert done.status == Status.COMPLETED
    return done
