"""The small market that tests are told in: plain functions with sensible defaults.

Alice owns, Bob works, Charlie is a stranger, Dana is a customer; tests name the rest themselves.
"""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from customers.models import User
from providers.models import Category, Product, Provider, Resource, Service, Staff, WeeklyHours

PASSWORD = "a-password-for-tests"
OPENS, CLOSES = 8 * 60, 17 * 60
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

_number = itertools.count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """A person who can log in with PASSWORD."""
    email = email or f"person{next(_number)}@example.com"
    return User.objects.create_user(email, PASSWORD, **fields)


def make_category(slug: str = "hair", **fields: Any) -> Category:
    """A category; the same one each time it is asked for by the same slug."""
    defaults = {"name": slug.capitalize(), "icon": "scissors"} | fields
    return Category.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_provider(owner: User | None = None, *, hours: bool = True, **fields: Any) -> Provider:
    """A business that everybody may see, open Monday to Saturday, 08:00 to 17:00, in Harare."""
    number = next(_number)
    defaults: dict[str, Any] = {
        "owner": owner or make_user(),
        "slug": f"provider-{number}",
        "name": f"Provider {number}",
        "city": "Harare",
        "country": "ZW",
        "timezone": "Africa/Harare",
        "currency": "USD",
        "approved": True,
        "published": True,
    }
    values = defaults | fields
    values["category"] = fields.get("category") or make_category()
    values.setdefault("search_text", f"{values['name']} {values['city']}".lower())
    provider = Provider.objects.create(**values)
    if hours:
        set_hours(provider, range(MONDAY, SUNDAY))
    return provider


def set_hours(
    provider: Provider,
    weekdays: Iterable[int],
    *,
    start: int = OPENS,
    end: int = CLOSES,
    staff: Staff | None = None,
) -> None:
    """Add an interval on each of the weekdays, in minutes since midnight."""
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            provider=provider, staff=staff, weekday=weekday, start_minute=start, end_minute=end
        )
        for weekday in weekdays
    )


def make_staff(provider: Provider, **fields: Any) -> Staff:
    """Somebody who works there and can be booked, in the opening hours."""
    return Staff.objects.create(
        provider=provider, **{"name": f"Person {next(_number)}", "active": True} | fields
    )


def make_service(
    provider: Provider,
    staff: Iterable[Staff] = (),
    resources: Iterable[Resource] = (),
    **fields: Any,
) -> Service:
    """An hour for 20.00, performed by ``staff``; without any it needs nobody."""
    number, staff = next(_number), list(staff)
    defaults = {
        "slug": f"service-{number}",
        "name": f"Service {number}",
        "duration": 60,
        "price": Decimal("20.00"),
        "needs_staff": bool(staff),
    }
    service = Service.objects.create(provider=provider, **defaults | fields)
    service.staff.set(staff)
    service.resources.set(resources)
    return service


def make_product(provider: Provider, **fields: Any) -> Product:
    """Ten bottles at 5.00 each."""
    defaults = {"name": f"Product {next(_number)}", "price": Decimal("5.00"), "stock": 10}
    return Product.objects.create(provider=provider, **defaults | fields)


def make_resource(provider: Provider, **fields: Any) -> Resource:
    """One room for one person."""
    return Resource.objects.create(
        provider=provider,
        **{"name": f"Room {next(_number)}", "quantity": 1, "capacity": 1} | fields,
    )


def at(provider: Provider, day: date, clock_face: str) -> datetime:
    """The instant (UTC) at which the provider's clock shows ``"10:00"`` on that date."""
    local = datetime.combine(day, time.fromisoformat(clock_face), tzinfo=provider.tz)
    return local.astimezone(UTC)


def next_weekday(now: datetime, weekday: int) -> date:
    """The first date after ``now``'s (UTC) that falls on the weekday, Monday being 0."""
    today = now.astimezone(UTC).date()
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
