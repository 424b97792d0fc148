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
from booking.domain.pricing import price_of
from booking.models import Appointment, AppointmentEvent, Session, Status
from booking.models.appointment import ACTIVE
from customers.models import User

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
CALLED_OFF = ("Feeling unwell", "Something came up", "Will be travelling", "")
WISHES = ("First visit.", "Please call when you are ready for me.", "Same as last time.")


@dataclass(slots=True)
class Ledger:
    """All rows of the market's bookings, in the order in which they are written."""

    now: datetime
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
    for business in businesses:
        diary = fill(business)
        reserved = _visits_of_customer(business, diary)
        waiting = count()
        for number, placed in enumerate(diary):
            if number in reserved:
                parties = [Party(placed.seats if _is_group(placed) else 1, customer)]
            else:
                parties = _parties(business, placed)
            _book(ledger, business, placed, parties, waiting)
    _write(ledger)
    return len(ledger.appointments)


def _visits_of_customer(business: Business, diary: Sequence[Placed]) -> set[int]:
    """Return the places in the diary that go to the demo customer: one for each wish of theirs."""
    chosen: dict[int, int] = {}
    for slug, wish in market.CUSTOMER_VISITS:
        if slug != business.shop.slug:
            continue
        open_days = [
            (abs(placed.day - wish), number)
            for number, placed in enumerate(diary)
            if placed.day * wish > 0
            and placed.offered.service.seats == 1
            and placed.day not in chosen
        ]
        if open_days:
            number = min(open_days)[1]
            chosen[diary[number].day] = number
    return set(chosen.values())


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
    declines = status == Status.CANCELLED and business.shop.by_hand and rng.random() < 0.3
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
        guest_name=party.name,
        guest_email=party.email,
        guest_phone=party.phone,
        start=session.start,
        end=session.end,
        party_size=party.size,
        status=status,
        price=price,
        currency=session.provider.currency,
        notes=rng.choice(WISHES) if rng.random() < 0.12 else "",
        reference=reference(next(ledger.numbers)),
    )


def _history(
    appointment: Appointment, business: Business, placed: Placed, rng: Random
) -> Iterator[AppointmentEvent]:
    """Yield what was done, in order; all of it before today began, or once the visit was over."""
    booked = min(
        appointment.start - timedelta(minutes=rng.randint(1500, 12_000)),
        local_midnight(business) - timedelta(minutes=rng.randint(90, 3000)),
    )
    asked = business.shop.by_hand
    who = By.CUSTOMER if appointment.customer else By.GUEST
    first = Status.PENDING if asked else Status.CONFIRMED
    action = Action.REQUESTED if asked else Action.BOOKED
    yield _event(appointment, action, who, "", first, booked)
    status = Status(appointment.status)
    before = first
    if asked and status not in {Status.PENDING, Status.DECLINED}:
        answered = booked + timedelta(minutes=rng.randint(5, 40))
        yield _event(appointment, Action.ACCEPTED, By.PROVIDER, first, Status.CONFIRMED, answered)
        before = Status.CONFIRMED
    if status in CLOSING:
        yield _closing(appointment, before, who, booked, rng)


def _closing(
    appointment: Appointment, before: Status, who: By, booked: datetime, rng: Random
) -> AppointmentEvent:
    status = Status(appointment.status)
    reason = ""
    if status in {Status.COMPLETED, Status.NO_SHOW}:
        who, when = By.PROVIDER, appointment.end
    else:
        when = booked + timedelta(minutes=rng.randint(45, 80))
        who = By.PROVIDER if status == Status.DECLINED else who
        reason = "Fully booked that day" if status == Status.DECLINED else rng.choice(CALLED_OFF)
    return _event(appointment, CLOSING[status], who, before, status, when, reason)


def _event(
    appointment: Appointment,
    action: Action,
    actor: By,
    before: Status | str,
    after: Status,
    when: datetime,
    reason: str = "",
) -> AppointmentEvent:
    by = {By.CUSTOMER: appointment.customer, By.PROVIDER: appointment.provider.owner}.get(actor)
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
        created_at=when,
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
    Appointment.objects.bulk_create(ledger.appointments, batch_size=500)
    AppointmentEvent.objects.bulk_create(ledger.events, batch_size=500)
    mine = AppointmentEvent.objects.filter(appointment=OuterRef("pk")).order_by("created_at")
    # Rows are stamped with the moment of writing; these were booked days and weeks ago.
    written = Appointment.objects.filter(provider__in={row.provider_id for row in ledger.sessions})
    written.update(
        created_at=Subquery(mine.values("created_at")[:1]),
        updated_at=Subquery(mine.reverse().values("created_at")[:1]),
    )
