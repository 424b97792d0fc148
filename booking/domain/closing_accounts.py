"""Deleting an account: asked for, confirmed by mail, waited for, done.

Whoever asks gets a mail; its link sets the day, two weeks on, until which everything works and one
press keeps the account. Then, in housekeeping, in two steps:

- It is *shut*: nobody can log in, what is still to come is called off, and the businesses and the
  person are told so while there is still a name to tell.
- An hour later it is *erased* (`booking.domain.erasing`), in one transaction.

An account on which others depend on its day is not shut: the wish is taken back, and the person is
told why. One that an administrator has suspended goes the same way as any other, on its day.

Each step starts from what is there, so a repeat is harmless and a run that was killed is gone on
with by the next one.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

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
"""Between calling off and erasing: long enough for the messages about it."""

AT_ONCE = 50
"""How many accounts are read at once."""

ASKED, SET, SHUT, REFUSED = "closing_asked", "closing_set", "closing_done", "closing_refused"
MAILS = (ASKED, SET, SHUT, REFUSED)
"""The kinds of the jobs that mail the person."""

NONCE_LENGTH = 32

SEND_ATTEMPTS = 14
SALT = "booking.closing_accounts"

Step = Callable[[User, datetime], bool]

log = logging.getLogger(__name__)


class StillNeeded(NotAllowed):
    """Others depend on the account."""

    code = "account_needed"


class UnknownLink(NguvaError):
    """The token was not made by us, is a day old, or something that it is bound to has changed."""

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
    return erasing.bookings_of(user).active().filter(start__gt=now)


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
    """Take the wish back, and end the links that were mailed; a repeat is harmless.

    Raises ``TooLate`` once it is being done.
    """
    with transaction.atomic():
        current = _lock(user)
        if current.shut_at is not None:
            raise TooLate
        return _take_back(current)


def reopen(user: User) -> None:
    """Let an administrator, who makes a shut account active again, save it from being erased.

    Changes the object alone, which whoever calls saves.
    """
    if user.shut_at is not None:
        user.closing_at = user.shut_at = None


def close_accounts(*, now: datetime) -> int:
    """Shut the accounts whose day has come, erase those shut an hour ago; return how many steps."""
    due = User.objects.filter(closing_at__lte=now, shut_at=None)
    steps = sum(_tried(_shut, user, now) for some in _in_turn(due) for user in some)
    shut = User.objects.filter(closing_at__lte=now, shut_at__lte=now - SETTLE, is_active=False)
    for some in _in_turn(shut):
        erasing.end_sessions({user.pk for user in some}, now=now)
        steps += sum(_tried(_erase, user, now) for user in some)
    return steps


def _in_turn(users: QuerySet[User]) -> Iterator[list[User]]:
    """Yield all of ``users``, some at a time, by key: those that fail keep no later ones out."""
    last = 0
    while some := list(users.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield some
        last = some[-1].pk


def _tried(step: Step, user: User, now: datetime) -> bool:
    """Do one step for one account; its trouble keeps no other waiting."""
    try:
        return step(user, now)
    except Exception as error:  # noqa: BLE001 - one account's trouble is not the others'
        log.warning("account %s not closed: %s", user.pk, type(error).__name__)
        return False


def _shut(user: User, now: datetime) -> bool:
    """Let nobody in any more and call off what is to come; False when others depend on it.

    ``shut_at`` becomes this moment, from which erasing counts.
    """
    with transaction.atomic():
        current = _lock(user)
        closing_at = current.closing_at
        if current.shut_at is not None or closing_at is None or closing_at > now:
            return False
        if obstacle(current, now=now) is not None:
            _take_back(current)
            _mail(REFUSED, current, now=now)
            return False
        current.is_active, current.shut_at = False, now
        current.save(update_fields=["is_active", "shut_at"])
        _mail(SHUT, current, now=now)
    _call_off(current, now)
    log.info("account %s shut", user.pk)
    return True


def _take_back(user: User) -> User:
    user.closing_at, user.closing_nonce = None, get_random_string(NONCE_LENGTH)
    user.save(update_fields=["closing_at", "closing_nonce"])
    return user


def _call_off(user: User, now: datetime) -> int:
    """Cancel what is to come, also what the person booked as a guest; return how much there was.

    A repeat finds less.
    """
    claim(user, now=now)
    found = 0
    for appointment in coming(user, now=now).order_by("start", "pk"):
        found += 1
        try:
            lifecycle.cancel(appointment, by=SYSTEM, now=now, reason=erasing.CLOSED)
        except NguvaError:
            continue  # somebody changed it in this very moment; the next look is before erasing
    for order in Order.objects.for_customer(user).open().order_by("pk"):
        found += 1
        try:
            orders.change_order(
                order, to=OrderStatus.CANCELLED, by=SYSTEM, now=now, reason=erasing.CLOSED
            )
        except NguvaError:
            continue
    return found


@retry_on_conflict
def _erase(user: User, now: datetime) -> bool:
    """Erase a shut account, unless something is still to come of it or others depend on it.

    What had to be called off only now is to be told with a name: then it waits once more.
    """
    if _call_off(user, now):
        User.objects.filter(pk=user.pk, shut_at__isnull=False).update(shut_at=now)
        return False
    with transaction.atomic():
        current = _lock(user)
        shut_at = current.shut_at
        if current.is_active or shut_at is None or shut_at > now - SETTLE:
            return False
        if (refusal := obstacle(current, now=now)) is not None:
            raise refusal
        if coming(current, now=now).exists():
            return False
        if Order.objects.for_customer(current).open().exists():
            return False
        erasing.erase(current)
    log.info("account %s erased", user.pk)
    return True


# --- the link in the mail -------------------------------------------------------------------------


def make_token(user: User) -> str:
    """Return a token that confirms the wish within a day.

    It dies before when the password or the address changes, to which it is mailed, and when the
    wish is taken back.
    """
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
    bound = f"{user.get_session_auth_hash()} {user.email.lower()} {user.closing_nonce}"
    return salted_hmac(SALT, bound, algorithm="sha256").hexdigest()[:16]


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
