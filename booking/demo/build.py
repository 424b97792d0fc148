"""Turn the described businesses into rows: categories, accounts, providers and their parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from booking.demo import market
from booking.demo.blueprint import Offer, Shop, Special, parse_hours, parse_span
from customers.models import User
from providers.domain.catalogue import refresh_search_texts
from providers.models import (
    Category,
    DateOverride,
    Product,
    Provider,
    Resource,
    Service,
    Staff,
    TimeOff,
    WeeklyHours,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A service with who performs it and what it uses, by their rows."""

    offer: Offer
    service: Service
    staff: tuple[Staff, ...]
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Business:
    """A described business and its rows; ``today`` is the local date that it is placed around."""

    shop: Shop
    provider: Provider
    today: date
    staff: tuple[Staff, ...]
    offered: tuple[Offered, ...]
    hours: tuple[WeeklyHours, ...]
    overrides: tuple[DateOverride, ...]
    time_off: tuple[TimeOff, ...]
    products: tuple[Product, ...]


def build_accounts() -> dict[str, User]:
    """Make the four logins, verified, with the demo password; accounts that exist get it too."""
    password = make_password(market.PASSWORD)
    people = {}
    for email, name in market.LOGINS.items():
        is_admin = email == market.ADMIN
        user, _ = User.objects.update_or_create(
            email=email,
            defaults={
                "name": name,
                "password": password,
                "is_active": True,
                "country": "ZW",
                "timezone": "Africa/Harare",
                "phone": "+263772000111" if email == market.CUSTOMER else "",
                "is_staff": is_admin,
                "is_superuser": is_admin,
            },
        )
        EmailAddress.objects.filter(user=user).exclude(email=email).update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )
        people[email] = user
    return people


def build_businesses(shops: Sequence[Shop], *, now: datetime) -> list[Business]:
    """Make the rows of all ``shops``; what has a date is placed around the local day of ``now``."""
    kinds = {category.slug: category for category in ensure_categories()}
    businesses = [_build_business(shop, kinds, now) for shop in shops]
    refresh_search_texts([business.provider for business in businesses])
    return businesses


def ensure_categories() -> list[Category]:
    """Return the categories of the market; those that are there already stay as they are."""
    return [
        Category.objects.get_or_create(
            slug=kind.slug, defaults={"name": kind.name, "icon": kind.icon, "position": position}
        )[0]
        for position, kind in enumerate(market.KINDS)
    ]


def _build_business(shop: Shop, kinds: dict[str, Category], now: datetime) -> Business:
    provider = _build_provider(shop, kinds)
    today = now.astimezone(provider.tz).date()
    staff = tuple(_build_staff(shop, provider))
    resources = {room.name: _build_resource(shop, provider, room.name) for room in shop.rooms}
    offered = tuple(
        _build_service(offer, provider, staff, resources, position)
        for position, offer in enumerate(shop.offers)
    )
    return Business(
        shop=shop,
        provider=provider,
        today=today,
        staff=staff,
        offered=offered,
        hours=tuple(_build_hours(shop, provider, staff)),
        overrides=tuple(_build_override(each, provider, staff, today) for each in shop.specials),
        time_off=tuple(_build_time_off(shop, provider, staff, resources, today)),
        products=tuple(_build_products(shop, provider)),
    )


def _build_provider(shop: Shop, kinds: dict[str, Category]) -> Provider:
    email = shop.owner_email or f"{shop.slug}@example.com"
    owner, _ = User.objects.get_or_create(
        email=email,
        defaults={
            "name": shop.owner,
            "password": make_password(None),
            "country": shop.city.country,
            "timezone": shop.city.timezone,
        },
    )
    return Provider.objects.create(
        owner=owner,
        slug=shop.slug,
        name=shop.name,
        description=shop.about,
        category=kinds[shop.kind],
        city=shop.city.name,
        country=shop.city.country,
        address=shop.address,
        phone=shop.phone,
        email=email,
        timezone=shop.city.timezone,
        currency=shop.currency,
        approved=True,
        published=True,
        featured=shop.featured,
        minimum_notice=shop.notice,
        booking_horizon=shop.horizon,
        slot_step=shop.step,
        cancellation_window=shop.cancellation,
        auto_confirm=not shop.by_hand,
        buffer_before=shop.before,
        buffer_after=shop.after,
    )


