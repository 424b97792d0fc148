"""The vocabulary in which the demo market is described: plain values, no rows yet."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = re.compile(r"(\w{3})(?:-(\w{3}))? (\d+):(\d\d)-(\d+):(\d\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A category."""

    slug: str
    name: str
    icon: str


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """Where a business is, and what follows from that."""

    name: str
    country: str
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who performs services. ``hours`` empty: works whenever the business is open."""

    name: str
    title: str
    hours: str = ""
    email: str = ""
    manager: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A resource: ``quantity`` units that hold ``capacity`` people each."""

    name: str
    quantity: int = 1
    capacity: int = 1
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A service. ``by`` names who performs it (None: everybody); ``uses`` names its resources.

    ``choose`` is (shortest, longest, step) in minutes where customers choose the duration. Without
    staff (``alone``) a resource is rented by itself. Buffers None: as the business has them.
    """

    name: str
    price: str
    minutes: int
    about: str = ""
    by: tuple[str, ...] | None = None
    uses: tuple[str, ...] = ()
    seats: int = 1
    alone: bool = False
    hourly: bool = False
    choose: tuple[int, int, int] | None = None
    before: int | None = None
    after: int | None = None

    @property
    def amount(self) -> Decimal:
        """The price, exactly."""
        return Decimal(self.price)


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """Something to take home, on a shelf; ``stock`` is how many are left after all orders."""

    name: str
    price: str
    shelf: str
    stock: int
    about: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Special:
    """Other hours on one date, so many days from today; ``hours`` empty: closed."""

    in_days: int
    note: str
    hours: str = ""
    person: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """Time off for a person, a resource, or (neither) the whole business, in whole days."""

    in_days: int
    days: int
    reason: str
    person: str = ""
    room: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """A business, its policy, and what it offers."""

    slug: str
    name: str
    kind: str
    city: City
    address: str
    phone: str
    currency: str
    owner: str
    owner_email: str = ""
    about: str
    hours: str
    people: tuple[Person, ...] = ()
    rooms: tuple[Room, ...] = ()
    offers: tuple[Offer, ...]
    goods: tuple[Good, ...] = ()
    specials: tuple[Special, ...] = ()
    away: tuple[Away, ...] = ()
    by_hand: bool = False
    featured: bool = False
    step: int = 15
    notice: int = 30
    horizon: int = 90
    cancellation: int = 120
    before: int = 0
    after: int = 0


def parse_hours(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (weekday, start minute, end minute) of ``Mon-Fri 8:00-17:00, Sat 8:00-13:00``.

    Raises ValueError for what it cannot read, so that a slip in the data does not close a shop.
    """
    for part in filter(None, (each.strip() for each in text.split(","))):
        found = HOURS.fullmatch(part)
        if found is None:
            raise ValueError(f"Not weekly hours: {part!r}")
        first, last, *clock = found.groups()
        start, end = parse_span(":".join(clock[:2]) + "-" + ":".join(clock[2:]))
        begin = WEEKDAYS.index(first)
        for weekday in range(begin, WEEKDAYS.index(last or first) + 1):
            yield weekday, start, end


def parse_span(text: str) -> tuple[int, int]:
    """Return the minutes since midnight of ``8:00-17:30``."""
    start, end = (
        int(hour) * 60 + int(minute)
        for hour, minute in (clock.split(":") for clock in text.split("-"))
    )
    return start, end


def chance(*seed: str | int) -> random.Random:
    """Return a source of chance that gives the same on every run for the same seed."""
    return random.Random(":".join(map(str, seed)))  # noqa: S311 - variety, guards nothing
