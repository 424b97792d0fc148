"""Deleting an account: asked for, confirmed by mail, waited for, done.

Whoever asks gets a mail; its link sets the day, two weeks on, until which everything works and one
press keeps the account. Then, in housekeeping, in two steps:

- It is *shut*: nobody can log in, what is still to come is called off, and the businesses and the
  person are told so while there is still a name to tell.
- An hour later it is *erased* (`booking.domain.erasing`), in one transaction.

Each step starts from what is there, so a repeat is harmless and a run that was killed is gone on
with by the next one.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from booking.domain import erasing, lifecycle, orders
from booking.domain.actors import SYSTEM
from booking.domain.claiming import claim
from booking.domain.outbox import Work, enqueue_many
from booking.models import Appointment, Order, OrderStatus
from booking.models.appointment import AppointmentQuerySet
from customers.models import User
from project.db import retry_on_conflict
from project.errors import NguvaError, NotAllowed
from providers.models import Provider

GRACE = timedelta(days=14)
LINK_LASTS = timedelta(days=1)
SETTLE = timedelta(hours=1)
"""Between shutting and erasing: long enough for the messages about what was called off."""

AT_ONCE = 50
"""How many accounts one round takes on."""

ASKED, SET, SHUT = "closing_asked", "closing_set", "closing_done"
"""The kinds of the jobs that mail the person."""

SEND_ATTEMPTS = 14
SALT = "booking.closing_accounts"

Step = Callable[[User, datetime], bool]

log = logging.getLogger(__name__)


class StillNeeded(NotAllowed):
    """Others depend on the account."""

    code = "account_needed"


class UnknownLink(NguvaError):
    """The token was not made by us, is a day old, or the log-in has changed since."""

    code = "not_found"
    default = "This link does not work any more. Please ask for a new one."


class TooLate(NguvaError):
    """The account is being deleted already."""

    code = "account_closing"
    default = "This account is being deleted already."


def obstacle(user: User, *, now: datetime) -> StillNeeded | None:
    """Say why the account cannot be deleted now: customers count on a business of its person."""
    for provider in Provider.objects.filter(owner=user).order_by("name", "pk"):
        if provider.published:
            return StillNeeded(
                f"{provider} is yours and can be booked. Hand it over to somebody else, or take "
                "its page down; then you can delete your account."
            )
        if Appointment.objects.for_provider(provider).upcoming(now).exists():
            return StillNeeded(
                f"{provider} is yours and has bookings to come. Hand it over to somebody else, or "
                "cancel them; then you can delete your account."
            )
        if Order.objects.for_provider(provider).open().exists():
            return StillNeeded(
                f"{provider} is yours and has open orders. Hand it over to somebody else, or "
                "finish them; then you can delete your account."
            )
    return None


def coming(user: User, *, now: datetime) -> AppointmentQuerySet:
    """Return the bookings that would be called off."""
    return Appointment.objects.for_customer(user).active().filter(start__gt=now)


def ask_to_close(user: User, *, now: datetime) -> None:
    """Mail the person a link that confirms the wish; nothing else happens yet.

    Raises ``StillNeeded``.
    """
    with transaction.atomic():
        current = _lock(user)
        if (refusal := obstacle(current, now=now)) is not None:
            raise refusal
        _mail(ASKED, current, now=now)


def confirm_closing(user: User, *, now: datetime) -> User:
    """Set the day on which the account will be deleted; a repeat keeps the first one.

    Raises ``StillNeeded``.
    """
    with transaction.atomic():
        current = _lock(user)
        if current.closing_at is not None:
            return current
        if (refusal := obstacle(current, now=now)) is not None:
            raise refusal
        current.closing_at = now + GRACE
        current.save(update_fields=["closing_at"])
        _mail(SET, current, now=now)
        return current


def keep_account(user: User, *, now: datetime) -> User:
    """Take the wish back; a repeat is harmless. Raises ``TooLate`` once it is being done."""
    with transaction.atomic():
        current = _lock(user)
        if current.closing_at is not None and not current.is_active:
            raise TooLate
        current.closing_at = None
        current.save(update_fields=["closing_at"])
        return current


def close_accounts(*, now: datetime) -> int:
    """Shut the accounts whose day has come, erase those shut an hour ago; return how many steps."""
    due = User.objects.filter(closing_at__lte=now, is_active=True).order_by("closing_at", "pk")
    shut = sum(_tried(_shut, user, now) for user in due[:AT_ONCE])
    settled = User.objects.filter(closing_at__lte=now - SETTLE, is_active=False)
    gone = list(settled.order_by("closing_at", "pk")[:AT_ONCE])
    if gone:
        erasing.end_sessions({user.pk for user in gone}, now=now)
    return shut + sum(_tried(_erase, user, now) for user in gone)


def _tried(step: Step, user: User, now: datetime) -> bool:
    """Do one step for one account; its trouble keeps no other waiting."""
    try:
        return step(user, now)
    except (NguvaError, DatabaseError) as error:
        log.warning("account %s not closed: %s", user.pk, type(error).__name__)
        return False


def _shut(user: User, now: datetime) -> bool:
    """Let nobody in any more and call off what is to come; False while others depend on it.

    ``closing_at`` becomes the moment of shutting, from which erasing counts.
    """
    with transaction.atomic():
        current = _lock(user)
        due = current.is_active and current.closing_at is not None and current.closing_at <= now
        if not due or obstacle(current, now=now) is not None:
            return False
        current.is_active, current.closing_at = False, now
        current.save(update_fields=["is_active", "closing_at"])
        _mail(SHUT, current, now=now)
    _call_off(current, now)
    log.info("account %s shut", user.pk)
    return True


def _call_off(user: User, now: datetime) -> None:
    """Cancel what is to come, also what the person booked as a guest; a repeat finds less."""
    claim(user, now=now)
    for appointment in coming(user, now=now).order_by("start", "pk"):
        try:
            lifecycle.cancel(appointment, by=SYSTEM, now=now, reason=erasing.CLOSED)
        except NguvaError:
            continue  # somebody changed it in this very moment; the next look is before erasing
    for order in Order.objects.for_customer(user).open().order_by("pk"):
        try:
            orders.change_order(
                order, to=OrderStatus.CANCELLED, by=SYSTEM, now=now, reason=erasing.CLOSED
            )
        except NguvaError:
            continue


@retry_on_conflict
def _erase(user: User, now: datetime) -> bool:
    """Erase a shut account, unless something is still to come of it."""
    _call_off(user, now)
    with transaction.atomic():
        current = _lock(user)
        due = not current.is_active and current.closing_at is not None
        if not due or coming(current, now=now).exists():
            return False
        if Order.objects.for_customer(current).open().exists():
            return False
        erasing.erase(current)
    log.info("account %s erased", user.pk)
    return True


# --- the link in the mail -------------------------------------------------------------------------


def make_token(user: User) -> str:
    """Return a token that confirms the wish within a day, until the password is changed."""
    return str(signing.dumps([user.pk, _state(user)], salt=SALT))


def confirm_url(user: User) -> str:
    """Return the whole address of the page that confirms, for the mail."""
    path = reverse("close_account_confirm", args=[make_token(user)])
    return f"{settings.PUBLIC_URL}{path}"


def read_token(token: str) -> User:
    """Return whose wish a token confirms. Raises ``UnknownLink``."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
        user = User.objects.get(pk=pk, is_active=True)
    except (signing.BadSignature, User.DoesNotExist, ValueError, TypeError):
        raise UnknownLink from None
    if not constant_time_compare(str(state), _state(user)):
        raise UnknownLink
    return user


def _state(user: User) -> str:
    return salted_hmac(SALT, user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:16]


def _lock(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _mail(kind: str, user: User, *, now: datetime) -> None:
    stamp = int(now.timestamp())
    work = Work(
        kind=kind,
        payload={"user": user.pk, "at": stamp},
        dedupe=f"{kind}:{user.pk}:{stamp}",
        max_attempts=SEND_ATTEMPTS,
    )
    enqueue_many([work], now=now)