def _build_staff(shop: Shop, provider: Provider) -> list[Staff]:
    emails = {person.email for person in shop.people if person.email}
    users = {user.email: user for user in User.objects.filter(email__in=emails)}
    people = [
        Staff(
            provider=provider,
            # The owner works at the own business under the same account.
            user=provider.owner if person.name == shop.owner else users.get(person.email),
            name=person.name,
            title=person.title,
            role=Staff.Role.MANAGER if person.manager else Staff.Role.STAFF,
            own_hours=bool(person.hours),
            position=position,
        )
        for position, person in enumerate(shop.people)
    ]
    return Staff.objects.bulk_create(people)


def _build_resource(shop: Shop, provider: Provider, name: str) -> Resource:
    position, room = next((n, each) for n, each in enumerate(shop.rooms) if each.name == name)
    return Resource.objects.create(
        provider=provider,
        name=room.name,
        description=room.description,
        quantity=room.quantity,
        capacity=room.capacity,
        position=position,
    )


def _build_service(
    offer: Offer,
    provider: Provider,
    staff: Sequence[Staff],
    resources: dict[str, Resource],
    position: int,
) -> Offered:
    shortest, longest, step = offer.choose or (None, None, 30)
    service = Service.objects.create(
        provider=provider,
        category=provider.category,
        slug=slugify(offer.name.replace("’", "")),
        name=offer.name,
        description=offer.about,
        duration=offer.minutes,
        min_duration=shortest,
        max_duration=longest,
        duration_step=step,
        pricing=Service.Pricing.HOURLY if offer.hourly else Service.Pricing.FIXED,
        price=offer.amount,
        buffer_before=offer.before,
        buffer_after=offer.after,
        seats=offer.seats,
        needs_staff=not offer.alone,
        position=position,
    )
    people = () if offer.alone else tuple(each for each in staff if _performs(each, offer))
    used = tuple(resources[name] for name in offer.uses)
    service.staff.set(people)
    service.resources.set(used)
    return Offered(offer, service, people, used)


def _performs(person: Staff, offer: Offer) -> bool:
    return offer.by is None or person.name.startswith(offer.by)


def _build_hours(shop: Shop, provider: Provider, staff: Sequence[Staff]) -> list[WeeklyHours]:
    weeks: list[tuple[Staff | None, str]] = [(None, shop.hours)]
    weeks += [(row, person.hours) for row, person in zip(staff, shop.people, strict=True)]
    return WeeklyHours.objects.bulk_create(
        WeeklyHours(
            provider=provider, staff=person, weekday=weekday, start_minute=start, end_minute=end
        )
        for person, week in weeks
        for weekday, start, end in parse_hours(week)
    )


def _build_override(
    special: Special, provider: Provider, staff: Sequence[Staff], today: date
) -> DateOverride:
    start, end = parse_span(special.hours) if special.hours else (None, None)
    return DateOverride.objects.create(
        provider=provider,
        staff=_named(staff, special.person),
        date=today + timedelta(days=special.in_days),
        start_minute=start,
        end_minute=end,
        note=special.note,
    )


def _build_time_off(
    shop: Shop,
    provider: Provider,
    staff: Sequence[Staff],
    resources: dict[str, Resource],
    today: date,
) -> list[TimeOff]:
    def midnight(in_days: int) -> datetime:
        day = today + timedelta(days=in_days)
        return datetime.combine(day, time.min, provider.tz).astimezone(UTC)

    return TimeOff.objects.bulk_create(
        TimeOff(
            provider=provider,
            staff=_named(staff, away.person),
            resource=resources.get(away.room),
            start=midnight(away.in_days),
            end=midnight(away.in_days + away.days),
            reason=away.reason,
        )
        for away in shop.away
    )


def _build_products(shop: Shop, provider: Provider) -> list[Product]:
    return Product.objects.bulk_create(
        Product(
            provider=provider,
            name=good.name,
            description=good.about,
            category=good.shelf,
            price=Decimal(good.price),
            stock=good.stock,
            position=position,
        )
        for position, good in enumerate(shop.goods)
    )


def _named(staff: Sequence[Staff], name: str) -> Staff | None:
    """Return the one whose name starts so; nobody for no name."""
    return next(each for each in staff if each.name.startswith(name)) if name else None
