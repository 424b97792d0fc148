"""What a page believed when it was opened does not count when time is taken."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from booking.domain.actors import Actor
from booking.domain.booking import book
from booking.domain.clients import Contact
from booking.domain.errors import IdempotencyMismatch, PriceChanged, SlotUnavailable
from booking.domain.free_time import Ask, make_ask
from booking.domain.holds import take_hold
from booking.models import Appointment, Hold
from booking.tests.cast import make_resource, make_service, make_staff
from providers.models import Provider, Resource, Service, Staff
from providers.tests.salon import DAY, NOW, Salon, make_salon

pytestmark = pytest.mark.django_db

START = NOW + DAY
GUEST = Contact(name="Eve", email="eve@example.com")


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def class_in_room(salon: Salon) -> Service:
    """Ten seats, in a room for ten."""
    room = make_resource(salon.provider, name="Hall", capacity=10)
    return make_service(salon.provider, [salon.tendai], [room], name="Yoga", slug="yoga", seats=10)


def opened(service: Service, **wish: Any) -> Ask:
    """What a page holds that was opened a while ago."""
    found = Service.objects.select_related("provider").prefetch_related("staff", "resources")
    return make_ask(service=found.get(pk=service.pk), **wish)


def take(ask: Ask, *, by: Actor | None = None, **more: Any) -> Appointment:
    by = by or Actor.guest()
    return book(ask, start=START, by=by, now=NOW, contact=GUEST, **more)


Change = Callable[[], object]
CHANGES: dict[str, Change] = {
    "the service is archived": lambda: Service.objects.update(active=False),
    "nobody works there": lambda: Staff.objects.update(active=False),
    "the class is smaller": lambda: Service.objects.update(seats=2),
    "the room is smaller": lambda: Resource.objects.update(capacity=1),
    "there is no room": lambda: Resource.objects.update(available=False),
    "another length": lambda: Service.objects.update(duration=90),
    "not open to all": lambda: Provider.objects.update(published=False),
    "approval was taken back": lambda: Provider.objects.update(approved=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_is_booked_of_what_is_not_offered_any_more(
    class_in_room: Service, change: Change
) -> None:
    ask = opened(class_in_room, party_size=5)
    change()
    with pytest.raises(SlotUnavailable):
        take(ask)
    with pytest.raises(SlotUnavailable):
        take_hold(ask, start=START, visitor="eve", now=NOW)
    assert not Appointment.objects.exists()
    assert not Hold.objects.exists()


def test_while_nothing_has_changed_it_is(class_in_room: Service) -> None:
    assert take(opened(class_in_room, party_size=5)).party_size == 5


def test_the_person_who_was_asked_for_has_gone(salon: Salon) -> None:
    ask = opened(salon.braids, staff_id=salon.bobs.pk)
    Staff.objects.filter(pk=salon.bobs.pk).update(active=False)
    with pytest.raises(SlotUnavailable):
        take(ask)


def test_somebody_else_takes_what_anyone_may(salon: Salon) -> None:
    ask = opened(salon.braids)
    salon.braids.staff.set([salon.tendai])
    assert take(ask).staff == salon.tendai


def test_a_resource_that_went_is_not_used(salon: Salon) -> None:
    room = make_resource(salon.provider)
    talk = make_service(salon.provider, [salon.tendai], [room], slug="talk")
    ask = opened(talk)
    talk.resources.clear()
    room.delete()
    assert list(take(ask).session.resources.all()) == []


def test_an_agreed_price_is_kept_or_nothing_is_booked(salon: Salon) -> None:
    ask = opened(salon.braids)
    Service.objects.update(price=Decimal("25.00"))
    with pytest.raises(PriceChanged):
        take(ask, price=(Decimal("20.00"), "USD"))
    assert not Appointment.objects.exists()
    assert take(ask, price=(Decimal("25.00"), "USD")).price == Decimal("25.00")


def test_without_an_agreed_price_it_is_todays(salon: Salon) -> None:
    ask = opened(salon.braids)
    Service.objects.update(price=Decimal("25.00"))
    assert take(ask).price == Decimal("25.00")


def test_the_business_books_before_it_is_open_to_all(salon: Salon) -> None:
    ask = opened(salon.braids)
    Provider.objects.update(published=False)
    assert take(ask, by=Actor.provider(salon.alice)).status == "confirmed"


def test_what_was_booked_stays_so_for_the_same_key(salon: Salon) -> None:
    ask = opened(salon.braids)
    made = take(ask, idempotency_key="k")
    Service.objects.update(active=False)
    assert take(ask, idempotency_key="k") == made


def test_one_form_of_the_reception_books_one_person(salon: Salon) -> None:
    yoga = make_service(salon.provider, [make_staff(salon.provider)], slug="yoga", seats=5)
    alice = Actor.provider(salon.alice)
    take(opened(yoga), by=alice, idempotency_key="k")
    with pytest.raises(IdempotencyMismatch):
        book(
            opened(yoga),
            start=START,
            by=alice,
            now=NOW,
            contact=Contact(name="Ben"),
            idempotency_key="k",
        )
