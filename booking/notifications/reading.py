"""What people read on the site itself: how much is new, and that they have seen it."""

from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Count, IntegerField, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.crypto import constant_time_compare

from booking.models import Notification
from customers.models import User


def unread(user: User) -> tuple[int, int]:
    """Return how many messages are new to ``user``, and the key of the newest (0 for none).

    Those that may not be read any more are not counted.
    """
    mine = Notification.objects.for_user(user).order_by().unread()
    found = mine.aggregate(number=Count("pk"), newest=Max("pk"))
    return found["number"], found["newest"] or 0


def unread_in_session(session: SessionBase) -> int | None:
    """Return the number for whoever the session is logged in as, in one query with the proof.

    The bell asks this on every page, so that no query is spent on the person alone. The checks are
    those of `django.contrib.auth.get_user`: the account is active, and the session was made under
    its password and salt of today. ``None`` for everybody else; also, until their next page, for
    those whose session was signed with an older SECRET_KEY, which only Django itself may renew.
    """
    if SESSION_KEY not in session:
        return None
    key = int(session[SESSION_KEY])
    person = User.objects.filter(pk=key, is_active=True).only("password", "session_salt")
    found = person.annotate(unread=_count_unread(key)).first()
    proof = session.get(HASH_SESSION_KEY) or ""
    if found is None or not constant_time_compare(proof, found.get_session_auth_hash()):
        return None
    return int(found.unread)


def mark_read(user: User, notification_id: int, *, now: datetime) -> Notification:
    """Note that ``user`` opened one message, and return it; a repeat keeps the first time.

    Raises ``Notification.DoesNotExist`` for what is not theirs.
    """
    found = Notification.objects.for_user(user).get(pk=notification_id)
    Notification.objects.filter(pk=found.pk).unread().update(read_at=now)
    return found


def mark_all_read(user: User, *, up_to: int | None, now: datetime) -> int:
    """Note the same of all, or of those up to the one with that key; return how many were new."""
    mine = Notification.objects.for_user(user).order_by().unread()
    if up_to is not None:
        mine = mine.filter(pk__lte=up_to)
    return mine.update(read_at=now)


def _count_unread(user: int) -> Coalesce:
    """Count through the index of unread ones, however many were read."""
    mine = Notification.objects.filter(recipient=OuterRef("pk")).readable_by(user)
    new = mine.unread().order_by()
    counted = new.values("recipient").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
