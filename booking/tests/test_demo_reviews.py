"""What the demo market says of itself: the same each time, plausible, and with right figures."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from booking.demo import market
from booking.domain.reviews import figures, review_due
from booking.models import Appointment, Review, Status
from customers.models import User
from project import clock
from providers.models import Provider


@pytest.fixture(scope="module")
def kept_market(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The market, built once and undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.DEBUG", True)
            call_command("demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def a_market(kept_market: None, db: None) -> None:
    """The market, with whatever a test does to it undone."""


@pytest.mark.usefixtures("a_market")
class TestMarket:
    def test_figures_are_those_of_the_rows(self) -> None:
        for provider in Provider.objects.all():
            assert (provider.rating_total, provider.rating_count) == figures(provider.pk)

    def test_most_have_some_and_some_have_none(self) -> None:
        counts = list(Provider.objects.values_list("rating_count", flat=True))
        assert 0 in counts
        assert sum(count > 0 for count in counts) >= 12
        assert Provider.objects.get(slug="tendai-hair-studio").rating_count > 10

    def test_ratings_are_plausible(self) -> None:
        ratings = set(Review.objects.values_list("rating", flat=True))
        assert ratings >= {3, 4, 5}
        assert all(3 <= each.rating <= 5 for each in Provider.objects.all() if each.rating)

    def test_each_is_of_a_completed_visit_by_its_customer(self) -> None:
        now = clock.now()
        for review in Review.objects.select_related("appointment", "author"):
            visit = review.appointment
            assert visit.status == Status.COMPLETED
            assert (review.author_id, review.provider_id) == (visit.customer_id, visit.provider_id)
            assert visit.end <= review.created_at <= now
            assert bool(review.reply) == bool(review.replied_at)
            review.full_clean()

    def test_nobody_reviews_a_business_twice_but_the_demo_customer(self) -> None:
        others = Review.objects.exclude(author__email=market.CUSTOMER)
        pairs = list(others.values_list("author", "provider"))
        assert len(pairs) == len(set(pairs))

    def test_the_demo_customer_has_some_left_to_review(self) -> None:
        customer = User.objects.get(email=market.CUSTOMER)
        done = Appointment.objects.filter(customer=customer, status=Status.COMPLETED).count()
        due = list(review_due(customer, clock.now()))
        assert 1 <= len(due) <= 2
        assert Review.objects.filter(author=customer).count() == done - len(due)

    def test_lists_show_them(self, client: Client) -> None:
        assert "★" in client.get("/").content.decode()
        assert "★" in client.get("/providers/").content.decode()
        assert "Page 1 of 2" in client.get("/p/tendai-hair-studio/reviews/").content.decode()
