"""Ask how a visit was, tell the business what was said, and the author that it was answered."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from booking.domain.outbox import enqueue
from booking.domain.reviews import ASK, review_obstacle
from booking.models import Appointment, Notification, Review, Status
from booking.notifications.post import post
from booking.notifications.quiet import is_quiet, morning_after
from booking.notifications.recipients import Recipient, customer_of, managers_of
from booking.notifications.short import cut
from booking.notifications.wording import Message
from booking.words import one_line, say_stars, say_when
from customers.models import MessageKind

ASK_WITHIN = timedelta(days=30)
"""Nobody is asked about a visit that is longer ago, whenever the business says that it was."""

LONGEST_QUOTE = 300


def ask_for_review(appointment_id: int, *, now: datetime) -> None:
    """Ask the customer how it was; once, by day, and not whoever said it already.

    In the night it is put off to the morning of the customer's own clock.
    """
    appointment = _completed(appointment_id)
    if appointment is None or appointment.end < now - ASK_WITHIN:
        return
    recipient = customer_of(appointment)
    if recipient.user is None and not recipient.email:
        return
    if recipient.user is not None and review_obstacle(appointment, by=recipient.user):
        return
    if is_quiet(now, recipient.zone):
        again = f"{ASK}:{appointment.pk}:morning"
        morning = morning_after(now, recipient.zone)
        enqueue(ASK, {"appointment": appointment.pk}, run_at=morning, dedupe=again, now=now)
        return
    with translation.override(recipient.language):
        message = compose_ask(appointment, now=now)
    post(
        recipient,
        kind=MessageKind.REVIEWS,
        appointment=appointment,
        provider=appointment.provider,
        event=None,
        message=message,
        dedupe=f"{ASK}:{appointment.pk}",
        now=now,
    )


def compose_ask(appointment: Appointment, *, now: datetime) -> Message:
    """Write the question; guests are led to their booking, which says how they can answer."""
    provider, has_account = appointment.provider, appointment.customer_id is not None
    path, text = appointment.get_absolute_url(), "See how"
    said = ["Reviews are written with an account: open one with this email address."]
    if has_account:
        path, text, said = reverse("me_review", args=[appointment.reference]), "Write a review", []
    return Message(
        subject=one_line(f"How was {appointment.service} at {provider}?"),
        headline="How was it?",
        sentences=["A minute of yours helps others to choose.", *said],
        facts=_visit(appointment, now=now),
        link=f"{settings.PUBLIC_URL}{path}",
        link_text=text,
    )


def tell_written(review_id: int, *, now: datetime) -> None:
    """Tell the owner and the managers, who can answer, of a new review."""
    review = _shown(review_id)
    if review is None:
        return
    for recipient in managers_of(review.provider):
        with translation.override(recipient.language):
            message = compose_written(review, now=now)
        _post_about(
            review,
            recipient,
            kind=MessageKind.BUSINESS,
            message=message,
            dedupe=f"review:{review.pk}:{recipient.key}",
            now=now,
        )


def compose_written(review: Review, *, now: datetime) -> Message:
    """Write to the business what was said of it."""
    stars, who = say_stars(review.rating), review.appointment.contact_name
    return Message(
        subject=one_line(f"New review: {stars} for {review.appointment.service}"),
        headline="New review",
        sentences=[one_line(f"{who} gave {stars}. You can answer in public.")],
        facts=[*_quote("They wrote", review.text), *_visit(review.appointment, now=now)],
        link=settings.PUBLIC_URL + reverse("provider_review", args=[review.pk]),
        link_text="Read and answer",
    )


def tell_replied(review_id: int, *, now: datetime) -> None:
    """Tell the author, while there is one, that the business answered."""
    review = _shown(review_id)
    if review is None or not review.reply or review.author is None:
        return
    recipient = customer_of(review.appointment)
    if recipient.user != review.author:
        return  # whoever the booking belongs to by now wrote nothing
    with translation.override(recipient.language):
        message = compose_replied(review, now=now)
    _post_about(
        review,
        recipient,
        kind=MessageKind.REVIEWS,
        message=message,
        dedupe=f"review-reply:{review.pk}",
        now=now,
    )


def compose_replied(review: Review, *, now: datetime) -> Message:
    """Write to the author what the business answered."""
    path = reverse("me_review", args=[review.appointment.reference])
    return Message(
        subject=one_line(f"{review.provider} answered your review"),
        headline="Your review was answered",
        sentences=[one_line(f"{review.provider} answered it in public.")],
        facts=[*_quote("They wrote", review.reply), *_visit(review.appointment, now=now)],
        link=f"{settings.PUBLIC_URL}{path}",
        link_text="See your review",
    )


def _post_about(
    review: Review,
    recipient: Recipient,
    *,
    kind: MessageKind,
    message: Message,
    dedupe: str,
    now: datetime,
) -> Notification | None:
    return post(
        recipient,
        kind=kind,
        appointment=review.appointment,
        provider=review.provider,
        event=None,
        message=message,
        dedupe=dedupe,
        now=now,
    )


def _completed(appointment_id: int) -> Appointment | None:
    """Fetch a completed appointment that nobody has reviewed, with all that the message shows."""
    completed = Appointment.objects.with_names().filter(status=Status.COMPLETED, review=None)
    return completed.filter(pk=appointment_id).first()


def _shown(review_id: int) -> Review | None:
    about = ("provider__owner", "author", "appointment__provider", "appointment__service")
    people = ("appointment__staff", "appointment__customer")
    return Review.objects.shown().select_related(*about, *people).filter(pk=review_id).first()


def _visit(appointment: Appointment, *, now: datetime) -> list[tuple[str, str]]:
    facts = [
        ("When", say_when(appointment.start, appointment.provider.tz, now=now)),
        ("Service", str(appointment.service)),
        ("With", str(appointment.staff or "")),
        ("Reference", appointment.reference),
    ]
    return [fact for fact in facts if one_line(fact[1])]


def _quote(label: str, text: str) -> list[tuple[str, str]]:
    text = cut(one_line(text), LONGEST_QUOTE)
    return [(label, text)] if text else []
