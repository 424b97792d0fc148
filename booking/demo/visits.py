"""Who comes to the sessions that the diaries hold, and what became of each booking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db.models import OuterRef, Subquery

from booking.demo import market
from booking.demo.blueprint import chance
from booking.demo.build import Business
from booking.demo.diary import Placed, fill, local_midnight
from booking.demo.references import MARKET, reference
from booking.domain.clients import Contact, Person
from booking.domain.pricing import price_of
from booking.models import Appointment, AppointmentEvent, Client, Session, Status
from booking.models.appointment import ACTIVE
from customers.models import User
from providers.models import Provider

Action = AppointmentEvent.Action
By = AppointmentEvent.Actor

OUTCOMES = {
    True: (Status.COMPLETED,) * 17 + (Status.CANCELLED,) * 2 + (Status.NO_SHOW,),
    False: (Status.CONFIRMED,) * 15 + (Status.CANCELLED,),
}
"""What becomes of a booking: past, or still to come; drawn with equal chances."""

CLOSING = {
    Status.COMPLETED: Action.COMPLETED,
    Status.NO_SHOW: Action.NO_SHOW,
    Status.CANCELLED: Action.CANCELLED,
    Status.DECLINED: Action.DECLINED,
}
EVERY_THIRD = 3
TOOK_TIME = frozenset({Status.COMPLETED, Status.NO_SHOW})
REASONS = {
    Status.CANCELLED: ("Feeling unwell", "Something came up", "Will be travelling", ""),
    Status.DECLINED: ("Fully booked that day", "Not on that day, sorry"),
}
WISHES = ("First visit.", "Please call when you are ready for me.", "Same as last time.")


@dataclass(slots=True)
class Ledger:
    """All rows of the market's bookings, in the order in which they are written."""

    now: datetime
    clients: dict[tuple[int, str], Client] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    resources: list[tuple[Session, Placed]] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    events: list[AppointmentEvent] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(MARKET))


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes together: an account or a guest, and how many they are."""

    size: int
    customer: User | None = None
    name: str = ""
    email: str = ""
    phone: str = ""


def build_visits(businesses: Sequence[Business], *, customer: User, now: datetime) -> int:
    """Write sessions, appointments and their history; return the number of appointments."""
    ledger = Ledger(now)
    busy_days: set[int] = set()
    for business in businesses:
        diary = fill(business)
        reserved = _visits_of_customer(business, diary, busy_days)
        waiting = count()
        for number, placed in enumerate(diary):
            if number in reserved:
                parties = [Party(placed.seats if _is_group(placed) else 1, customer)]
            else:
                parties = _parties(business, placed)
            _book(ledger, business, placed, parties, waiting)
    _write(ledger)
    return len(ledger.appointments)


def _visits_of_customer(
    business: Business, diary: Sequence[Placed], busy_days: set[int]
) -> set[int]:
    """Return the places in the diary that go to the demo customer, who goes out once a day."""
    chosen = set()
    for slug, wish in market.CUSTOMER_VISITS:
        fitting = [
            (abs(placed.day - wish), number)
            for number, placed in enumerate(diary)
            if slug == business.shop.slug
            and placed.day * wish > 0
            and placed.day not in busy_days
            and not placed.offered.service.is_class
        ]
        if fitting:
            number = min(fitting)[1]
            busy_days.add(diary[number].day)
            chosen.add(number)
    return chosen


def _is_group(placed: Placed) -> bool:
    """Whether a party comes together, such as a couple."""
    return placed.seats > 1 and not placed.offered.service.is_class


def _parties(business: Business, placed: Placed) -> list[Party]:
    rng = chance(business.shop.slug, placed.start.isoformat(), placed.offered.offer.name)
    guests = rng.sample(market.NAMES[business.shop.city.country], 8)
    if placed.offered.service.is_class:
        wanted = rng.randint(1, min(8, placed.seats - 1))
        return [_guest(business, name, 1, rng) for name in guests[:wanted]]
    size = placed.seats if placed.staff else rng.randint(1, placed.seats)
    return [_guest(business, guests[0], size, rng)]


def _guest(business: Business, name: str, size: int, rng: Random) -> Party:
    """A guest with a phone number, an email address, or both."""
    phone = f"{market.PHONE_PREFIX[business.shop.city.country]}{rng.randint(2000000, 8999999)}"
    email = name.lower().replace(" ", ".") + "@example.com"
    reach = rng.randrange(3)
    return Party(
        size, name=name, email=email if reach != 0 else "", phone=phone if reach != 1 else ""
    )


def _book(
    ledger: Ledger,
    business: Business,
    placed: Placed,
    parties: Sequence[Party],
    waiting: Iterator[int],
) -> None:
    session = Session(
        provider=business.provider,
        service=placed.offered.service,
        staff=placed.staff,
        start=placed.start,
        end=placed.end,
        occupied_from=placed.occupied_from,
        occupied_until=placed.occupied_until,
        seats=placed.seats if placed.offered.service.is_class else 1,
    )
    for party in parties:
        rng = chance(business.shop.slug, placed.start.isoformat(), party.name, party.size)
        status = _outcome(business, placed, party, waiting, rng)
        appointment = _appointment(ledger, session, party, status, rng)
        ledger.appointments.append(appointment)
        ledger.events += _history(appointment, business, placed, rng)
        if status in ACTIVE:
            session.seats_taken += appointment.seats_used
    session.active = session.seats_taken > 0
    ledger.sessions.append(session)
    ledger.resources.append((session, placed))


def _outcome(
    business: Business, placed: Placed, party: Party, waiting: Iterator[int], rng: Random
) -> Status:
    """Today's are confirmed; where the business answers by hand every third to come still waits."""
    if placed.day == 0:
        return Status.CONFIRMED
    if placed.day > 0 and business.shop.by_hand and next(waiting) % EVERY_THIRD == 0:
        return Status.PENDING
    if placed.day > 0 and party.customer:
        return Status.CONFIRMED
    status = rng.choice(OUTCOMES[placed.day < 0])
    declines = status == Status.CANCELLED and business.shop.by_hand and rng.randrange(3) == 0
    return Status.DECLINED if declines else status


