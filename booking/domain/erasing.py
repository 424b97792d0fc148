"""Take a person out of the tables and leave what others need.

What was booked and ordered, when, for how much and how it ended stays: it is the business's
history. Who it was goes: name, addresses, phone numbers, whatever was typed as a note or a reason,
messages to them, log-ins, choices. Words that stay (a review's reply, what a business was told)
lose the person as `booking.domain.blotting` says.

The row of the account itself stays, empty and shut: so nothing that points to it stands in the way,
and events keep that *somebody* did them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as LogIn
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from booking.domain import blotting
from booking.domain.blotting import FORMER
from booking.domain.locking import lock_provider
from booking.models import (
    Appointment,
    AppointmentEvent,
    Client,
    Notification,
    Order,
    OrderEvent,
    Review,
    ReviewReport,
    Side,
)
from booking.models.appointment import AppointmentQuerySet
from booking.models.client import ClientQuerySet
from booking.words import one_line
from customers.domain.preferences import digest
from customers.domain.sessions import sign_out_everywhere
from customers.models import MessagePreference, OptOut, User, default_reminder_leads
from project import pictures
from providers.models import Favourite, Invitation, Provider, Staff

CLOSED = "The customer closed their account."
"""The reason with which bookings and orders are called off before."""

SHORTEST_NAME = 2
"""A name of one letter would be found in any text."""

CHUNK = 500


def clients_of(user: User) -> ClientQuerySet:
    """Return the rows by which businesses know ``user``, with those that they merged into them."""
    return Client.objects.filter(Q(user=user) | Q(merged_into__user=user))


def bookings_of(user: User) -> AppointmentQuerySet:
    """Return the account's bookings, and those of guests whom the business found to be the same.

    The clients are read at once, in a query of their own: as values both databases look them up in
    the index.
    """
    clients = list(clients_of(user).order_by("pk").values_list("pk", flat=True))
    return Appointment.objects.filter(Q(customer=user) | Q(customer=None, client__in=clients))


def end_sessions(users: Collection[int], *, now: datetime) -> int:
    """Delete the log-ins of ``users``, whose data names their address; return how many.

    Sessions do not tell whose they are before they are decoded, so this deletes those that are
    over and reads all others, one after another, once for all accounts of a round.
    """
    keys = {str(user) for user in users}
    LogIn.objects.filter(expire_date__lte=now).delete()
    live = LogIn.objects.iterator(chunk_size=CHUNK)
    theirs = [row.pk for row in live if str(row.get_decoded().get(SESSION_KEY)) in keys]
    deleted, _ = LogIn.objects.filter(pk__in=theirs).delete()
    return deleted


def erase(user: User) -> None:
    """Do all of it for one account, in the caller's transaction; a repeat changes nothing.

    The account is shut and has nothing to come. The files of the picture go first: should the
    transaction fail they are missing under a name that the next run takes away. Messages are
    searched for addresses before the businesses are locked, as that may take a while.
    """
    pictures.delete(user.picture)
    confirmed, businesses = _confirmed(user), _businesses(user)
    naming = blotting.naming(confirmed, businesses)
    for pk in businesses:
        lock_provider(pk)
    traces = _traces(user, confirmed)
    log = blotting.log_of(user, traces.clients)
    _erase_messages(user, traces)
    blotting.blot_naming(naming, blotting.blotter(confirmed))
    _erase_reviews(user, traces)
    _erase_bookings(user)
    _erase_orders(user)
    _erase_clients(user)
    _leave_businesses(user, traces)
    _erase_choices(user, confirmed)
    blotting.blot_log(log, confirmed)
    _erase_account(user)


@dataclass(frozen=True, slots=True)
class _Traces:
    """By what the person is known, in rows of their own.

    Only ``confirmed`` addresses are looked for elsewhere: anybody could have typed the others.
    """

    confirmed: list[str]
    names: set[str]
    contacts: set[str]
    at_work: set[str]
    clients: list[int]

    @property
    def blot(self) -> blotting.Blot:
        return blotting.blotter(self.names | self.contacts, sparing=self.at_work)


def _confirmed(user: User) -> list[str]:
    mine = EmailAddress.objects.filter(user=user, verified=True)
    return sorted(set(mine.values_list(Lower("email"), flat=True)))


def _traces(user: User, confirmed: list[str]) -> _Traces:
    bookings = bookings_of(user).order_by()
    typed = set(bookings.values_list("guest_name", "guest_email", "guest_phone").distinct())
    known = set(clients_of(user).order_by().values_list("name", "email", "phone"))
    ordered = set(Order.objects.for_customer(user).order_by().values_list("customer_name"))
    rows = [(user.name, user.email, user.phone), *typed, *known]
    names = {row[0] for row in (*rows, *ordered)} - {FORMER}
    contacts = {each for row in rows for each in row[1:]}
    mine = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    providers = set(bookings.values_list("provider_id", flat=True))
    return _Traces(
        confirmed=confirmed,
        names={each for name in names for each in (name, one_line(name)) if _is_name(each)},
        contacts={each for each in (*contacts, *mine) if each},
        at_work=_names_at_work(providers, names),
        clients=sorted(clients_of(user).values_list("pk", flat=True)),
    )


def _is_name(text: str) -> bool:
    return len(text) >= SHORTEST_NAME


def _names_at_work(providers: Collection[int], names: set[str]) -> set[str]:
    """Return longer names that the businesses and their people have themselves."""
    called = [
        *Provider.objects.filter(pk__in=providers).values_list("name", flat=True),
        *Staff.objects.filter(provider__in=providers).values_list("name", flat=True),
    ]
    return set(called) - names


def _businesses(user: User) -> list[int]:
    """Return every business that knows the person, in the order in which they are locked."""
    known: set[int] = set()
    rows: list[QuerySet[Any]] = [
        Appointment.objects.for_customer(user),
        Order.objects.for_customer(user),
        clients_of(user),
        Review.objects.filter(author=user),
        Staff.objects.filter(user=user),
    ]
    for each in rows:
        known.update(each.order_by().values_list("provider_id", flat=True).distinct())
    known.update(Provider.objects.filter(owner=user).values_list("pk", flat=True))
    return sorted(known)


def _erase_messages(user: User, traces: _Traces) -> None:
    """Delete what was sent to the person; take them out of what the businesses were told."""
    bookings, blot = bookings_of(user), traces.blot
    keys = list(bookings.order_by().values_list("pk", flat=True))
    Notification.objects.filter(recipient=user).delete()
    Notification.objects.filter(appointment__in=keys, side=Side.CUSTOMER).delete()
    blotting.blot_bookings(bookings, blot)
    blotting.blot_orders(OrderEvent.objects.filter(order__customer=user), blot)
    blotting.blot_agendas(bookings, traces.names | traces.contacts)
    blotting.blot_deeds(user, blotting.blotter([user.name], sparing=traces.at_work))
    blotting.blot_joining(user, blotting.blotter(traces.contacts))


def _erase_bookings(user: User) -> None:
    """Digests of requests go too: with the other columns what was typed could be guessed."""
    mine = bookings_of(user)
    events = AppointmentEvent.objects.filter(appointment__in=mine.order_by().values("pk"))
    events.exclude(reason__in=["", CLOSED]).update(reason="")
    mine.update(
        guest_name=FORMER,
        guest_email="",
        guest_phone="",
        notes="",
        business_notes="",
        idempotency_key=None,
        request_digest="",
        customer=None,
    )


def _erase_orders(user: User) -> None:
    mine = Order.objects.for_customer(user)
    events = OrderEvent.objects.filter(order__in=mine)
    events.exclude(reason__in=["", CLOSED]).update(reason="")
    mine.update(
        customer_name=FORMER, notes="", idempotency_key=None, request_digest="", customer=None
    )


def _erase_clients(user: User) -> None:
    """Leave the businesses a client without a name, blocked or not, and its bookings.

    With them go the rows of a guest that were found to be the same person.
    """
    keys = list(clients_of(user).values_list("pk", flat=True))
    same = Client.objects.filter(pk__in=keys)
    same.update(name=FORMER, email="", phone="", notes="", identity=None, user=None)


def _erase_reviews(user: User, traces: _Traces) -> None:
    """Stars and words stay; an answer may greet its author by name."""
    mine = Review.objects.filter(author=user)
    blotting.blot_columns(mine, ("text", "reply", "hidden_because"), traces.blot)
    ReviewReport.objects.filter(Q(by=user) | Q(review__in=mine)).update(reason="")
    ReviewReport.objects.filter(by=user).update(by=None)
    mine.update(author=None)


def _leave_businesses(user: User, traces: _Traces) -> None:
    """Businesses keep the name under which they show a member; an account has no place there.

    Of a business whose owner is gone the owner's own contacts go. An invitation to an address that
    was never confirmed may be somebody else's, and stays.
    """
    invited = Invitation.objects.annotate(to=Lower("email"))
    accepted = Q(staff__user=user, accepted_at__isnull=False)
    invited.filter(Q(to__in=traces.confirmed) | accepted).update(email="")
    Invitation.objects.filter(invited_by=user).update(invited_by=None)
    Staff.objects.filter(user=user).update(user=None)
    own = {each.lower() for each in traces.contacts}
    owned = Provider.objects.filter(owner=user)
    owned.filter(phone__in=own).update(phone="")
    owned.annotate(to=Lower("email")).filter(to__in=own).update(email="")


def _erase_choices(user: User, confirmed: Collection[str]) -> None:
    Favourite.objects.filter(user=user).delete()
    MessagePreference.objects.filter(user=user).delete()
    OptOut.objects.filter(digest__in=[digest(each) for each in confirmed]).delete()
    EmailAddress.objects.filter(user=user).delete()


def _erase_account(user: User) -> None:
    user.email = f"closed-{user.pk}@account.invalid"  # unique, and a name that leads nowhere
    user.name = user.phone = user.country = user.timezone = user.picture = ""
    user.language, user.reminder_leads = "en", default_reminder_leads()
    user.is_active = user.is_staff = user.is_superuser = False
    user.closing_at = user.shut_at = user.last_login = None
    user.closing_nonce = ""
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    sign_out_everywhere(user)
