"""Reviews are written, edited and hidden at the same moment: the figures are those of the rows."""

import random
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest

from booking.domain import reviews
from booking.domain.reviews import AlreadyReviewed, ReviewHidden
from booking.models import Appointment, OutboxJob, Review, Status
from booking.tests import cast
from booking.tests.races.business import HOUR, NOW, Business
from booking.tests.races.harness import (
    CLIENTS,
    PATIENCE,
    Gate,
    Work,
    in_separate_steps,
    race,
)
from booking.tests.races.protection import gate_after
from customers.models import User
from providers.models import Provider, Service
from providers.tests.salon import make_appointment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

DEEDS = 200
AGO = NOW - timedelta(days=3)


class Visited:
    """A business where Dana has been many times, and an administrator."""

    def __init__(self, business: Business) -> None:
        self.provider = business.provider
        self.dana = cast.make_user()
        self.admin = cast.make_user(is_staff=True)
        self.haircut = business.haircut()

    def visits(self, number: int) -> list[Appointment]:
        return [completed(self.haircut, self.dana, AGO - n * HOUR) for n in range(number)]

    def writing(self, visit: Appointment, rating: int = 5) -> Work:
        write = partial(reviews.write_review, text="Neat", now=NOW)
        return partial(write, visit, by=self.dana, rating=rating)

    def written(self, visit: Appointment, rating: int = 5) -> Review:
        made = self.writing(visit, rating)()
        assert isinstance(made, Review)
        return made

    def editing(self, review: Review, rating: int) -> Work:
        edit = partial(reviews.edit_review, text="Neat", now=NOW)
        return partial(edit, review, by=self.dana, rating=rating)

    def hiding(self, review: Review) -> Work:
        return partial(reviews.hide, review, by=self.admin, reason="Insults", now=NOW)

    def showing(self, review: Review) -> Work:
        return partial(reviews.show, review, by=self.admin, now=NOW)


@pytest.fixture
def visited(business: Business) -> Visited:
    return Visited(business)


def completed(service: Service, customer: User, start: datetime) -> Appointment:
    return make_appointment(service, None, start=start, status=Status.COMPLETED, customer=customer)


def stored(provider: Provider) -> tuple[int, int]:
    """What the row of the business says."""
    fresh = Provider.objects.get(pk=provider.pk)
    return fresh.rating_total, fresh.rating_count


def recomputed(provider: Provider) -> tuple[int, int]:
    """What the rows of its reviews say, added up here."""
    rows = Review.objects.filter(provider=provider).values_list("rating", "hidden_at")
    shown = [rating for rating, hidden_at in rows if hidden_at is None]
    return sum(shown), len(shown)


def one_after_another(deeds: Sequence[Work]) -> Work:
    """Do all of them as one client; a hidden review cannot be edited, which is an answer too."""

    def work() -> int:
        refused = 0
        for deed in deeds:
            try:
                deed()
            except ReviewHidden:
                refused += 1
        return refused

    return work


def two_hundred(visited: Visited) -> Iterator[Work]:
    """80 creates, and on 60 reviews that are there 60 edits, 40 hides and 20 that show again."""
    chance = random.Random(4)
    for visit in visited.visits(80):
        yield visited.writing(visit, chance.randint(1, 5))
    older = [
        visited.written(completed(visited.haircut, visited.dana, AGO - (100 + n) * HOUR), 3)
        for n in range(60)
    ]
    for number, review in enumerate(older):
        yield visited.editing(review, chance.choice((1, 2, 4, 5)))
        if number < 40:
            yield visited.hiding(review)
        if number < 20:
            yield visited.showing(review)


def test_figures_after_200_creates_edits_and_hides_are_those_of_the_rows(visited: Visited) -> None:
    deeds = list(two_hundred(visited))
    assert len(deeds) == DEEDS
    random.Random(7).shuffle(deeds)
    outcome = race(one_after_another(deeds[n::CLIENTS]) for n in range(CLIENTS))
    assert outcome.errors == []
    assert Review.objects.count() == 140
    total, count = recomputed(visited.provider)
    assert stored(visited.provider) == (total, count)
    assert 100 <= count <= 140
    rating = Provider.objects.get(pk=visited.provider.pk).rating
    assert rating is not None
    assert float(rating) == pytest.approx(total / count, abs=0.0501)


def stale_figures(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Whoever counts first waits before writing; return what is set on counting, and ends it."""
    counted, go_on = threading.Event(), threading.Event()
    count = reviews.figures

    def counting(provider_id: int) -> tuple[int, int]:
        found = count(provider_id)
        if not counted.is_set():
            counted.set()
            go_on.wait(PATIENCE)
        return found

    monkeypatch.setattr(reviews, "figures", counting)
    return counted, go_on


@pytest.mark.usefixtures("without_lock")
@pytest.mark.parametrize("second", ["create", "edit", "hide"])
def test_control_without_the_lock_the_figures_are_wrong(
    visited: Visited, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    """One has counted when another writes and counts: the first then writes what was true."""
    one, other, third = visited.visits(3)
    review = visited.written(third)
    counted, go_on = stale_figures(monkeypatch)
    deed = {
        "create": visited.writing(other, 1),
        "edit": visited.editing(review, 1),
        "hide": visited.hiding(review),
    }[second]

    def meanwhile() -> None:
        assert counted.wait(PATIENCE)
        deed()
        go_on.set()

    outcome = race(map(in_separate_steps, [visited.writing(one), meanwhile]))
    assert outcome.errors == []
    assert stored(visited.provider) != recomputed(visited.provider)


def test_the_lock_makes_the_other_wait(visited: Visited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever counts holds the lock for half a second longer: nobody else counts meanwhile."""
    gate = Gate(2, patience=0.5)
    gate_after(monkeypatch, reviews.figures, gate)
    one, other = visited.visits(2)
    outcome = race([visited.writing(one, 5), visited.writing(other, 1)])
    assert outcome.errors == []
    assert gate.crowd == 1
    assert stored(visited.provider) == recomputed(visited.provider) == (6, 2)


def test_twenty_taps_write_one_review_and_tell_the_business_once(visited: Visited) -> None:
    (visit,) = visited.visits(1)
    outcome = race([visited.writing(visit)] * 20)
    assert outcome.errors == []
    assert {review.pk for review in outcome.results} == {Review.objects.get().pk}
    assert stored(visited.provider) == (5, 1)
    assert OutboxJob.objects.filter(kind="review_written").count() == 1


def test_two_that_differ_leave_one(visited: Visited) -> None:
    (visit,) = visited.visits(1)
    outcome = race([visited.writing(visit, 1), visited.writing(visit, 5)] * 5)
    assert outcome.refused_with(AlreadyReviewed) == 5
    assert stored(visited.provider) == recomputed(visited.provider)
