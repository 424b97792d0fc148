"""Asked how it was, told of a review, told of its answer: each once, to the right people."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings

from booking.domain import reviews
from booking.domain.actors import Actor
from booking.domain.lifecycle import complete
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Appointment, Delivery, Notification, OutboxJob, Review
from booking.notifications.reviews import ask_for_review, tell_replied, tell_written
from booking.notifications.unsubscribe import apply, read_token
from booking.tests import cast
from booking.tests.jobs.salon import DAY, NOW, START, Salon, deliver, html_of, only
from customers.domain.preferences import digest, opt_out_digest, set_preference
from customers.models import Channel, MessageKind
from providers.models import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

AFTER = START + timedelta(hours=2)
"""16:30 in Harare, when the visit is over."""


def completed(salon: Salon, at: datetime = AFTER, **given: Any) -> Appointment:
    """Book, tell everybody, and say that it took place."""
    booked = salon.book(**given)
    deliver()
    return complete(booked, by=Actor.provider(salon.alice), now=at)


def danas(salon: Salon, at: datetime = AFTER) -> Appointment:
    given = {"by": Actor.customer(salon.dana), "customer": salon.dana, "contact": None}
    return completed(salon, at, **given)


def written(
    salon: Salon, clock: time_machine.Traveller, *, text: str = "Neat work", rating: int = 4
) -> Review:
    seen = danas(salon)
    review = reviews.write_review(seen, by=salon.dana, rating=rating, text=text, now=AFTER)
    OutboxJob.objects.filter(kind=reviews.ASK).delete()
    at_sixteen(clock)
    return review


def at_sixteen(clock: time_machine.Traveller) -> None:
    clock.move_to(AFTER)


def test_the_customer_is_asked(salon: Salon, monday: time_machine.Traveller) -> None:
    seen = danas(salon)
    at_sixteen(monday)
    mail = only(deliver(), "dana@example.com")
    assert mail.subject == "How was Box braids at Tendai Hair Studio?"
    link = f"/me/appointments/{seen.reference}/review/"
    assert link in str(mail.body)
    assert f'href="{settings.PUBLIC_URL}{link}"' in html_of(mail)
    assert seen.token not in str(mail.body)
    notification = Notification.objects.get(kind=MessageKind.REVIEWS)
    assert (notification.recipient, notification.path) == (salon.dana, link)


def test_once_however_often_the_job_runs(salon: Salon, monday: time_machine.Traveller) -> None:
    seen = danas(salon)
    at_sixteen(monday)
    for _ in range(3):
        ask_for_review(seen.pk, now=AFTER)
    assert len(deliver()) == 1


def test_a_guest_is_led_to_the_booking(salon: Salon, monday: time_machine.Traveller) -> None:
    seen = completed(salon)
    at_sixteen(monday)
    mail = only(deliver(), "chipo@example.com")
    assert f"/a/{seen.token}/" in str(mail.body)
    assert "open one with this email address" in str(mail.body)
    assert "/me/" not in str(mail.body)


def test_whoever_reviewed_meanwhile_is_not_asked(
    salon: Salon, monday: time_machine.Traveller
) -> None:
    seen = danas(salon)
    reviews.write_review(seen, by=salon.dana, rating=5, text="", now=AFTER)
    at_sixteen(monday)
    assert "dana@example.com" not in {address for mail in deliver() for address in mail.to}


def test_nobody_is_asked_of_long_ago(salon: Salon, monday: time_machine.Traveller) -> None:
    seen = danas(salon, START + 40 * DAY)
    monday.move_to(START + 40 * DAY)
    assert deliver() == []
    assert not Notification.objects.filter(appointment=seen, kind=MessageKind.REVIEWS).exists()


def test_at_night_it_waits_for_the_morning(salon: Salon, monday: time_machine.Traveller) -> None:
    night = START + timedelta(hours=8)  # 22:30 in Harare
    danas(salon, night)
    monday.move_to(night)
    assert deliver() == []
    waiting = OutboxJob.objects.get(kind=reviews.ASK, done_at=None)
    morning = datetime(2026, 11, 25, 5, tzinfo=NOW.tzinfo)  # seven o'clock there
    assert waiting.run_at == morning
    monday.move_to(morning)
    assert len(deliver()) == 1
    run_due(HANDLERS)
    assert Notification.objects.filter(kind=MessageKind.REVIEWS).count() == 1


def test_the_mail_can_be_stopped_by_one_press(salon: Salon, monday: time_machine.Traveller) -> None:
    danas(salon)
    at_sixteen(monday)
    stop = str(deliver()[0].extra_headers["List-Unsubscribe"])
    apply(read_token(stop.strip("<>").rstrip("/").rpartition("/")[2]))
    deliver()
    second = danas_next_week(salon)
    monday.move_to(AFTER + 7 * DAY)
    assert deliver() == []
    ways = Delivery.objects.filter(notification__appointment=second, notification__kind="reviews")
    assert list(ways.values_list("channel", flat=True)) == ["in_app"]


def danas_next_week(salon: Salon) -> Appointment:
    given: dict[str, Any] = {"by": Actor.customer(salon.dana), "customer": salon.dana}
    booked = salon.book(start=START + 7 * DAY, contact=None, **given)
    deliver()
    return complete(booked, by=Actor.provider(salon.alice), now=AFTER + 7 * DAY)


def test_guests_who_want_none_get_none(salon: Salon, monday: time_machine.Traveller) -> None:
    opt_out_digest(digest("chipo@example.com"), MessageKind.REVIEWS)
    completed(salon)
    at_sixteen(monday)
    assert deliver() == []


def test_the_business_is_told_of_a_review(salon: Salon, monday: time_machine.Traveller) -> None:
    mary = cast.make_user("mary@example.com", name="Mary Dube")
    cast.make_staff(salon.provider, name="Mary", user=mary, role=Staff.Role.MANAGER)
    salon.rudo.user = cast.make_user("rudo@example.com")
    salon.rudo.save()
    review = written(salon, monday, text="Neat\nwork")
    mails = deliver()
    assert sorted(mail.to[0] for mail in mails) == ["mary@example.com", "studio@example.com"]
    mail = only(mails, "studio@example.com")
    assert mail.subject == "New review: 4 of 5 stars for Box braids"
    assert "Neat work" in str(mail.body)
    assert f"/provider/reviews/{review.pk}/" in str(mail.body)
    tell_written(review.pk, now=AFTER)
    assert deliver() == []


def test_the_author_is_told_of_the_answer_once(
    salon: Salon, monday: time_machine.Traveller
) -> None:
    review = written(salon, monday)
    deliver()
    for text in ("Thanks", "Thank you"):
        reviews.reply(review, by=salon.alice, text=text, now=AFTER)
    mail = only(deliver(), "dana@example.com")
    assert mail.subject == "Tendai Hair Studio answered your review"
    assert "Thank you" in str(mail.body)
    assert f"/me/appointments/{review.appointment.reference}/review/" in str(mail.body)
    tell_replied(review.pk, now=AFTER)
    assert deliver() == []


def test_hidden_meanwhile_tells_nobody(salon: Salon, monday: time_machine.Traveller) -> None:
    review = written(salon, monday)
    reviews.hide(review, by=cast.make_user(is_staff=True), reason="Insults", now=AFTER)
    assert deliver() == []


def test_an_author_without_an_account_is_told_nothing(
    salon: Salon, monday: time_machine.Traveller
) -> None:
    review = written(salon, monday)
    deliver()
    reviews.reply(review, by=salon.alice, text="Thanks", now=AFTER)
    Review.objects.update(author=None)
    assert deliver() == []


def test_channels_are_chosen_by_kind(salon: Salon, monday: time_machine.Traveller) -> None:
    set_preference(salon.dana, MessageKind.REVIEWS, Channel.EMAIL, wanted=False)
    danas(salon)
    at_sixteen(monday)
    assert deliver() == []
    assert Notification.objects.filter(recipient=salon.dana, kind="reviews").count() == 1


def test_a_job_about_what_is_gone_does_nothing(salon: Salon) -> None:
    ask_for_review(999, now=NOW)
    tell_written(999, now=NOW)
    tell_replied(999, now=NOW)
    assert not Notification.objects.exists()
