"""Book: the one door through which new appointments come.

Lock the provider, look again, write, with the database's constraints behind it (docs/locking.md).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from booking.constraints import is_overlap
from booking.domain.actors import Actor
from booking.domain.clients import Contact, check_not_blocked, client_of, current
from booking.domain.errors import IdempotencyMismatch, NotFree, PriceChanged, SlotUnavailable
from booking.domain.events import Action, record
from booking.domain.free_time import Ask, FreeTime, check_instant, load_around, performers
from booking.domain.locking import lock_provider
from booking.domain.offers import as_offered
from booking.domain.pricing import price_of
from booking.domain.refusals import refuse, refuse_afresh
from booking.domain.sessions import occupy
from booking.models import Appointment, Client, Hold, Status
from booking.words import one_line
from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput
from project.prepared import Prepared
from providers.models import Provider, Staff

__all__ = ["Booking", "Contact", "Source", "book"]

Source = Appointment.Source


@dataclass(frozen=True, slots=True)
class Booking:
    """Everything that somebody asks for when booking.

    ``idempotency_key`` is already scoped to its caller. ``override_policy`` lifts notice and
    horizon for the business's own bookings.
    """

    ask: Ask
    start: datetime
    by: Actor
    now: datetime
    customer: User | None
    contact: Contact
    client: Client | None
    notes: str
    source: Source
    idempotency_key: str | None
    visitor: str
    hold: Hold | None
    price: tuple[Decimal, str] | None
    override_policy: bool

    @property
    def digest(self) -> str:
        """Tell one request from another under the same key."""
        staff = self.ask.staff.pk if self.ask.staff else ""
        facts: tuple[object, ...] = (
            self.ask.service.pk,
            self.start,
            staff,
            self.ask.duration,
            self.ask.party_size,
        )
        if self.by.is_business:  # one form of the reception, used again for somebody else
            facts += (self.client.pk if self.client else "", self.contact)
        return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()


def book(
    ask: Ask,
    *,
    start: datetime,
    by: Actor,
    now: datetime,
    customer: User | None = None,
    contact: Contact | None = None,
    client: Client | None = None,
    notes: str = "",
    source: Source = Source.WEB,
    idempotency_key: str | None = None,
    visitor: str = "",
    hold: Hold | None = None,
    price: tuple[Decimal, str] | None = None,
    override_policy: bool = False,
) -> Appointment:
    """Book ``ask`` at ``start`` and return the appointment.

    The same ``idempotency_key`` returns the appointment that it made before. With ``hold`` its
    staff member performs it or nobody, and an expired one refuses the booking. With ``client`` it
    is booked for somebody whom the business knows: account and contact are theirs where none are
    given. ``price`` is the amount and currency that somebody agreed to. Raises ``SlotUnavailable``,
    ``PriceChanged``, ``IdempotencyMismatch``, ``ClientBlocked`` or ``InvalidInput``; then nothing
    was written.
    """
    if client is not None:
        client = current(client, provider=ask.service.provider)
        customer = customer or client.user
        contact = contact or _contact_of(client)
    booking = Booking(
        ask=ask,
        start=check_instant(start, now=now),
        by=by,
        now=now,
        customer=customer,
        contact=contact or Contact(),
        client=client,
        notes=notes,
        source=source,
        idempotency_key=idempotency_key,
        visitor=visitor,
        hold=hold,
        price=price,
        override_policy=override_policy and by.is_business,
    )
    _check_contact(booking)
    try:
        return _book(booking)
    except NotFree as refusal:
        raise refuse(refusal.free, booking.start, refusal.message) from None
    except IntegrityError as error:
        return _after_collision(booking, error)


@retry_on_conflict
def _book(booking: Booking) -> Appointment:
    """Run the transaction, or raise and leave everything, the hold too, as it was."""
    with transaction.atomic():
        provider = lock_provider(booking.ask.service.provider_id)
        # A hold is booked once at most: whoever can still spend it has not booked before.
        if not _use_hold(booking):
            if (earlier := _earlier(booking)) is not None:
                return earlier
            if booking.hold is not None:
                raise SlotUnavailable(
                    "We kept this time for you for a while, and that while is over."
                )
        booking = _as_offered(booking, provider)
        return _write(booking, _choose(booking))


def _as_offered(booking: Booking, provider: Provider) -> Booking:
    """Return the booking of what is on offer now: what the page believed does not count."""
    open_to_all = not booking.by.is_business
    ask = as_offered(booking.ask, provider=provider, for_everybody=open_to_all)
    price = price_of(service=ask.service, duration=ask.duration, party_size=ask.party_size)
    if booking.price is not None and booking.price != (price, provider.currency):
        raise PriceChanged
    return replace(booking, ask=ask)


def _choose(booking: Booking) -> Staff | None:
    """Return who performs it: of a hold the one who was shown, whoever else could.

    Raises ``NotFree``. Of a hold only that one person's time is looked at, unless it is not free.
    """
    held = _held_person(booking)
    if held is not None:
        narrow = replace(booking.ask, staff=held)
        if _load(booking, narrow).slot(booking.start) is not None:
            return held
    free = _load(booking, booking.ask)
    slot = free.slot(booking.start)
    if slot is None:
        raise NotFree(free)
    if booking.hold is None:
        return free.choose(slot)
    if booking.hold.staff_id not in slot.staff_ids:
        message = "The person we showed you cannot take this time any more. Somebody else can."
        raise NotFree(free, message)
    return held


def _held_person(booking: Booking) -> Staff | None:
    """Return whom the hold is with, as long as they perform the service."""
    if booking.hold is None or booking.hold.staff_id is None:
        return None
    able = performers(booking.ask.service)
    return next((one for one in able if one.pk == booking.hold.staff_id), None)


def _load(booking: Booking, ask: Ask) -> FreeTime:
    return load_around(
        ask,
        booking.start,
        now=booking.now,
        by_business=booking.override_policy,
        visitor=booking.visitor,
    )


def _write(booking: Booking, staff: Staff | None) -> Appointment:
    ask = booking.ask
    provider = ask.service.provider
    waits = not provider.auto_confirm and not booking.by.is_business
    appointment = Appointment.objects.create(
        provider=provider,
        service=ask.service,
        staff=staff,
        session=occupy(ask, start=booking.start, staff=staff),
        customer=booking.customer,
        client=_client(booking, provider),
        guest_name=one_line(booking.contact.name),
        guest_email=booking.contact.email,
        guest_phone=booking.contact.phone,
        start=booking.start,
        end=booking.start + timedelta(minutes=ask.duration),
        party_size=ask.party_size,
        status=Status.PENDING if waits else Status.CONFIRMED,
        price=price_of(service=ask.service, duration=ask.duration, party_size=ask.party_size),
        currency=provider.currency,
        notes=booking.notes,
        source=booking.source,
        idempotency_key=booking.idempotency_key,
        request_digest=booking.digest if booking.idempotency_key else "",
    )
    action = Action.REQUESTED if waits else Action.BOOKED
    record(appointment, action, by=booking.by, now=booking.now)
    return appointment


def _client(booking: Booking, provider: Provider) -> Client:
    """Return whose it is; behind the lock, as somebody may have merged the one who was chosen."""
    if booking.client is not None:
        client = current(booking.client, provider=provider)
        check_not_blocked(client, booking.by)
        return client
    return client_of(
        provider=provider, customer=booking.customer, contact=booking.contact, by=booking.by
    )


def _contact_of(client: Client) -> Contact:
    """Return how to reach a client without an account; with one, the account says it."""
    if client.user_id:
        return Contact()
    return Contact(name=client.name, email=client.email, phone=client.phone)


def _use_hold(booking: Booking) -> bool:
    """Spend the hold, if any; say whether it was there. Two requests cannot both: the lock."""
    if booking.hold is None:
        return False
    live = Hold.objects.live(booking.now).filter(pk=booking.hold.pk, visitor=booking.visitor)
    # Nothing hangs on a hold, so that Django need not look for what to delete with it.
    return bool(live._raw_delete(live.db))  # noqa: SLF001


def _keys_query(*, key: str) -> QuerySet[Any, tuple[Any, ...]]:
    return Appointment.objects.filter(idempotency_key=key).values_list("pk")


KNOWN_KEYS = Prepared(_keys_query)


def _earlier(booking: Booking) -> Appointment | None:
    """Return what the same key booked before, if anything."""
    key = booking.idempotency_key
    # Nearly always there is nothing, and to learn only that costs a tenth of the whole query.
    if key is None or not KNOWN_KEYS.rows(key=key):
        return None
    found = Appointment.objects.with_names().filter(idempotency_key=key).first()
    if found is not None and found.request_digest != booking.digest:
        raise IdempotencyMismatch
    return found


def _after_collision(booking: Booking, error: IntegrityError) -> Appointment:
    """Read what a constraint's refusal means: the key was just used, or the time is taken."""
    if (earlier := _earlier(booking)) is not None:
        return earlier
    if is_overlap(error) or "session_seats_not_oversold" in str(error):
        raise refuse_afresh(
            booking.ask,
            booking.start,
            now=booking.now,
            by_business=booking.override_policy,
            visitor=booking.visitor,
        )
    raise error


def _check_contact(booking: Booking) -> None:
    """Hold that the business can tell who comes and can reach them."""
    if booking.customer is not None or booking.by.is_business:
        return
    if not one_line(booking.contact.name):
        raise InvalidInput("Please tell us your name.", field="name")
    if not (booking.contact.email or booking.contact.phone):
        raise InvalidInput("Give an email address or a phone number.", field="phone")
