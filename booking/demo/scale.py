"""Scale data: providers and appointments by the million, loaded in one transaction.

Each appointment has a session of its own and its history: one event for the booking and, for those
that are over, one for how they ended. They lie on a grid per staff member, spread evenly from two
years ago to 90 days ahead, so that no two overlap; every constraint stays on while they are loaded.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from itertools import count
from random import Random

from django.db import transaction

from booking.demo import market
from booking.demo.blueprint import chance
from booking.demo.copy import Sink, analyze, next_id, own_tables, settle_ids
from booking.demo.references import SCALE, reference
from booking.demo.scale_supply import (
    BUSY,
    CALM,
    FULL,
    OPENS,
    WORKING_DAYS,
    Shape,
    Site,
    build_customers,
    build_sites,
    ordinary,
)
from booking.models import Appointment, AppointmentEvent, Client, Session
from customers.models import User

PAST_DAYS = 730
FUTURE_DAYS = 90
FULL_DAYS = 98  # a week longer than anybody can book, so that it is full next week too
CALM_APPOINTMENTS = 1000
MINUTE = timedelta(minutes=1)
ANSWERED_AFTER = timedelta(minutes=30)
GUESTS = market.NAMES["ZW"] + market.NAMES["KE"]

SESSION = (
    *("id", "provider_id", "service_id", "staff_id", "start", "end"),
    *("occupied_from", "occupied_until", "seats", "seats_taken", "active"),
)
CLIENT = (
    *("id", "provider_id", "identity", "user_id", "name", "email", "phone", "notes"),
    *("blocked", "created_at"),
)
APPOINTMENT = (
    *("id", "provider_id", "service_id", "staff_id", "session_id", "customer_id", "client_id"),
    *("guest_name", "guest_email", "guest_phone", "start", "end", "party_size", "status"),
    *("price", "currency", "notes", "business_notes", "source", "reference", "token"),
    *("request_digest", "created_at", "updated_at"),
)
EVENT = (
    *("appointment_id", "action", "actor", "by_id", "from_status", "to_status"),
    *("to_start", "to_staff_id", "reason", "created_at"),
)


PAST_ENDINGS = ("completed",) * 86 + ("cancelled",) * 8 + ("no_show",) * 6
AHEAD = ("confirmed",) * 24 + ("cancelled",)
WAITING = ("confirmed",) * 18 + ("pending",) * 6 + ("cancelled",)
"""Statuses to draw from, with equal chances: the past; what is to come, also where the business
answers by hand."""

TOOK_TIME = frozenset({"completed", "no_show"})
NOT_YET = frozenset({"confirmed", "pending"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How many appointments each provider gets."""

    parts: tuple[tuple[Shape, int], ...]

    @classmethod
    def of(cls, *, providers: int, appointments: int, busy: int | None = None) -> "Plan":
        """Share ``appointments`` out: to scale-busy, to scale-calm, the rest evenly.

        Raises ValueError when they do not fit into the calendars.
        """
        if providers < 1 or appointments < 0:
            raise ValueError("Give --providers (1 or more) and --appointments (0 or more).")
        busy = appointments // 20 if busy is None else busy
        calm = min(CALM_APPOINTMENTS, appointments // 20)
        rest = appointments - busy - calm
        if rest < 0 or busy < 0:
            raise ValueError("--busy must leave appointments for the others.")
        shapes = [ordinary(number) for number in range(1, providers + 1)]
        each, over = divmod(rest, providers)
        parts = [(BUSY, busy), (CALM, calm)]
        parts += [(shape, each + (number < over)) for number, shape in enumerate(shapes)]
        for shape, wanted in parts:
            room = shape.staff * shape.cells * _fewest_days()
            if wanted > room:
                raise ValueError(f"{shape.slug} has room for {room} appointments, not {wanted}.")
        return cls(tuple(parts))

    @property
    def shapes(self) -> list[Shape]:
        """All providers to make, the full one last."""
        return [*(shape for shape, _ in self.parts), FULL]


def load(plan: Plan, *, now: datetime) -> Iterator[str]:
    """Load it all or nothing; yields what was done, with seconds. Deterministic but for tokens."""
    begun = time.perf_counter()
    with transaction.atomic():
        own_tables(Client, Session, Appointment, AppointmentEvent)
        sites = list(build_sites(plan.shapes))
        loader = Loader(now, build_customers(1 + sum(wanted for _, wanted in plan.parts) // 200))
        yield f"{len(sites)} providers ({time.perf_counter() - begun:.1f} s)"
        for site, (_, wanted) in zip(sites, plan.parts, strict=False):
            loader.spread(site, wanted)
        loader.fill_up(sites[-1])
        loader.finish()
        yield f"{loader.rows} rows written ({time.perf_counter() - begun:.1f} s)"
    committed = time.perf_counter() - begun
    yield f"{loader.appointments.written} appointments committed ({committed:.1f} s)"
    analyze()
    yield f"statistics taken ({time.perf_counter() - begun:.1f} s)"


class Loader:
    """Makes rows of clients, sessions, appointments and events, and hands them to their sinks."""

    def __init__(self, now: datetime, customers: list[User]) -> None:
        self.now = now
        self.customers = customers
        self.clients = Sink(Client, CLIENT)
        self.sessions = Sink(Session, SESSION)
        self.appointments = Sink(Appointment, APPOINTMENT)
        self.events = Sink(AppointmentEvent, EVENT)
        self.client_ids = count(next_id(Client))
        self.known: dict[str, int] = {}  # the clients of one provider, by identity
        self.first_session = next_id(Session)
        self.first_appointment = next_id(Appointment)
        self.numbers = count()

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """In the order in which rows refer to one another."""
        return self.clients, self.sessions, self.appointments, self.events

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return sum(sink.written for sink in self.sinks)

    def spread(self, site: Site, wanted: int) -> None:
        """Give a provider ``wanted`` appointments, over all its staff and days."""
        self.known = {}
        rng = chance("scale", site.shape.slug)
        today = self.now.astimezone(site.zone).date()
        days = _working_days(today, -PAST_DAYS, FUTURE_DAYS)
        cells = len(days) * site.shape.cells
        for place in sorted(rng.sample(range(cells * len(site.staff_ids)), wanted)):
            person, cell = divmod(place, cells)
            day, number = divmod(cell, site.shape.cells)
            ahead = (days[day] - today).days
            self._add(site, Cell(site.staff_ids[person], days[day], number, ahead), rng)

    def fill_up(self, site: Site) -> None:
        """Book every cell from today on, so that nothing at all is free."""
        self.known = {}
        rng = chance("scale", site.shape.slug)
        today = self.now.astimezone(site.zone).date()
        for person in site.staff_ids:
            for day in _working_days(today, 0, FULL_DAYS):
                for number in range(site.shape.cells):
                    cell = Cell(person, day, number, (day - today).days)
                    self._add(site, cell, rng, exactly=True)

    def finish(self) -> None:
        """Write what is left and settle the ids."""
        for sink in self.sinks:
            sink.flush()
        settle_ids(Client, Session, Appointment)

    def _add(self, site: Site, cell: "Cell", rng: Random, *, exactly: bool = False) -> None:
        """Book a cell; ``exactly``: with the service that fills it, confirmed."""
        services = site.services
        service_id, minutes, price = services[0] if exactly else rng.choice(services)
        start = cell.start(site)
        end = start + minutes * MINUTE
        status = "confirmed" if exactly else _status(site, cell, rng)
        booked = min(start, self.now) - rng.randint(60, 20_000) * MINUTE
        visit = Visit(
            site=site,
            number=next(self.numbers),
            service_id=service_id,
            staff_id=cell.staff_id,
            customer=rng.choice(self.customers) if rng.randrange(2) else None,
            start=_text(start),
            end=_text(end),
            status=status,
            price=price,
            booked=booked,
            changed=_changed(site, status, booked, end),
        )
        self._write_session(visit)
        self._write_appointment(visit, rng)
        self._write_history(visit)

    def _write_session(self, visit: "Visit") -> None:
        active = visit.status in NOT_YET
        self.sessions.add(
            (
                *(self.first_session + visit.number, visit.site.provider_id, visit.service_id),
                *(visit.staff_id, visit.start, visit.end, visit.start, visit.end),
                *(1, int(active), active),
            )
        )

    def _write_appointment(self, visit: "Visit", rng: Random) -> None:
        guest, user = ("", "", ""), visit.customer
        if user is None:
            name = GUESTS[rng.randrange(len(GUESTS))]
            guest = (name, "", f"+26377{rng.randint(2_000_000, 8_999_999)}")
        self.appointments.add(
            (
                *(self.first_appointment + visit.number, visit.site.provider_id, visit.service_id),
                *(visit.staff_id, self.first_session + visit.number, user.pk if user else None),
                *(self._client(visit, guest), *guest),
                *(visit.start, visit.end, 1, visit.status, visit.price, visit.site.currency),
                *("", "", "web", reference(SCALE + visit.number), secrets.token_urlsafe(24), ""),
                *(_text(visit.booked), _text(visit.changed)),
            )
        )

    def _client(self, visit: "Visit", guest: tuple[str, str, str]) -> int:
        """Return the provider's client, written when they book there for the first time."""
        user = visit.customer
        identity = f"user:{user.pk}" if user else f"phone:{guest[2]}"
        if identity not in self.known:
            self.known[identity] = next(self.client_ids)
            contact = (user.name, user.email, user.phone) if user else guest
            about = (visit.site.provider_id, identity, user.pk if user else None)
            self.clients.add(
                (self.known[identity], *about, *contact, "", False, _text(visit.booked))
            )
        return self.known[identity]

    def _write_history(self, visit: "Visit") -> None:
        about = (visit.start, visit.staff_id, "")
        for action, actor, by, before, after, when in _steps(visit):
            self.events.add(
                (
                    *(self.first_appointment + visit.number, action, actor, by, before, after),
                    *(*about, _text(when)),
                )
            )


@dataclass(frozen=True, slots=True)
class Cell:
    """A place on the grid: whose, on which local date, the how-manieth, and how far from today."""

    staff_id: int
    day: date
    number: int
    ahead: int

    def start(self, site: Site) -> datetime:
        """When it begins (UTC)."""
        opens = datetime.combine(self.day, wall_time(OPENS // 60), site.zone).astimezone(UTC)
        return opens + site.shape.cell * self.number * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One booking of scale data; ``number`` counts from nought and gives all its ids."""

    site: Site
    number: int
    service_id: int
    staff_id: int
    customer: User | None
    start: str
    end: str
    status: str
    price: int
    booked: datetime
    changed: datetime


Step = tuple[str, str, int | None, str, str, datetime]


def _steps(visit: Visit) -> Iterator[Step]:
    """Yield its history: action, actor, by, from, to, when."""
    who = "customer" if visit.customer else "guest"
    booker = visit.customer.pk if visit.customer else None
    owner, status, before = visit.site.owner_id, visit.status, "confirmed"
    if not visit.site.shape.by_hand:
        yield "booked", who, booker, "", "confirmed", visit.booked
    else:
        yield "requested", who, booker, "", "pending", visit.booked
        if status in {"pending", "cancelled"}:
            before = "pending"
        else:
            answered = visit.booked + ANSWERED_AFTER
            yield "accepted", "provider", owner, "pending", "confirmed", answered
    if status == "cancelled":
        yield status, who, booker, before, status, visit.changed
    elif status in TOOK_TIME:
        yield status, "provider", owner, before, status, visit.changed


def _changed(site: Site, status: str, booked: datetime, end: datetime) -> datetime:
    """When its last step was taken."""
    if status in TOOK_TIME:
        return end
    untouched = status == "pending" or (status == "confirmed" and not site.shape.by_hand)
    return booked if untouched else booked + ANSWERED_AFTER


def _status(site: Site, cell: Cell, rng: Random) -> str:
    """What became of it: today's and most of those to come are confirmed."""
    if cell.ahead < 0:
        return rng.choice(PAST_ENDINGS)
    if cell.ahead == 0:
        return "confirmed"
    return rng.choice(WAITING if site.shape.by_hand else AHEAD)


def _working_days(today: date, first: int, last: int) -> list[date]:
    around = (today + timedelta(days=offset) for offset in range(first, last + 1))
    return [day for day in around if day.weekday() in WORKING_DAYS]


def _fewest_days() -> int:
    """How many working days the span has at least, whatever weekday today is."""
    return (PAST_DAYS + FUTURE_DAYS + 1) * len(WORKING_DAYS) // 7 - 1


def _text(instant: datetime) -> str:
    return str(instant)[:19]
