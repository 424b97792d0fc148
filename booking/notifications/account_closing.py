"""The mails about deleting an account. They go to the person alone, and are kept nowhere."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from booking.domain.closing_accounts import (
    ASKED,
    GRACE,
    LINK_LASTS,
    REFUSED,
    SET,
    SHUT,
    coming,
    confirm_url,
    obstacle,
)
from booking.notifications.channels import email
from booking.notifications.deliver import NotDelivered
from booking.notifications.wording import Message
from booking.words import say_day
from customers.models import User


def send_closing_mail(kind: str, user_id: int, *, at: int, now: datetime) -> None:
    """Send the mail of that ``kind``, unless it was overtaken; raises ``NotDelivered``.

    ``at`` (seconds since 1970) tells one wish of the same person from another. Must not run inside
    a transaction, as it waits for the network. The link that confirms is made here, so it is in no
    job, message or log.
    """
    user = User.objects.filter(pk=user_id).first()
    message = compose(kind, user, now=now) if user is not None else None
    if user is None or message is None:
        return
    try:
        email.send(message, to=user.email, key=f"{kind.replace('_', '-')}-{user.pk}-{at}")
    except email.DeliveryFailed as error:
        permanent = isinstance(error, email.Undeliverable)
        raise NotDelivered(error.code, permanent=permanent) from None


def compose(kind: str, user: User, *, now: datetime) -> Message | None:
    """Write the mail; nothing when what it would say is not so any more."""
    if kind == ASKED and user.is_active and user.closing_at is None:
        return _asked(user, now)
    if kind == SET and user.is_active and user.closing_at is not None:
        return _set(user, user.closing_at, now)
    if kind == SHUT and not user.is_active and user.shut_at is not None:
        return _shut()
    if kind == REFUSED and user.closing_at is None and user.shut_at is None:
        return _refused(user, now)
    return None


def _asked(user: User, now: datetime) -> Message:
    hours = int(LINK_LASTS.total_seconds()) // 3600
    return Message(
        subject="Delete your Nguva account?",
        headline="Delete your account?",
        sentences=[
            "Somebody who is logged in as you asked for that.",
            f"It goes {GRACE.days} days after you confirm; until then you can change your mind.",
            *_called_off(user, now + GRACE),
            "If it was not you, change your password: then this link stops working.",
        ],
        facts=[("Answer within", f"{hours} hours")],
        link=confirm_url(user),
        link_text="Go on",
    )


def _set(user: User, closing_at: datetime, now: datetime) -> Message:
    day = say_day(closing_at.astimezone(_zone(user)).date(), year=True)
    return Message(
        subject=f"Your Nguva account will be deleted on {day}",
        headline=f"Your account will be deleted on {day}",
        sentences=[
            "Until then everything works as before.",
            "If you want to keep it, log in and press Keep my account.",
            *_called_off(user, closing_at),
        ],
        facts=[],
        link=settings.PUBLIC_URL + reverse("close_account"),
        link_text="Keep my account",
    )


def _shut() -> Message:
    return Message(
        subject="Your Nguva account is deleted",
        headline="Your account is deleted",
        sentences=[
            "Your name, your contacts and your messages are being removed.",
            "Businesses keep that somebody was there and what it cost, without your name.",
            "Thank you for having been here.",
        ],
        facts=[],
        link=settings.PUBLIC_URL + reverse("home"),
        link_text="Open Nguva",
    )


def _refused(user: User, now: datetime) -> Message:
    why = obstacle(user, now=now)
    return Message(
        subject="Your Nguva account was not deleted",
        headline="Your account was not deleted",
        sentences=[
            why.message if why else "On its day a business of yours still had customers to come.",
            "Your account stays as it is. If you still want to delete it, ask for it once more.",
        ],
        facts=[],
        link=settings.PUBLIC_URL + reverse("close_account"),
        link_text="Delete my account",
    )


def _called_off(user: User, day: datetime) -> list[str]:
    number = coming(user, now=day).count()
    if not number:
        return []
    what = "One booking" if number == 1 else f"{number} bookings"
    return [f"{what} after that day will be cancelled."]


def _zone(user: User) -> ZoneInfo:
    """A clock that does not exist is one that was not told."""
    try:
        return ZoneInfo(user.timezone or settings.TIME_ZONE)
    except (LookupError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)
