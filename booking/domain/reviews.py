"""What customers say of visits that took place, and the figures that lists show of it.

Each change takes the provider's lock, reads the review again, writes it, and counts the provider's
shown reviews anew: the figures follow from the rows, so they cannot drift. It is the lock of
bookings too, so that nothing is ever locked in another order; it is held for some milliseconds.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Sum
from django.db.models.functions import Coalesce

from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.locking import lock_provider
from booking.domain.outbox import enqueue
from booking.models import Appointment, Review, ReviewReport, Status
from booking.models.appointment import AppointmentQuerySet
from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput, NguvaError, NotAllowed
from providers.domain.access import managers
from providers.models import Provider, Staff

EDITABLE_FOR = timedelta(days=14)
"""How long after writing it the author may change a review."""

DUE_FOR = timedelta(days=60)
"""How long after a visit pages suggest to review it; it may be reviewed later, too."""

MOST_STARS = 5
LONGEST_TEXT = 2000
LONGEST_REPORT = 500
LONGEST_REASON = 200

ASK, WRITTEN, REPLIED = "review_ask", "review_written", "review_replied"
"""The kinds of the jobs that tell people."""


class NotReviewable(InvalidTransition):
    """The visit did not take place, or is not over."""

    default = "You can review this once it has taken place."


class OwnBusiness(NotAllowed):
    """The author owns the business, or works or worked there."""

    default = "You belong to this business, so you cannot review it."


class AlreadyReviewed(InvalidTransition):
    """There is a review of this visit, and it says something else."""

    default = "You have reviewed this already."


class ReviewHidden(InvalidTransition):
    """An administrator took the review off the site."""

    default = "This review is not shown any more."


class NoLongerEditable(OutsidePolicy):
    """The days in which it could be changed are over."""

    default = f"A review can be changed for {EDITABLE_FOR.days} days."


@retry_on_conflict
def write_review(
    appointment: Appointment, *, by: User, rating: int, text: str, now: datetime
) -> Review:
    """Keep what the customer says of a completed appointment, once, and tell the business.

    ``rating`` is one to five stars; ``text`` may be empty. A repeat with the same content returns
    the review that is there. Raises ``NotAllowed`` for anybody but the customer, ``OwnBusiness``,
    ``NotReviewable``, ``AlreadyReviewed``, and ``InvalidInput`` for ``rating`` or ``text``.
    """
    rating, text = check_rating(rating), check_text(text)
    with transaction.atomic():
        lock_provider(appointment.provider_id)
        current = Appointment.objects.get(pk=appointment.pk)
        if (refusal := review_obstacle(current, by=by)) is not None:
            raise refusal
        written = Review.objects.filter(appointment=current).first()
        if written is not None:
            return _the_same(written, rating=rating, text=text)
        review = Review.objects.create(
            appointment=current,
            provider_id=current.provider_id,
            author=by,
            rating=rating,
            text=text,
            created_at=now,
        )
        count_anew(review.provider_id)
        enqueue(WRITTEN, {"review": review.pk}, dedupe=f"{WRITTEN}:{review.pk}", now=now)
        return review


@retry_on_conflict
def edit_review(review: Review, *, by: User, rating: int, text: str, now: datetime) -> Review:
    """Change what the author said, within 14 days; the same content again changes nothing.

    Raises ``NotAllowed`` for others, ``ReviewHidden``, ``NoLongerEditable``, ``InvalidInput``.
    """
    rating, text = check_rating(rating), check_text(text)
    with transaction.atomic():
        current = _lock(review)
        if (current.author_id, current.rating, current.text) == (by.pk, rating, text):
            return current
        if (refusal := edit_obstacle(current, by=by, now=now)) is not None:
            raise refusal
        current.rating, current.text, current.edited_at = rating, text, now
        current.save(update_fields=["rating", "text", "edited_at"])
        count_anew(current.provider_id)
        return current


@retry_on_conflict
def reply(review: Review, *, by: User, text: str, now: datetime) -> Review:
    """Answer in public for the business, or change the answer; the author is told of the first.

    Raises ``NotAllowed`` unless ``by`` owns or manages the business, ``ReviewHidden``, and
    ``InvalidInput`` for an empty or too long ``text``.
    """
    text = check_text(text)
    if not text:
        raise InvalidInput("Write an answer.", field="text")
    with transaction.atomic():
        current = _lock(review)
        if not answers_for(current.provider, by):
            raise NotAllowed
        if current.hidden_at is not None:
            raise ReviewHidden
        if current.reply == text:
            return current
        current.reply, current.replied_at = text, now
        current.save(update_fields=["reply", "replied_at"])
        enqueue(REPLIED, {"review": current.pk}, dedupe=f"{REPLIED}:{current.pk}", now=now)
        return current


@retry_on_conflict
def report(review: Review, *, by: User, reason: str, now: datetime) -> ReviewReport:
    """Ask an administrator to look at a review; each person once, a repeat is harmless.

    Raises ``NotAllowed`` for the author, ``ReviewHidden``, and ``InvalidInput`` for ``reason``.
    """
    reason = _tidy(reason)
    if len(reason) > LONGEST_REPORT:
        raise InvalidInput(f"Use at most {LONGEST_REPORT} characters.", field="reason")
    with transaction.atomic():
        current = _lock(review)
        if current.author_id == by.pk:
            raise NotAllowed("This review is your own.")
        if current.hidden_at is not None:
            raise ReviewHidden
        made, _ = ReviewReport.objects.get_or_create(
            review=current, by=by, defaults={"reason": reason, "created_at": now}
        )
        return made


@retry_on_conflict
def hide(review: Review, *, by: User, reason: str, now: datetime) -> Review:
    """Take a review off the site, out of the figures too, and settle what was reported of it.

    ``reason`` is for the author and other administrators. One that is hidden stays as it is.
    Raises ``NotAllowed`` for everybody but administrators, and ``InvalidInput``.
    """
    reason = _tidy(reason)
    _check_admin(by)
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(f"Say why, in at most {LONGEST_REASON} characters.", field="reason")
    with transaction.atomic():
        current = _lock(review)
        if current.hidden_at is None:
            current.hidden_at, current.hidden_because = now, reason
            current.save(update_fields=["hidden_at", "hidden_because"])
            ReviewReport.objects.open().filter(review=current).update(settled_at=now)
            count_anew(current.provider_id)
        return current


@retry_on_conflict
def show(review: Review, *, by: User, now: datetime) -> Review:
    """Put a hidden review back on the site and into the figures; a repeat is harmless.

    Raises ``NotAllowed`` for everybody but administrators.
    """
    _check_admin(by)
    with transaction.atomic():
        current = _lock(review)
        if current.hidden_at is not None:
            current.hidden_at, current.hidden_because = None, ""
            current.save(update_fields=["hidden_at", "hidden_because"])
            count_anew(current.provider_id)
        return current


def settle(report: ReviewReport, *, by: User, now: datetime) -> None:
    """Say that a report was looked at and the review stays as it is; a repeat is harmless.

    Raises ``NotAllowed`` for everybody but administrators.
    """
    _check_admin(by)
    ReviewReport.objects.open().filter(pk=report.pk).update(settled_at=now)


def queue_ask(appointment: Appointment, *, now: datetime) -> None:
    """Have the customer asked how it was, once, in the caller's transaction.

    Whoever has neither an account nor an email address to open one with cannot write a review, so
    nobody asks them; neither those who belong to the business.
    """
    if appointment.customer_id is not None and _belongs(appointment, appointment.customer_id):
        return
    if appointment.customer_id is not None or appointment.guest_email:
        payload: dict[str, int | str] = {"appointment": appointment.pk}
        enqueue(ASK, payload, dedupe=f"{ASK}:{appointment.pk}", now=now)


def review_due(user: User, now: datetime) -> AppointmentQuerySet:
    """Return what ``user`` could review: completed in the last 60 days, latest first; lazy.

    For a list of bookings: whether each has a review tells ``select_related("review")`` and
    ``getattr(appointment, "review", None)``, without a query for each; the page to write or change
    it is ``me_review`` with the reference.
    """
    completed = Appointment.objects.for_customer(user).with_names().filter(status=Status.COMPLETED)
    works = Staff.objects.filter(provider=OuterRef("provider"), user=user)
    due = completed.filter(review=None, end__gt=now - DUE_FOR).exclude(provider__owner=user)
    return due.filter(~Exists(works)).order_by("-end", "-pk")


def review_obstacle(appointment: Appointment, *, by: User) -> NguvaError | None:
    """Return why ``by`` cannot review the appointment, written or not, or nothing."""
    if appointment.customer_id != by.pk:
        return NotAllowed()
    if _belongs(appointment, by.pk):
        return OwnBusiness()
    return None if appointment.status == Status.COMPLETED else NotReviewable()


def edit_obstacle(review: Review, *, by: User, now: datetime) -> NguvaError | None:
    """Return why ``by`` cannot change the review, or nothing."""
    if review.author_id != by.pk:
        return NotAllowed()
    if review.hidden_at is not None:
        return ReviewHidden()
    return NoLongerEditable() if now >= review.created_at + EDITABLE_FOR else None


def answers_for(provider: Provider, user: User) -> bool:
    """Whether ``user`` speaks for the business: its owner, and its managers."""
    return user in managers(provider)


def check_rating(rating: int) -> int:
    """Return ``rating``; raises ``InvalidInput`` for what is not one to five."""
    if isinstance(rating, bool) or rating not in range(1, MOST_STARS + 1):
        raise InvalidInput("Choose one to five stars.", field="rating")
    return rating


def check_text(text: str) -> str:
    """Return ``text`` without white space around it; raises ``InvalidInput`` when too long."""
    text = _tidy(text)
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"Use at most {LONGEST_TEXT} characters.", field="text")
    return text


def count_anew(provider_id: int) -> None:
    """Write how many stars the shown reviews of a business have together, and how many they are.

    To be called under the provider's lock, in the transaction that changed a review.
    """
    total, count = figures(provider_id)
    Provider.objects.filter(pk=provider_id).update(rating_total=total, rating_count=count)


def figures(provider_id: int) -> tuple[int, int]:
    """Return the stars of the shown reviews of a business together, and how many they are."""
    shown = Review.objects.shown().filter(provider=provider_id).order_by()
    found = shown.aggregate(total=Coalesce(Sum("rating"), 0), count=Count("pk"))
    return found["total"], found["count"]


def _lock(review: Review) -> Review:
    """Take the lock of the business, and return the review as it is now."""
    provider = lock_provider(review.provider_id)
    current = Review.objects.get(pk=review.pk)
    current.provider = provider
    return current


def _belongs(appointment: Appointment, user: int) -> bool:
    """Whether the business is the person's own, or they are or were of its team."""
    if Staff.objects.filter(provider=appointment.provider_id, user=user).exists():
        return True
    return Provider.objects.filter(pk=appointment.provider_id, owner=user).exists()


def _the_same(written: Review, *, rating: int, text: str) -> Review:
    if (written.rating, written.text) != (rating, text):
        raise AlreadyReviewed
    return written


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def _check_admin(user: User) -> None:
    if not (user.is_active and user.is_staff):
        raise NotAllowed
