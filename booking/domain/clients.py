"""Who books, as one business knows them: found again at each booking, blocked, merged.

A person is recognised by their account, email address or phone number. Everything here that writes
runs behind the provider's lock (docs/locking.md), so that a person gets one row and not two; the
unique identity stands behind it.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet

from booking.domain.actors import Actor
from booking.domain.errors import CannotMerge, ClientBlocked
from booking.domain.locking import lock_provider
from booking.models import Appointment, Client
from booking.words import one_line
from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput, NotAllowed
from project.prepared import Prepared
from providers.models import Provider, Staff

log = logging.getLogger(__name__)

FEWEST_DIGITS = 3
"""Fewer digits than these are no part of a phone number worth looking for."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a guest: a name, and an email address or an E.164 phone number."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """By what somebody who books can be recognised; ``email`` is in lower case."""

    user: int | None
    name: str
    email: str
    phone: str

    @classmethod
    def of(cls, customer: User | None, contact: Contact) -> "Person":
        """Put together what the account says and what was typed, which goes first."""
        name = one_line(contact.name) or (customer.name if customer else "")
        email = contact.email or (customer.email if customer else "")
        phone = contact.phone or (customer.phone if customer else "")
        return cls(customer.pk if customer else None, name, email.lower(), phone)

    @property
    def keys(self) -> tuple[str | None, str | None, str | None]:
        """The identities of account, email and phone, as ``Client.identity`` has them."""
        return (
            f"user:{self.user}" if self.user else None,
            f"email:{self.email}" if self.email else None,
            f"phone:{self.phone}" if self.phone else None,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """The row of a client, as far as a booking needs it, and how well it fits (0 is best).

    ``guests`` says that the row which fits is no account's, whatever it was merged into.
    """

    fit: int
    guests: bool
    pk: int
    user: int | None
    name: str
    email: str
    phone: str
    blocked: bool


def identities(customer: User | None, contact: Contact) -> list[str]:
    """Return by what this person is recognised, strongest first."""
    return [key for key in Person.of(customer, contact).keys if key]


def client_of(*, provider: Provider, customer: User | None, contact: Contact, by: Actor) -> Client:
    """Return the business's row for who books, made when there is none.

    Somebody of whom only a name is known gets a row each time. What anybody can type proves
    nothing: an account has the row that it booked with before, or that of an email address which
    it has confirmed; a guest has none of an account's; and only the business fills the gaps of a
    guest's row. To be called inside the booking's transaction, behind the lock. Raises
    ``ClientBlocked`` when any row that fits is blocked and the business does not book itself.
    """
    person = Person.of(customer, contact)
    known = _look_up(provider.pk, person)
    if not by.is_business and any(one.blocked for one in known):
        raise ClientBlocked
    own = _own(known, person)
    if not own:
        return _make(provider, person)
    best = min(own, key=lambda one: (one.fit, one.pk))
    if by.is_business or person.user:
        _fill_gaps(best, person)
    return Client(pk=best.pk, provider=provider)


def _own(known: list[Known], person: Person) -> list[Known]:
    """Return the rows that are this person's, as far as that is proven or nobody else's matter."""
    if person.user is None:
        return [one for one in known if one.guests]
    if own := [one for one in known if one.user == person.user]:
        return own
    by_email = [one for one in known if one.user is None and one.email == person.email]
    return by_email if by_email and _has_confirmed(person) else []


def _has_confirmed(person: Person) -> bool:
    confirmed = EmailAddress.objects.filter(user=person.user, verified=True)
    return bool(person.email) and confirmed.filter(email__iexact=person.email).exists()


def current(client: Client, *, provider: Provider) -> Client:
    """Return ``client`` as it is now, or the one that it was merged into.

    Raises ``InvalidInput`` for a client of another business.
    """
    rows = Client.objects.for_provider(provider).select_related("user", "merged_into__user")
    found = rows.filter(pk=client.pk).first()
    if found is None:
        raise InvalidInput("Choose one of your clients.", field="client")
    return found.merged_into or found


def check_not_blocked(client: Client, by: Actor) -> None:
    """Refuse a client that the business has blocked, unless the business books itself.

    Raises ``ClientBlocked``.
    """
    if client.blocked and not by.is_business:
        raise ClientBlocked


def is_blocked(customer: User, *, provider: Provider) -> bool:
    """Whether any row that fits the person, by account, email or phone, is blocked there."""
    return any(one.blocked for one in _look_up(provider.pk, Person.of(customer, Contact())))


def find_clients(provider: Provider, text: str, *, staff: Staff | None = None) -> QuerySet[Client]:
    """Return clients by part of the name, by digits of the phone or by part of the email.

    ``0772 123`` and ``+263 772`` are the beginning of a number, ``2345`` its end. With ``staff``
    only those who have booked with that person.
    """
    found = Client.objects.for_provider(provider).known()
    if staff is not None:
        found = found.filter(appointments__staff=staff).distinct()
    text = one_line(text)
    return found.filter(matches(text)) if text else found


def matches(text: str, prefix: str = "") -> Q:
    """Return the condition that a client fits ``text``; ``prefix`` leads to the client's fields."""
    fits = Q(**{f"{prefix}name__icontains": text}) | Q(**{f"{prefix}email__icontains": text})
    digits = "".join(letter for letter in text if letter.isdecimal()).lstrip("0")
    if len(digits) < FEWEST_DIGITS or any(letter.isalpha() for letter in text):
        return fits
    how = "contains" if text[0] in "0+" else "endswith"
    return fits | Q(**{f"{prefix}phone__{how}": digits})


# --- what the business does with its clients ------------------------------------------------------


@retry_on_conflict
def keep_client_notes(client: Client, *, text: str, by: Actor, now: datetime) -> Client:
    """Replace what the business has written down about a client."""
    with transaction.atomic():
        found = _for_change(client, by)
        found.notes = text.strip()
        found.save(update_fields=["notes"])
    _tell_log("notes changed", found, by=by, now=now)
    return found


@retry_on_conflict
def set_blocked(client: Client, *, blocked: bool, by: Actor, now: datetime) -> Client:
    """Take no more online bookings from a client, or take them again; a repeat is harmless.

    What is booked already stays.
    """
    with transaction.atomic():
        found = _for_change(client, by)
        found.blocked = blocked
        found.save(update_fields=["blocked"])
    _tell_log("blocked" if blocked else "unblocked", found, by=by, now=now)
    return found


def which_stays(one: Client, other: Client) -> tuple[Client, Client]:
    """Return which of two clients stays when they are merged, and which goes into it.

    An account stays; of two guests the first does. Raises ``CannotMerge`` for the same one twice,
    for those of two businesses, and for two accounts: each belongs to somebody who logs in.
    """
    if one.pk == other.pk:
        raise CannotMerge("This is one and the same client already.")
    if one.provider_id != other.provider_id:
        raise CannotMerge("These are clients of two businesses.")
    if one.user_id and other.user_id and one.user_id != other.user_id:
        raise CannotMerge("Both have an account of their own, so they stay two clients.")
    return (other, one) if other.user_id and not one.user_id else (one, other)


@retry_on_conflict
def merge_clients(one: Client, other: Client, *, by: Actor, now: datetime) -> Client:
    """Make one client of two rows that are one person, and return the one that stays.

    All appointments move there, notes of both are kept, gaps in the contact are filled, and it is
    blocked if either was. The other row stays behind as a pointer, so that the next booking with
    its email or phone is recognised. A repeat is harmless. Raises ``CannotMerge``.
    """
    with transaction.atomic():
        first, second = _for_change(one, by), _for_change(other, by)
        if first.pk == second.pk and one.pk != other.pk:
            return first  # merged before
        stays, goes = which_stays(first, second)
        _unite(stays, goes)
    _tell_log(f"took in client {goes.pk}", stays, by=by, now=now)
    return stays


def give_to_account(provider: Provider, *, user: User, addresses: Iterable[str]) -> None:
    """Make the guests known by ``addresses`` (lower case) the account's client of one business.

    Where the account is a client already the guests are merged into that one. Whoever calls has
    seen that the addresses are the account's, and holds the business's lock. A repeat is harmless.
    """
    known = Client.objects.for_provider(provider).known().order_by("pk")
    own = known.filter(user=user).first()
    keys = [f"email:{address}" for address in addresses]
    for guest in known.filter(user=None, identity__in=keys):
        if own is not None:
            _unite(own, guest)
            continue
        guest.user, guest.identity, own = user, f"user:{user.pk}", guest
        guest.save(update_fields=["user", "identity"])


def _unite(stays: Client, goes: Client) -> None:
    """Put all that one row has to the other, and let it point there."""
    Appointment.objects.filter(client=goes).update(client=stays)
    Client.objects.filter(merged_into=goes).update(merged_into=stays)
    Client.objects.filter(pk=goes.pk).update(merged_into=stays)
    for gap in ("name", "email", "phone"):
        setattr(stays, gap, getattr(stays, gap) or getattr(goes, gap))
    stays.notes = "\n\n".join(filter(None, (stays.notes, goes.notes)))
    stays.blocked = stays.blocked or goes.blocked
    stays.save(update_fields=["name", "email", "phone", "notes", "blocked"])


def possible_doubles(client: Client) -> QuerySet[Client]:
    """Return other clients of the business who may be the same person.

    They share the phone number, the email address or the name, and can be merged.
    """
    same = Q()
    for field in ("phone", "email", "name"):
        if value := getattr(client, field):
            same |= Q(**{f"{field}__iexact" if field == "name" else field: value})
    if not same:
        return Client.objects.none()
    others = Client.objects.filter(provider=client.provider_id).known().filter(same)
    others = others.exclude(pk=client.pk)
    return others.filter(user=None) if client.user_id else others


def _for_change(client: Client, by: Actor) -> Client:
    """Lock the business and read the client again, or the one that it was merged into."""
    if not by.is_business:
        raise NotAllowed
    return current(client, provider=lock_provider(client.provider_id))


def _tell_log(what: str, client: Client, *, by: Actor, now: datetime) -> None:
    who = by.user.pk if by.user else None
    log.info("client %s: %s by user %s at %s", client.pk, what, who, now)


# --- finding and making the row of a booking ------------------------------------------------------

MAIN = ("pk", "user_id", "name", "email", "phone", "blocked")


def _known_query(
    *,
    provider: int,
    user_key: str | None,
    email_key: str | None,
    phone_key: str | None,
    email: str | None,
    phone: str | None,
) -> QuerySet[Any, tuple[Any, ...]]:
    keys = [key for key in (user_key, email_key, phone_key) if key]
    fits = Q(identity__in=keys)
    if email:
        fits |= Q(email=email)
    if phone:
        fits |= Q(phone=phone)
    mine = Client.objects.filter(fits, provider=provider).order_by()
    merged = (f"merged_into__{column}" for column in MAIN)
    return mine.values_list("identity", *MAIN, *merged)


KNOWN = Prepared(_known_query)


def _look_up(provider: int, person: Person) -> list[Known]:
    """Return every client that the person may be, in one query; a merged one as whom it became."""
    user_key, email_key, phone_key = person.keys
    if not (user_key or email_key or phone_key):
        return []
    rows = KNOWN.rows(
        provider=provider,
        user_key=user_key,
        email_key=email_key,
        phone_key=phone_key,
        email=person.email or None,
        phone=person.phone or None,
    )
    return [_known(row, person) for row in rows]


def _known(row: tuple[Any, ...], person: Person) -> Known:
    identity, own, merged = row[0], row[1:7], row[7:13]
    main = own if merged[0] is None else merged
    user_key, email_key, _ = person.keys
    if user_key and (identity == user_key or main[1] == person.user):
        fit = 0
    elif person.email and (identity == email_key or own[3] == person.email):
        fit = 1
    else:
        fit = 2
    return Known(fit, own[1] is None, *main)


def _make(provider: Provider, person: Person) -> Client:
    """Write a new row; should somebody have been quicker in spite of the lock, take theirs."""
    identity = next((key for key in person.keys if key), None)
    client = Client(
        provider=provider,
        identity=identity,
        user_id=person.user,
        name=person.name,
        email=person.email,
        phone=person.phone,
    )
    Client.objects.bulk_create(
        [client],
        update_conflicts=True,
        unique_fields=["provider", "identity"],
        update_fields=["provider"],
    )
    return client


def _fill_gaps(known: Known, person: Person) -> None:
    """Learn what the row does not say yet; costs a query only when there is something new."""
    told = {"name": person.name, "email": person.email, "phone": person.phone}
    new: dict[str, Any] = {
        field: value for field, value in told.items() if value and not getattr(known, field)
    }
    if person.user and not known.user:
        new |= {"user_id": person.user, "identity": person.keys[0]}
    if new:
        Client.objects.filter(pk=known.pk).update(**new)
