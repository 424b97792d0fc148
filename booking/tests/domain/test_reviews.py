"""Reviews: who may write, change, answer, report and hide them, and the figures that follow."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.domain import reviews
from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.lifecycle import complete
from booking.domain.reviews import AlreadyReviewed, NoLongerEditable, NotReviewable, ReviewHidden
from booking.models import Appointment, OutboxJob, Review, ReviewReport, Status
from booking.tests.cast import make_user
from customers.models import User
from project.errors import InvalidInput, NotAllowed
from providers.models import Provider, Staff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment, make_salon

pytestmark = pytest.mark.django_db

DAYS_14 = timedelta(days=14)


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def admin() -> User:
    return make_user(is_staff=True)


def visit(salon: Salon, *, days: int = 1, **fields: Any) -> Appointment:
    """A completed visit of Dana's, so many days ago."""
    values: dict[str, Any] = {"customer": salon.dana, "status": Status.COMPLETED} | fields
    return make_appointment(salon.braids, salon.bobs, start=NOW - days * DAY, **values)


def write(
    appointment: Appointment,
    by: User | None = None,
    *,
    rating: int = 4,
    text: str = "Neat work",
    now: datetime = NOW,
) -> Review:
    by = by or appointment.customer
    assert by is not None
    return reviews.write_review(appointment, by=by, rating=rating, text=text, now=now)


def edit(review: Review, by: User, *, now: datetime, rating: int = 1) -> Review:
    return reviews.edit_review(review, by=by, rating=rating, text="Changed", now=now)


def figures(salon: Salon) -> tuple[int, int]:
    provider = Provider.objects.get(pk=salon.provider.pk)
    return provider.rating_total, provider.rating_count


def jobs(kind: str) -> int:
    return OutboxJob.objects.filter(kind=kind).count()


