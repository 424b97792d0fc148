"""Bookings made as a guest, put to the account that has shown that their address is its own.

An address is shown to be somebody's by pressing the link in a mail to it; until then nobody is told
whether there are bookings with it. One address is confirmed for one account at most (allauth keeps
that), so no booking can be asked for twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Lower

from booking.domain.actors import Actor
from booking.domain.clients import give_to_account
from booking.domain.events import Action, record
from booking.domain.locking import lock_provider
from booking.models import Appointment, Status
from booking.models.appointment import AppointmentQuerySet
from customers.models import User
from project.db import retry_on_conflict
from providers.models import Provider


@dataclass(frozen=True, slots=True)
class Offer:
    """How many bookings were made with one address of the account, without logging in."""

    address: str
    number: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody could claim, and which address has to be confirmed first; "" if none."""

    offers: list[Offer]
    unconfirmed: str


def claimable(user: User) -> AppointmentQuerySet:
    """Return the bookings of guests that ``user`` may have: made with a confirmed address.

    The addresses are read at once, in a query of their own: as values, not as a subquery, both
    databases look them up in the index.
    """
    return Appointment.objects.of_guests_at(_confirmed(_addresses(user)))


def standing(user: User) -> Standing:
    """Return what to tell ``user``: two queries, and nothing of an address not yet confirmed."""
    addresses = _addresses(user)
    found = Appointment.objects.of_guests_at(_confirmed(addresses)).order_by()
    counted = found.annotate(address=Lower("guest_email")).values("address")
    counted = counted.annotate(number=Count("pk")).order_by("address")
    offers = [Offer(*row) for row in counted.values_list("address", "number")]
    # The account's own address first, which may be known to it alone.
    waiting = [email for email, verified in addresses.items() if not verified]
    own = user.email.lower()
    return Standing(offers, own if not addresses.get(own) else next(iter(waiting), ""))


@retry_on_conflict
def claim(user: User, *, now: datetime) -> int:
    """Put all bookings that ``user`` may have to the account; return how many there were.

    They are read again behind the locks of their businesses, so that nothing is claimed twice and
    nothing of an address that is not the account's any more. A repeat finds nothing and is
    harmless.
    """
    with transaction.atomic():
        addresses = _hold_addresses(user)
        wanted = claimable(user).order_by().values_list("provider_id", flat=True).distinct()
        # In this order everywhere, so that two who claim never wait for one another in a ring.
        providers = [lock_provider(pk) for pk in sorted(wanted)]
        found = _look_again(user, providers)
        _hand_over(found, user=user, addresses=addresses, now=now)
        for provider in providers:
            give_to_account(provider, user=user, addresses=addresses)
        return len(found)


def _addresses(user: User, *, hold: bool = False) -> dict[str, bool]:
    """Return the addresses in lower case with whether they are confirmed; ``hold`` locks them."""
    mine = EmailAddress.objects.filter(user=user).order_by("pk")
    rows = (mine.select_for_update() if hold else mine).values_list("email", "verified")
    return {email.lower(): verified for email, verified in rows}


def _confirmed(addresses: dict[str, bool]) -> list[str]:
    return [email for email, verified in addresses.items() if email and verified]


def _hold_addresses(user: User) -> list[str]:
    """Return the confirmed ones: until the end none can leave the account and be another's."""
    return _confirmed(_addresses(user, hold=True))


def _look_again(user: User, providers: Iterable[Provider]) -> list[Appointment]:
    return list(claimable(user).filter(provider__in=providers).select_related("staff"))


def _hand_over(
    found: list[Appointment], *, user: User, addresses: list[str], now: datetime
) -> None:
    """Write whose they are, and one line of history each.

    The typed address goes where the account's own is a confirmed one: messages then follow the
    account, also to a later address. An account whose own address is not confirmed keeps getting
    them where it was shown to read.
    """
    taken = Appointment.objects.filter(pk__in=[each.pk for each in found], customer=None)
    if user.email.lower() in addresses:
        taken.update(customer=user, guest_email="", updated_at=now)
    else:
        taken.update(customer=user, updated_at=now)
    for appointment in found:
        status = Status(appointment.status)
        record(appointment, Action.CLAIMED, by=Actor.customer(user), now=now, from_status=status)