def _appointment(
    ledger: Ledger, session: Session, party: Party, status: Status, rng: Random
) -> Appointment:
    length = int((session.end - session.start).total_seconds()) // 60
    price = price_of(service=session.service, duration=length, party_size=party.size)
    return Appointment(
        provider=session.provider,
        service=session.service,
        staff=session.staff,
        session=session,
        customer=party.customer,
        client=_client(ledger, session.provider, party),
        guest_name=party.name,
        guest_email=party.email,
        guest_phone=party.phone,
        start=session.start,
        end=session.end,
        party_size=party.size,
        status=status,
        price=price,
        currency=session.provider.currency,
        notes=rng.choice(WISHES) if rng.randrange(8) == 0 else "",
        reference=reference(next(ledger.numbers)),
    )


def _client(ledger: Ledger, provider: Provider, party: Party) -> Client:
    """Return the business's client for a party: the same one for the same identity."""
    person = Person.of(party.customer, Contact(party.name, party.email, party.phone))
    client = Client(
        provider=provider,
        identity=next(key for key in person.keys if key),
        user=party.customer,
        name=person.name,
        email=person.email,
        phone=person.phone,
    )
    return ledger.clients.setdefault((provider.pk, str(client.identity)), client)


def _history(
    appointment: Appointment, business: Business, placed: Placed, rng: Random
) -> Iterator[AppointmentEvent]:
    """Yield what was done, in order; all of it before today began, or once the visit was over."""
    booked = min(
        appointment.start - timedelta(minutes=rng.randint(1500, 12_000)),
        local_midnight(business) - timedelta(minutes=rng.randint(90, 3000)),
    )
    status = Status(appointment.status)
    by_hand = business.shop.by_hand
    before = Status.PENDING if by_hand else Status.CONFIRMED
    first = Action.REQUESTED if by_hand else Action.BOOKED
    yield _event(appointment, first, "", before, at=booked)
    if by_hand and status not in {Status.PENDING, Status.DECLINED}:
        answered = booked + timedelta(minutes=rng.randint(5, 40))
        yield _event(appointment, Action.ACCEPTED, before, Status.CONFIRMED, at=answered)
        before = Status.CONFIRMED
    if status in CLOSING:
        called_off = booked + timedelta(minutes=rng.randint(45, 80))
        at = appointment.end if status in TOOK_TIME else called_off
        reason = rng.choice(REASONS.get(status, ("",)))
        yield _event(appointment, CLOSING[status], before, status, at=at, reason=reason)


def _event(
    appointment: Appointment,
    action: Action,
    before: Status | str,
    after: Status,
    *,
    at: datetime,
    reason: str = "",
) -> AppointmentEvent:
    """A row of history; the booker books and calls off, the business does the rest."""
    by: User | None = appointment.provider.owner
    actor = By.PROVIDER
    if action in {Action.REQUESTED, Action.BOOKED, Action.CANCELLED}:
        by = appointment.customer
        actor = By.CUSTOMER if by else By.GUEST
    return AppointmentEvent(
        appointment=appointment,
        action=action,
        actor=actor,
        by=by,
        from_status=before,
        to_status=after,
        to_start=appointment.start,
        to_staff=appointment.staff,
        reason=reason,
        created_at=at,
    )


def _write(ledger: Ledger) -> None:
    Session.objects.bulk_create(ledger.sessions, batch_size=500)
    uses = Session.resources.through
    uses.objects.bulk_create(
        (
            uses(session=session, resource=resource)
            for session, placed in ledger.resources
            for resource in placed.offered.resources
        ),
        batch_size=500,
    )
    Client.objects.bulk_create(ledger.clients.values(), batch_size=500)
    Appointment.objects.bulk_create(ledger.appointments, batch_size=500)
    AppointmentEvent.objects.bulk_create(ledger.events, batch_size=500)
    mine = AppointmentEvent.objects.filter(appointment=OuterRef("pk")).order_by("created_at")
    # Rows are stamped with the moment of writing; these were booked days and weeks ago.
    written = Appointment.objects.filter(provider__in={row.provider_id for row in ledger.sessions})
    written.update(
        created_at=Subquery(mine.values("created_at")[:1]),
        updated_at=Subquery(mine.reverse().values("created_at")[:1]),
    )