class TestWriting:
    def test_the_customer_reviews_a_completed_visit(self, salon: Salon) -> None:
        review = write(visit(salon), rating=4, text="  Neat\r\nwork ")
        assert (review.rating, review.text, review.created_at) == (4, "Neat\nwork", NOW)
        assert (review.author, review.provider) == (salon.dana, salon.provider)
        assert figures(salon) == (4, 1)
        assert jobs("review_written") == 1

    def test_words_may_be_left_out(self, salon: Salon) -> None:
        assert write(visit(salon), text=" ").text == ""

    def test_a_repeat_returns_it(self, salon: Salon) -> None:
        seen = visit(salon)
        assert write(seen, now=NOW + HOUR).pk == write(seen, now=NOW + 2 * HOUR).pk
        assert figures(salon) == (4, 1)
        assert jobs("review_written") == 1

    def test_another_review_of_the_same_visit_is_refused(self, salon: Salon) -> None:
        seen = visit(salon)
        write(seen)
        with pytest.raises(AlreadyReviewed):
            write(seen, rating=1)
        assert figures(salon) == (4, 1)

    @pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED}))
    def test_only_what_took_place(self, salon: Salon, status: Status) -> None:
        with pytest.raises(NotReviewable):
            write(visit(salon, status=status))
        assert not Review.objects.exists()

    def test_what_the_page_believed_does_not_count(self, salon: Salon) -> None:
        seen = visit(salon, status=Status.NO_SHOW)
        seen.status = Status.COMPLETED
        with pytest.raises(NotReviewable):
            write(seen)

    @pytest.mark.parametrize("who", ["alice", "mary", "bob", "charlie"])
    def test_nobody_but_the_customer(self, salon: Salon, who: str) -> None:
        with pytest.raises(NotAllowed):
            write(visit(salon), getattr(salon, who))

    def test_a_guests_visit_is_nobodys(self, salon: Salon) -> None:
        guest = visit(salon, customer=None, guest_email="dana@example.com")
        with pytest.raises(NotAllowed):
            write(guest, salon.dana)

    @pytest.mark.parametrize("rating", [0, 6, -1, True, 2.5, "5", None])
    def test_one_to_five_stars(self, salon: Salon, rating: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            write(visit(salon), rating=rating)
        assert caught.value.field == "rating"

    def test_a_text_has_an_end(self, salon: Salon) -> None:
        with pytest.raises(InvalidInput) as caught:
            write(visit(salon), text="x" * 2001)
        assert caught.value.field == "text"
        assert len(write(visit(salon), text="x" * 2000).text) == 2000

    def test_the_codes_are_those_of_other_refusals(self) -> None:
        assert NotReviewable.code == AlreadyReviewed.code == InvalidTransition.code
        assert NoLongerEditable.code == OutsidePolicy.code


class TestEditing:
    def test_the_author_changes_it_for_14_days(self, salon: Salon) -> None:
        review = write(visit(salon))
        last = NOW + DAYS_14 - timedelta(seconds=1)
        changed = edit(review, salon.dana, now=last)
        assert (changed.rating, changed.text, changed.edited_at) == (1, "Changed", last)
        assert figures(salon) == (1, 1)
        assert jobs("review_written") == 1

    def test_and_not_after_them(self, salon: Salon) -> None:
        review = write(visit(salon))
        with pytest.raises(NoLongerEditable):
            edit(review, salon.dana, now=NOW + DAYS_14)
        review.refresh_from_db()
        assert (review.rating, figures(salon)) == (4, (4, 1))

    def test_changing_does_not_prolong_the_days(self, salon: Salon) -> None:
        review = edit(write(visit(salon)), salon.dana, now=NOW + 13 * DAY)
        with pytest.raises(NoLongerEditable):
            edit(review, salon.dana, now=NOW + 14 * DAY, rating=2)

    def test_the_same_again_changes_nothing(self, salon: Salon) -> None:
        review = edit(write(visit(salon)), salon.dana, now=NOW + HOUR)
        assert edit(review, salon.dana, now=NOW + DAYS_14).edited_at == NOW + HOUR

    @pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
    def test_nobody_else(self, salon: Salon, who: str) -> None:
        with pytest.raises(NotAllowed):
            edit(write(visit(salon)), getattr(salon, who), now=NOW)

    def test_a_hidden_one_stays_as_it_is(self, salon: Salon, admin: User) -> None:
        review = write(visit(salon))
        reviews.hide(review, by=admin, reason="Insults", now=NOW)
        with pytest.raises(ReviewHidden):
            edit(review, salon.dana, now=NOW)


class TestReplying:
    @pytest.mark.parametrize("who", ["alice", "mary"])
    def test_the_owner_and_managers_answer(self, salon: Salon, who: str) -> None:
        by = getattr(salon, who)
        answered = reviews.reply(write(visit(salon)), by=by, text=" Thank you ", now=NOW)
        assert (answered.reply, answered.replied_at) == ("Thank you", NOW)
        assert jobs("review_replied") == 1

    def test_the_answer_can_be_changed_and_the_author_is_told_once(self, salon: Salon) -> None:
        review = reviews.reply(write(visit(salon)), by=salon.alice, text="Thanks", now=NOW)
        changed = reviews.reply(review, by=salon.mary, text="Thank you", now=NOW + HOUR)
        assert (changed.reply, changed.replied_at) == ("Thank you", NOW + HOUR)
        assert jobs("review_replied") == 1

    @pytest.mark.parametrize("who", ["bob", "charlie", "dana"])
    def test_others_do_not(self, salon: Salon, who: str) -> None:
        with pytest.raises(NotAllowed):
            reviews.reply(write(visit(salon)), by=getattr(salon, who), text="Ha", now=NOW)

    def test_a_manager_who_left_does_not(self, salon: Salon) -> None:
        salon.marys.active = False
        salon.marys.save()
        with pytest.raises(NotAllowed):
            reviews.reply(write(visit(salon)), by=salon.mary, text="Ha", now=NOW)

    @pytest.mark.parametrize("text", ["", "  \n", "x" * 2001])
    def test_something_has_to_be_said(self, salon: Salon, text: str) -> None:
        with pytest.raises(InvalidInput):
            reviews.reply(write(visit(salon)), by=salon.alice, text=text, now=NOW)

    def test_hidden_ones_are_not_answered(self, salon: Salon, admin: User) -> None:
        review = reviews.hide(write(visit(salon)), by=admin, reason="Insults", now=NOW)
        with pytest.raises(ReviewHidden):
            reviews.reply(review, by=salon.alice, text="Thanks", now=NOW)


class TestReporting:
    def test_anybody_but_the_author_once(self, salon: Salon) -> None:
        review = write(visit(salon))
        for who in (salon.alice, salon.bob, salon.charlie, salon.alice):
            reviews.report(review, by=who, reason="Untrue", now=NOW)
        assert ReviewReport.objects.count() == 3
        with pytest.raises(NotAllowed):
            reviews.report(review, by=salon.dana, reason="Mine", now=NOW)

    def test_a_repeat_keeps_the_first_reason(self, salon: Salon) -> None:
        review = write(visit(salon))
        first = reviews.report(review, by=salon.alice, reason="Untrue", now=NOW)
        again = reviews.report(review, by=salon.alice, reason="Rude", now=NOW + HOUR)
        assert (again.pk, again.reason) == (first.pk, "Untrue")

    def test_what_is_hidden_needs_no_report(self, salon: Salon, admin: User) -> None:
        review = reviews.hide(write(visit(salon)), by=admin, reason="Insults", now=NOW)
        with pytest.raises(ReviewHidden):
            reviews.report(review, by=salon.alice, reason="Untrue", now=NOW)

    def test_a_report_is_settled_once(self, salon: Salon, admin: User) -> None:
        made = reviews.report(write(visit(salon)), by=salon.alice, reason="Untrue", now=NOW)
        reviews.settle(made, by=admin, now=NOW + HOUR)
        reviews.settle(made, by=admin, now=NOW + 2 * HOUR)
        made.refresh_from_db()
        assert made.settled_at == NOW + HOUR


class TestHiding:
    def test_it_leaves_the_figures_and_comes_back(self, salon: Salon, admin: User) -> None:
        review, _ = write(visit(salon), rating=1), write(visit(salon, days=2), rating=5)
        reviews.hide(review, by=admin, reason="Insults", now=NOW)
        assert figures(salon) == (5, 1)
        assert list(Review.objects.shown().values_list("rating", flat=True)) == [5]
        assert reviews.show(review, by=admin, now=NOW).hidden_because == ""
        assert figures(salon) == (6, 2)

    def test_repeats_are_harmless(self, salon: Salon, admin: User) -> None:
        review = write(visit(salon))
        for reason in ("Insults", "Again"):
            hidden = reviews.hide(review, by=admin, reason=reason, now=NOW)
        assert (hidden.hidden_because, figures(salon)) == ("Insults", (0, 0))
        for _ in range(2):
            reviews.show(review, by=admin, now=NOW)
        assert figures(salon) == (4, 1)

    def test_it_settles_what_was_reported(self, salon: Salon, admin: User) -> None:
        review = write(visit(salon))
        made = reviews.report(review, by=salon.alice, reason="Untrue", now=NOW)
        reviews.hide(review, by=admin, reason="Insults", now=NOW + HOUR)
        made.refresh_from_db()
        assert made.settled_at == NOW + HOUR

    @pytest.mark.parametrize("who", ["alice", "mary", "dana", "charlie"])
    def test_only_administrators_hide_show_and_settle(
        self, salon: Salon, admin: User, who: str
    ) -> None:
        by, review = getattr(salon, who), write(visit(salon))
        made = reviews.report(review, by=salon.bob, reason="Untrue", now=NOW)
        with pytest.raises(NotAllowed):
            reviews.hide(review, by=by, reason="No", now=NOW)
        with pytest.raises(NotAllowed):
            reviews.settle(made, by=by, now=NOW)
        reviews.hide(review, by=admin, reason="Insults", now=NOW)
        with pytest.raises(NotAllowed):
            reviews.show(review, by=by, now=NOW)

    @pytest.mark.parametrize("reason", ["", " ", "x" * 201])
    def test_a_reason_is_needed(self, salon: Salon, admin: User, reason: str) -> None:
        with pytest.raises(InvalidInput):
            reviews.hide(write(visit(salon)), by=admin, reason=reason, now=NOW)


class TestFigures:
    def test_no_reviews_no_rating(self, salon: Salon) -> None:
        assert salon.provider.rating is None

    def test_halves_are_rounded_up(self, salon: Salon) -> None:
        for days, rating in enumerate((5, 5, 5, 4), start=1):
            write(visit(salon, days=days), rating=rating)
        salon.provider.refresh_from_db()
        assert str(salon.provider.rating) == "4.8"

    def test_other_businesses_keep_theirs(self, salon: Salon) -> None:
        write(visit(salon))
        assert Provider.objects.get(pk=salon.elsewhere.pk).rating_count == 0

    def test_figures_that_drifted_are_put_right_by_the_next_change(self, salon: Salon) -> None:
        Provider.objects.filter(pk=salon.provider.pk).update(rating_total=99, rating_count=7)
        write(visit(salon), rating=3)
        assert figures(salon) == (3, 1)


class TestDue:
    def test_completed_ones_without_a_review(self, salon: Salon) -> None:
        newer, older, seen = (visit(salon, days=days) for days in (1, 5, 3))
        write(seen)
        visit(salon, status=Status.NO_SHOW)
        visit(salon, customer=salon.charlie)
        visit(salon, days=61)
        assert list(reviews.review_due(salon.dana, NOW)) == [newer, older]


class TestAsking:
    def complete(self, salon: Salon, **fields: Any) -> Appointment:
        confirmed = visit(salon, status=Status.CONFIRMED, **fields)
        return complete(confirmed, by=Actor.provider(salon.alice), now=NOW)

    def test_completing_asks_once(self, salon: Salon) -> None:
        done = self.complete(salon)
        complete(done, by=Actor.provider(salon.alice), now=NOW + HOUR)
        job = OutboxJob.objects.get(kind="review_ask")
        assert (job.payload, job.dedupe) == ({"appointment": done.pk}, f"review_ask:{done.pk}")

    def test_guests_with_an_address_are_asked_and_others_not(self, salon: Salon) -> None:
        self.complete(salon, customer=None, guest_name="Chipo", guest_phone="+263771234567")
        assert jobs("review_ask") == 0
        self.complete(salon, days=2, customer=None, guest_email="chipo@example.com")
        assert jobs("review_ask") == 1

    def test_nothing_is_asked_of_what_did_not_happen(self, salon: Salon) -> None:
        with pytest.raises(InvalidTransition):
            complete(visit(salon, status=Status.NO_SHOW), by=Actor.provider(salon.alice), now=NOW)
        assert jobs("review_ask") == 0


class TestOwnBusiness:
    """Whoever belongs to a business says nothing of it, and is not asked."""

    def people(self, salon: Salon) -> list[User]:
        Staff.objects.filter(user=salon.bob).update(active=False)
        return [salon.alice, salon.mary, salon.bob]

    def test_owner_and_team_past_or_present_write_none(self, salon: Salon) -> None:
        for days, who in enumerate(self.people(salon), start=1):
            with pytest.raises(reviews.OwnBusiness, match="You belong to this business"):
                write(visit(salon, customer=who, days=days), rating=5)
        assert figures(salon) == (0, 0)

    def test_it_is_not_suggested_to_them(self, salon: Salon) -> None:
        for days, who in enumerate(self.people(salon), start=1):
            visit(salon, customer=who, days=days)
            assert not reviews.review_due(who, NOW).exists()

    def test_they_are_not_asked(self, salon: Salon) -> None:
        for days, who in enumerate(self.people(salon), start=1):
            booked = visit(salon, customer=who, days=days, status=Status.CONFIRMED)
            complete(booked, by=Actor.provider(salon.alice), now=NOW)
        assert jobs("review_ask") == 0

    def test_those_of_another_business_may(self, salon: Salon) -> None:
        assert write(visit(salon, customer=salon.charlie)).author == salon.charlie
