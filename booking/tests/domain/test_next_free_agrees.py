"""The next free time in a list is the first one that the grid would offer, whatever there is.

Small businesses at random, nearly full, changed after things were booked and held in them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.domain.actors import Actor
from booking.domain.booking import book
from booking.domain.errors import SlotUnavailable
from booking.domain.free_time import Ask, load_free_time
from booking.domain.holds import take_hold
from booking.domain.next_free import DAYS_AHEAD, load_next_free
from booking.models import BusyTime
from booking.tests.cast import (
    make_category,
    make_provider,
    make_resource,
    make_service,
    make_staff,
    make_user,
    set_hours,
)
from booking.tests.domain.conftest import MONDAY, TENDAI, Salon
from customers.models import User
from providers.models import DateOverride, Provider, Resource, Service, Staff, TimeOff

SEEDS = range(16)
ZONES = {  # each with an evening before something happens to its clock, or nothing does
    "Africa/Harare": datetime(2026, 11, 23, 5, 0, tzinfo=UTC),
    "Europe/London": datetime(2026, 10, 24, 20, 7, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, 2, 30, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 11, 22, 18, 0, tzinfo=UTC),
}


@dataclass
class Business:
    """A provider with what tests do to it."""

    chance: random.Random
    provider: Provider
    now: datetime
    people: list[Staff]
    rooms: list[Resource]
    services: list[Service]

    def ask(self, service: Service) -> Ask:
        fresh = Service.objects.select_related("provider").get(pk=service.pk)
        return Ask(fresh, None, fresh.duration, 1)

    def first_in_grid(self) -> datetime | None:
        """The earliest start of any active service, as the grid finds it."""
        until = self.now + timedelta(days=DAYS_AHEAD)
        first, last = (moment.astimezone(self.provider.tz).date() for moment in (self.now, until))
        starts = []
        for service in Service.objects.active().filter(provider=self.provider):
            ask = self.ask(service)
            slot = load_free_time(ask, now=self.now, first=first, last=last).next_slot()
            if slot is not None and slot.start <= until:
                starts.append(slot.start)
        return min(starts, default=None)

    def first_in_list(self) -> datetime | None:
        provider = Provider.objects.get(pk=self.provider.pk)
        return load_next_free([provider], now=self.now)[provider.pk]


def open_business(chance: random.Random, owner: User) -> Business:
    zone, now = chance.choice(list(ZONES.items()))
    provider = make_provider(
        owner,
        hours=False,
        timezone=zone,
        slot_step=chance.choice([15, 20, 60]),
        minimum_notice=chance.choice([0, 0, 45, 600]),
        booking_horizon=chance.choice([1, 5, 90]),
        buffer_before=chance.choice([0, 0, 15]),
        buffer_after=chance.choice([0, 0, 10]),
        category=make_category(),
    )
    for _ in range(chance.randint(1, 2)):
        start = chance.choice([0, 30, 420, 600, 1200])
        set_hours(provider, range(7), start=start, end=start + chance.choice([90, 180, 240]))
    people = [
        make_staff(provider, own_hours=chance.random() < 0.3) for _ in range(chance.randint(1, 3))
    ]
    for person in people:
        set_hours(provider, chance.sample(range(7), 3), start=480, end=600, staff=person)
    rooms = [
        make_resource(provider, quantity=chance.choice([1, 1, 2]), capacity=6) for _ in range(2)
    ]
    business = Business(chance, provider, now, people, rooms, [])
    business.services = [make_some_service(business) for _ in range(chance.randint(1, 3))]
    return business


def make_some_service(business: Business) -> Service:
    chance = business.chance
    staff: Sequence[Staff] = ()
    if chance.random() < 0.75:
        staff = chance.sample(business.people, chance.randint(1, len(business.people)))
    rooms = chance.sample(business.rooms, chance.choice([0, 0, 1, 2]) if staff else 1)
    return make_service(
        business.provider,
        staff,
        rooms,
        duration=chance.choice([30, 45, 60, 90]),
        seats=chance.choice([1, 1, 3]),
        buffer_before=chance.choice([None, None, 0, 20]),
        buffer_after=chance.choice([None, None, 0, 30]),
    )


def fill(business: Business) -> None:
    """Book or hold the first free times, so that what comes next depends on them."""
    chance, now = business.chance, business.now
    today = now.astimezone(business.provider.tz).date()
    for number in range(chance.randint(4, 10)):
        ask = business.ask(chance.choice(business.services))
        free = load_free_time(ask, now=now, first=today, last=today + timedelta(days=3))
        slots = [slot for day in free.days() for slot in day.slots][:4]
        if not slots:
            continue
        start = chance.choice(slots).start
        try:
            if chance.random() < 0.5:
                take_hold(ask, start=start, visitor=f"visitor {number}", now=now)
            else:
                book(ask, start=start, by=Actor.guest(), now=now, contact=TENDAI)
        except SlotUnavailable:  # pragma: no cover
            pytest.fail("a free slot could not be taken")


def change(business: Business) -> None:
    """Do what owners do to a calendar that has bookings and holds in it."""
    kinds = [
        take_off,
        be_busy,
        close_or_open,
        let_go,
        break_room,
        change_rooms,
        *[change_service] * 3,
    ]
    for kind in business.chance.sample(kinds, 2):
        kind(business)


def take_off(business: Business) -> None:
    whose: list[dict[str, Any]] = [{"staff": one} for one in business.people]
    who = business.chance.choice([{}, {"resource": business.rooms[0]}, *whose])
    TimeOff.objects.create(provider=business.provider, **who, **span(business))


def be_busy(business: Business) -> None:
    whose = business.chance.choice(business.people)
    BusyTime.objects.create(staff=whose, uid="x", **span(business))


def close_or_open(business: Business) -> None:
    start, end = business.chance.choice([(None, None), (600, 720), (1320, 1440)])
    DateOverride.objects.create(
        provider=business.provider,
        staff=business.chance.choice([None, *business.people]),
        date=business.now.date() + timedelta(days=business.chance.randint(0, 2)),
        start_minute=start,
        end_minute=end,
    )


def let_go(business: Business) -> None:
    Staff.objects.filter(pk=business.chance.choice(business.people).pk).update(active=False)


def break_room(business: Business) -> None:
    Resource.objects.filter(pk=business.rooms[0].pk).update(available=False)


def change_rooms(business: Business) -> None:
    rooms = business.chance.sample(business.rooms, business.chance.randint(0, 2))
    business.chance.choice(business.services).resources.set(rooms)


def change_service(business: Business) -> None:
    chance = business.chance
    service = chance.choice(business.services)
    changes: list[dict[str, Any]] = [
        {"duration": chance.choice([30, 60, 120])},
        {"active": False},
        {"seats": chance.choice([1, 2, 5])},
        {"needs_staff": not service.needs_staff},
        {"buffer_before": 30, "buffer_after": 0},
    ]
    Service.objects.filter(pk=service.pk).update(**chance.choice(changes))


def span(business: Business) -> dict[str, datetime]:
    start = business.now + timedelta(minutes=business.chance.choice([0, 30, 120, 600, 900]))
    return {"start": start, "end": start + timedelta(minutes=business.chance.choice([20, 90, 900]))}


@pytest.mark.parametrize("seed", SEEDS)
def test_list_and_grid_agree(db: None, seed: int) -> None:
    owner = make_user()
    for turn in range(4):
        business = open_business(random.Random(seed * 100 + turn), owner)
        fill(business)
        for _ in range(3):
            assert business.first_in_list() == business.first_in_grid(), (seed, turn)
            change(business)
        assert business.first_in_list() == business.first_in_grid(), (seed, turn)


# --- the ways in which they once differed ---------------------------------------------------------


def first(salon: Salon) -> str:
    provider = Provider.objects.get(pk=salon.provider.pk)
    start = load_next_free([provider], now=salon.now)[provider.pk]
    return f"{start.astimezone(provider.tz):%a %H:%M}" if start else ""


def test_a_held_class_start_is_closed_by_time_off(salon: Salon) -> None:
    Service.objects.update(seats=4)
    take_hold(salon.ask(), start=salon.at("08:00"), visitor="x", now=salon.now)
    assert first(salon) == "Mon 08:00"
    salon.provider.time_off.create(start=salon.at("08:30"), end=salon.at("10:00"))
    assert first(salon) == "Mon 10:00"


def test_a_class_that_runs_at_its_old_length_cannot_be_joined(salon: Salon) -> None:
    Service.objects.update(seats=4)
    salon.book("08:00")
    Service.objects.update(duration=45)
    assert first(salon) == "Mon 09:00"


def test_a_class_that_is_held_at_its_old_length_cannot_be_joined(salon: Salon) -> None:
    Service.objects.update(seats=4)
    take_hold(salon.ask(), start=salon.at("08:00"), visitor="x", now=salon.now)
    Service.objects.update(duration=45)
    free = load_free_time(salon.ask(), now=salon.now, first=MONDAY, last=MONDAY)
    assert free.slot(salon.at("08:00")) is None
    assert first(salon) == "Mon 09:00"


def test_buffers_count(salon: Salon) -> None:
    salon.book("08:00")
    Service.objects.update(buffer_before=30)
    assert first(salon) == "Mon 09:30"
    Service.objects.update(buffer_before=0, buffer_after=15, duration=30)
    salon.book("09:45")
    assert first(salon) == "Mon 09:00"
    Service.objects.update(buffer_after=30)
    assert first(salon) == "Mon 10:30"


def test_rooms_of_a_service_that_is_no_longer_offered_stay_taken(salon: Salon) -> None:
    room = make_resource(salon.provider)
    salon.service.resources.add(room)
    old = make_service(salon.provider, resources=[room])
    salon.book("08:00", ask=salon.ask(service=old))
    Service.objects.filter(pk=old.pk).update(active=False)
    assert first(salon) == "Mon 09:00"


@pytest.mark.parametrize("number", [1, 6])
def test_its_queries_do_not_grow(
    db: None, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    owner, day = make_user(), date(2026, 11, 23)
    for seed in range(number):
        business = open_business(random.Random(seed), owner)
        fill(business)
    providers = list(Provider.objects.all())
    now = datetime.combine(day, datetime.min.time(), UTC)
    with django_assert_num_queries(9):
        assert len(load_next_free(providers, now=now)) == number
