"""Scale data, the supply side: providers with staff, services and hours, in bulk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from booking.demo import market
from booking.demo.build import ensure_categories
from booking.demo.kenya import MOMBASA, NAIROBI
from booking.demo.zimbabwe import BULAWAYO, HARARE, MUTARE
from customers.models import User
from providers.domain.catalogue import compose_search_text
from providers.models import Category, Provider, Service, Staff, WeeklyHours

OPENS = 8 * 60
WORKING_DAYS = range(6)  # Monday to Saturday
BATCH = 2000

CITIES = (HARARE, BULAWAYO, MUTARE, NAIROBI, MOMBASA)
WORDS = ("Jacaranda", "Baobab", "Msasa", "Acacia", "Savanna", "Sunrise", "Msitu", "Highveld")
NOUNS = ("House", "Corner", "Studio", "Centre", "Place", "Rooms", "Collective", "Point")
OFFERS = (("Express visit", 30, 12), ("Standard visit", 60, 20), ("Consultation", 45, 15))
EXTRA = ("Long visit", 60, 28)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a provider is made: people, services (name, minutes, price), and the grid of its day.

    Each cell of the grid takes one booking, so that bookings cannot overlap.
    """

    slug: str
    name: str
    staff: int
    offers: tuple[tuple[str, int, int], ...]
    cell: int = 60
    cells: int = 9
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A provider that was made, by ids: all that its bookings need."""

    shape: Shape
    provider_id: int
    owner_id: int
    zone: ZoneInfo
    currency: str
    staff_ids: tuple[int, ...]
    services: tuple[tuple[int, int, int], ...]  # id, minutes, price


def ordinary(number: int) -> Shape:
    """Return the shape of the ``number``-th ordinary provider: 1 to 3 staff, 2 to 4 services."""
    offers = (*OFFERS[: 2 + number % 2], *((EXTRA,) if number % 3 == 0 else ()))
    name = f"{WORDS[number % 8]} {NOUNS[number // 8 % 8]} {number}"
    return Shape(f"scale-{number:05d}", name, 1 + number % 3, offers, by_hand=number % 5 == 0)


SHORT = (("Express visit", 30, 12), ("Quick visit", 20, 9))
BUSY = Shape("scale-busy", "Scale Busy", 6, SHORT, cell=30, cells=20)
CALM = Shape("scale-calm", "Scale Calm", 6, SHORT, cell=30, cells=20)
FULL = Shape("scale-full", "Scale Full", 3, (("Standard visit", 60, 20), ("Express visit", 30, 12)))


def build_sites(shapes: Sequence[Shape]) -> Iterator[Site]:
    """Make providers of these shapes, with an owner each who logs in with the demo password."""
    categories = ensure_categories()
    password = make_password(market.PASSWORD)
    numbered = iter(enumerate(shapes))
    while batch := list(islice(numbered, BATCH)):
        yield from _build_batch(batch, categories, password)


def _build_batch(
    batch: Sequence[tuple[int, Shape]], categories: Sequence[Category], password: str
) -> list[Site]:
    owners = User.objects.bulk_create(
        User(email=f"{shape.slug}@example.com", name=f"Owner of {shape.name}", password=password)
        for _, shape in batch
    )
    providers = Provider.objects.bulk_create(
        _provider(number, shape, owner, categories[number % len(categories)])
        for (number, shape), owner in zip(batch, owners, strict=True)
    )
    people = _build_staff(batch, providers)
    services = _build_services(batch, providers, people)
    _build_hours(batch, providers, people)
    return [
        Site(
            shape=shape,
            provider_id=provider.pk,
            owner_id=provider.owner_id,
            zone=provider.tz,
            currency=provider.currency,
            staff_ids=tuple(person.pk for person in people[provider.pk]),
            services=tuple(
                (each.pk, each.duration, int(each.price)) for each in services[provider.pk]
            ),
        )
        for (_, shape), provider in zip(batch, providers, strict=True)
    ]


def _provider(number: int, shape: Shape, owner: User, category: Category) -> Provider:
    city = CITIES[number % len(CITIES)]
    return Provider(
        owner=owner,
        slug=shape.slug,
        name=shape.name,
        description="Made in bulk, for measuring.",
        category=category,
        city=city.name,
        country=city.country,
        timezone=city.timezone,
        currency="USD" if city.country == "ZW" else "KES",
        approved=True,
        published=True,
        auto_confirm=not shape.by_hand,
        search_text=compose_search_text(
            name=shape.name,
            category=category.name,
            city=city.name,
            service_names=[name for name, _, _ in shape.offers],
        ),
    )


def _build_staff(
    batch: Sequence[tuple[int, Shape]], providers: Sequence[Provider]
) -> dict[int, list[Staff]]:
    """Make the staff, by provider; every second person keeps hours of their own."""
    made = Staff.objects.bulk_create(
        Staff(
            provider=provider,
            name=f"{market.NAMES[provider.country][(number + place) % 24]}",
            own_hours=place % 2 == 1,
            position=place,
        )
        for (number, shape), provider in zip(batch, providers, strict=True)
        for place in range(shape.staff)
    )
    people: dict[int, list[Staff]] = {provider.pk: [] for provider in providers}
    for person in made:
        people[person.provider_id].append(person)
    return people


def _build_services(
    batch: Sequence[tuple[int, Shape]],
    providers: Sequence[Provider],
    people: dict[int, list[Staff]],
) -> dict[int, list[Service]]:
    """Make the services, by provider; everybody there performs all of them."""
    made = Service.objects.bulk_create(
        Service(
            provider=provider,
            category_id=provider.category_id,
            slug=name.lower().replace(" ", "-"),
            name=name,
            duration=minutes,
            price=Decimal(price),
            position=place,
        )
        for (_, shape), provider in zip(batch, providers, strict=True)
        for place, (name, minutes, price) in enumerate(shape.offers)
    )
    performs = Service.staff.through
    performs.objects.bulk_create(
        (
            performs(service=service, staff=person)
            for service in made
            for person in people[service.provider_id]
        ),
        batch_size=5000,
    )
    services: dict[int, list[Service]] = {provider.pk: [] for provider in providers}
    for service in made:
        services[service.provider_id].append(service)
    return services


def _build_hours(
    batch: Sequence[tuple[int, Shape]],
    providers: Sequence[Provider],
    people: dict[int, list[Staff]],
) -> None:
    WeeklyHours.objects.bulk_create(
        (
            WeeklyHours(
                provider=provider,
                staff=person,
                weekday=weekday,
                start_minute=OPENS,
                end_minute=OPENS + shape.cell * shape.cells,
            )
            for (_, shape), provider in zip(batch, providers, strict=True)
            for person in [None, *(each for each in people[provider.pk] if each.own_hours)]
            for weekday in WORKING_DAYS
        ),
        batch_size=5000,
    )


def build_customers(count: int) -> list[User]:
    """Make accounts that book, and return them. They cannot log in."""
    return User.objects.bulk_create(
        (
            User(
                email=f"scale-customer-{number:05d}@example.com",
                name=market.NAMES["ZW" if number % 2 else "KE"][number % 24],
                password="!",  # noqa: S106 - matches no password
            )
            for number in range(count)
        ),
        batch_size=BATCH,
    )
