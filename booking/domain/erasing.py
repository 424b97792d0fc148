"""Take a person out of the tables and leave what others need.

What was booked and ordered, when, for how much and how it ended stays: it is the business's
history. Who it was goes: name, addresses, phone numbers, whatever was typed as a note or a reason,
messages in which they are named, log-ins, choices. Words of others that stay (a review's reply, a
message about something else) lose the name where it stands in them in full.

The row of the account itself stays, empty and shut: so nothing that points to it stands in the way,
and events keep that *somebody* did them.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as LogIn
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower

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
from booking.words import one_line
from customers.domain.preferences import digest
from customers.domain.sessions import sign_out_everywhere
from customers.models import MessagePreference, OptOut, User, default_reminder_leads
from project import pictures
from providers.models import Favourite, Invitation, Provider, Staff

FORMER = "Former customer"
"""Whom the business's history names."""

CLOSED = "The customer closed their account."
"""The reason with which bookings and orders are called off before."""

SHORTEST_NAME = 2
"""A name of one letter would be found in any text."""

CHUNK = 500
MESSAGE = ("title", "text", "message")
"""The columns that hold the words of a message."""

TYPED = frozenset({"Notes", "Reason", "Phone", "Email"})
"""What a message about a booking or an order tells of the person under these heads goes whole."""


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
    transaction fail they are missing under a name that the next run takes away.
    """
    pictures.delete(user.picture)
    providers = _lock_businesses(user)
    addresses, numbers, names = _addresses(user), _phones(user), _names(user)
    own_traces = _Traces([*addresses, *numbers, *names])
    traces = _Traces([*addresses, *numbers, *(names - _names_at_work(providers))])
    _erase_messages(user, providers, own_traces, traces)
    _erase_bookings(user)
    _erase_orders(user)
    _erase_clients(user)
    _erase_reviews(user, own_traces)
    _leave_businesses(user, addresses, numbers)
    _erase_choices(user, [*addresses, *numbers])
    _rewrite(LogEntry.objects.all(), ("object_repr", "change_message"), traces)
    _erase_account(user)


class _Traces:
    """Finds the texts by which the person could be known, in whatever case, and blots them out."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = sorted({text for text in texts if text}, key=len, reverse=True)
        bounded = (rf"(?<!\w){re.escape(text)}(?!\w)" for text in found)
        self._pattern = re.compile("|".join(bounded) or r"(?!)", re.IGNORECASE)

    def blot(self, text: str) -> str:
        return self._pattern.sub(FORMER, text)

    def blot_all(self, value: Any) -> Any:
        """The same for every text in what JSON can hold."""
        if isinstance(value, str):
            return self.blot(value)
        if isinstance(value, list):
            return [self.blot_all(each) for each in value]
        if isinstance(value, dict):
            return {key: self.blot_all(each) for key, each in value.items()}
        return value


def _addresses(user: User) -> list[str]:
    known = EmailAddress.objects.filter(user=user).values_list(Lower("email"), flat=True)
    typed = Appointment.objects.for_customer(user).order_by().values_list("guest_email", flat=True)
    clients = Client.objects.filter(user=user).values_list("email", flat=True)
    found = {user.email.lower(), *known}
    return sorted(found | {each.lower() for each in (*typed.distinct(), *clients) if each})


def _phones(user: User) -> list[str]:
    typed = Appointment.objects.for_customer(user).order_by().values_list("guest_phone", flat=True)
    clients = Client.objects.filter(user=user).values_list("phone", flat=True)
    return sorted({each for each in (user.phone, *typed.distinct(), *clients) if each})


def _names(user: User) -> set[str]:
    typed = Appointment.objects.for_customer(user).order_by().values_list("guest_name", flat=True)
    ordered = Order.objects.for_customer(user).order_by().values_list("customer_name", flat=True)
    clients = Client.objects.filter(user=user).values_list("name", flat=True)
    found = {user.name, *typed.distinct(), *ordered.distinct(), *clients} - {FORMER}
    return {each for name in found for each in (name, one_line(name)) if len(each) >= SHORTEST_NAME}


def _names_at_work(providers: Collection[int]) -> set[str]:
    """Return names, and their words, that the businesses and their people have themselves.

    A customer called Tendai must not blot Tendai Hair Studio out of everybody's messages.
    """
    called = [
        *Provider.objects.filter(pk__in=providers).values_list("name", flat=True),
        *Staff.objects.filter(provider__in=providers).values_list("name", flat=True),
    ]
    return {part for name in called for part in (name, *name.split())}


def _lock_businesses(user: User) -> list[int]:
    """Lock and return every business that knows the person, in the order of their ids."""
    known: set[int] = set()
    rows: list[QuerySet[Any]] = [
        Appointment.objects.for_customer(user),
        Order.objects.for_customer(user),
        Client.objects.filter(user=user),
        Review.objects.filter(author=user),
        Staff.objects.filter(user=user),
    ]
    for each in rows:
        known.update(each.order_by().values_list("provider_id", flat=True).distinct())
    known.update(Provider.objects.filter(owner=user).values_list("pk", flat=True))
    for pk in sorted(known):
        lock_provider(pk)
    return sorted(known)


def _erase_messages(
    user: User, providers: Collection[int], own_traces: _Traces, traces: _Traces
) -> None:
    """Delete what was sent to the person; take them out of what the businesses were told."""
    about = Notification.objects.filter(appointment__customer=user)
    Notification.objects.filter(recipient=user).delete()
    about.filter(side=Side.CUSTOMER).delete()
    mine = Appointment.objects.for_customer(user).order_by().values_list("reference", flat=True)
    orders = Order.objects.for_customer(user).order_by().values_list("reference", flat=True)
    references = {*mine, *orders}
    told = Notification.objects.filter(provider__in=providers).order_by("pk").only(*MESSAGE)
    for row in told.iterator(chunk_size=CHUNK):
        facts = row.message.get("facts", [])
        if references.isdisjoint(value for _, value in facts):
            _rewrite_row(row, MESSAGE, traces)
        else:
            kept = [fact for fact in facts if fact[0] not in TYPED]
            _rewrite_row(row, MESSAGE, own_traces, message=row.message | {"facts": kept})


def _erase_bookings(user: User) -> None:
    mine = Appointment.objects.for_customer(user)
    events = AppointmentEvent.objects.filter(appointment__in=mine)
    events.exclude(reason__in=["", CLOSED]).update(reason="")
    mine.update(
        guest_name=FORMER,
        guest_email="",
        guest_phone="",
        notes="",
        business_notes="",
        customer=None,
    )


def _erase_orders(user: User) -> None:
    mine = Order.objects.for_customer(user)
    events = OrderEvent.objects.filter(order__in=mine)
    events.exclude(reason__in=["", CLOSED]).update(reason="")
    mine.update(customer_name=FORMER, notes="", customer=None)


def _erase_clients(user: User) -> None:
    """Leave the businesses a client without a name, blocked or not, and its bookings.

    With them go the rows of a guest that were found to be the same person.
    """
    mine = Client.objects.filter(user=user)
    keys = list(mine.values_list("pk", flat=True))
    same = Client.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys))
    same.update(name=FORMER, email="", phone="", notes="", identity=None, user=None)


def _erase_reviews(user: User, traces: _Traces) -> None:
    """Stars and words stay; an answer may greet its author by name."""
    mine = Review.objects.filter(author=user)
    _rewrite(mine, ("text", "reply", "hidden_because"), traces)
    ReviewReport.objects.filter(Q(by=user) | Q(review__in=mine)).update(reason="")
    ReviewReport.objects.filter(by=user).update(by=None)
    mine.update(author=None)


def _leave_businesses(user: User, addresses: list[str], numbers: list[str]) -> None:
    """Businesses keep the name under which they show a member; an account has no place there.

    Of a business whose owner is gone the owner's own contacts go.
    """
    invited = Invitation.objects.annotate(to=Lower("email"))
    invited.filter(Q(to__in=addresses) | Q(staff__user=user)).update(email="")
    Invitation.objects.filter(invited_by=user).update(invited_by=None)
    Staff.objects.filter(user=user).update(user=None)
    owned = Provider.objects.filter(owner=user)
    owned.filter(phone__in=numbers).update(phone="")
    owned.annotate(to=Lower("email")).filter(to__in=addresses).update(email="")


def _erase_choices(user: User, contacts: Iterable[str]) -> None:
    Favourite.objects.filter(user=user).delete()
    MessagePreference.objects.filter(user=user).delete()
    OptOut.objects.filter(digest__in=[digest(each) for each in contacts]).delete()
    EmailAddress.objects.filter(user=user).delete()


def _erase_account(user: User) -> None:
    user.email = f"closed-{user.pk}@account.invalid"  # unique, and a name that leads nowhere
    user.name = user.phone = user.country = user.timezone = user.picture = ""
    user.language, user.reminder_leads = "en", default_reminder_leads()
    user.is_active = user.is_staff = user.is_superuser = False
    user.closing_at = user.last_login = None
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    sign_out_everywhere(user)


def _rewrite(rows: QuerySet[Any], columns: tuple[str, ...], traces: _Traces) -> None:
    """Blot the person out of ``columns``; only rows that change are written."""
    for row in rows.order_by("pk").only(*columns).iterator(chunk_size=CHUNK):
        _rewrite_row(row, columns, traces)


def _rewrite_row(row: Model, columns: tuple[str, ...], traces: _Traces, **instead: Any) -> None:
    before = {column: getattr(row, column) for column in columns}
    after = {column: traces.blot_all(value) for column, value in (before | instead).items()}
    changed = [column for column in columns if before[column] != after[column]]
    for column in changed:
        limit = getattr(row._meta.get_field(column), "max_length", None)
        value = after[column]
        setattr(row, column, value[:limit] if isinstance(value, str) else value)
    if changed:
        row.save(update_fields=changed)
