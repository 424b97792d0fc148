"""What everybody reads: the average, the newest three, the list; and how to report one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain import reviews
from booking.models import Appointment, Review, ReviewReport, Status
from booking.tests.cast import make_provider, make_user
from booking.tests.pages.conftest import NOW, Salon
from customers.models import User
from providers.models import FormerSlug, Provider
from providers.tests.salon import make_appointment

LIST = "/p/salon/reviews/"
DAY = timedelta(days=1)
HTMX = {"HX-Request": "true", "HX-Target": "reviews"}


def visit(salon: Salon, by: User | None, *, days: int = 1, **fields: Any) -> Appointment:
    start = NOW - days * DAY
    values = {"customer": by, "status": Status.COMPLETED} | fields
    return make_appointment(salon.service, salon.bob, start=start, **values)


def review(
    salon: Salon, rating: int = 5, *, days: int = 1, name: str = "Tariro Moyo", text: str = "Neat"
) -> Review:
    """Somebody's review of so many days ago."""
    by = make_user(name=name)
    seen, now = visit(salon, by, days=days), NOW - days * DAY + DAY / 2
    return reviews.write_review(seen, by=by, rating=rating, text=text, now=now)


def hide(one: Review) -> None:
    reviews.hide(one, by=make_user(is_staff=True), reason="Insults", now=NOW)


def page(client: Client, path: str = LIST, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def shown_texts(client: Client, path: str) -> list[str]:
    return [each.text for each in client.get(path).context["page"]]


class TestProviderPage:
    def test_nothing_at_all_without_reviews(self, client: Client, salon: Salon) -> None:
        html = page(client, "/p/salon/")
        assert "review" not in html.lower()
        assert "★" not in html

    def test_the_average_and_the_newest_three(self, client: Client, salon: Salon) -> None:
        for days, rating in enumerate((5, 5, 4, 5), start=1):
            review(salon, rating, days=days, text=f"Text {days}")
        html = page(client, "/p/salon/")
        average = '<b class="num">4.8</b><span class="visually-hidden"> of 5 stars</span>'
        assert f"{average} · 4 reviews" in html
        assert [f"Text {n}" in html for n in (1, 2, 3, 4)] == [True, True, True, False]
        assert f'href="{LIST}">See all 4 reviews' in html

    def test_one_review_is_one(self, client: Client, salon: Salon) -> None:
        review(salon)
        assert "· 1 review<" in page(client, "/p/salon/").replace("1 review <", "1 review<")

    def test_hidden_ones_leave_the_page(self, client: Client, salon: Salon) -> None:
        hide(review(salon, text="Insult"))
        html = page(client, "/p/salon/")
        assert "Insult" not in html
        assert "★" not in html

    def test_first_names_only(self, client: Client, salon: Salon) -> None:
        one = review(salon, name="Tariro Moyo")
        assert one.author is not None
        for path in ("/p/salon/", LIST):
            html = page(client, path)
            assert "Tariro" in html
            assert "Moyo" not in html
            assert one.author.email not in html

    @pytest.mark.parametrize("name", ["", "  "])
    def test_without_a_name_a_customer(self, client: Client, salon: Salon, name: str) -> None:
        one = review(salon, name=name)
        assert one.author is not None
        html = page(client)
        assert "A customer" in html
        assert one.author.email not in html

    def test_an_account_that_is_gone_is_a_customer(self, client: Client, salon: Salon) -> None:
        review(salon)
        Review.objects.update(author=None)
        assert "A customer" in page(client)

    def test_inside_another_site_nothing_leads_away(self, client: Client, salon: Salon) -> None:
        review(salon)
        html = page(client, "/p/salon/?embed=1")
        assert '<b class="num">5.0</b>' in html
        assert LIST not in html

    @pytest.mark.parametrize("number", [1, 3])
    def test_one_query_more_with_reviews(self, client: Client, salon: Salon, number: int) -> None:
        without = queries_of(client, "/p/salon/")
        for days in range(1, number + 1):
            review(salon, days=days)
        assert queries_of(client, "/p/salon/") == without + 1


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


class TestCards:
    @pytest.mark.parametrize("path", ["/", "/providers/"])
    def test_lists_show_what_the_row_says(self, client: Client, salon: Salon, path: str) -> None:
        Provider.objects.update(featured=True)
        assert "★" not in page(client, path)
        before = queries_of(client, path)
        for days, rating in enumerate((5, 4), start=1):
            review(salon, rating, days=days)
        html = page(client, path)
        assert '<b class="num">4.5</b><span class="visually-hidden"> of 5 stars,</span>' in html
        assert '<span class="visually-hidden"> 2 reviews</span>' in html
        assert queries_of(client, path) == before


class TestList:
    def test_sorted_as_the_address_says(self, client: Client, salon: Salon) -> None:
        for days, rating in ((1, 3), (2, 5), (3, 1), (4, 5)):
            review(salon, rating, days=days, text=f"{days}: {rating}")
        assert shown_texts(client, LIST) == ["1: 3", "2: 5", "3: 1", "4: 5"]
        assert shown_texts(client, f"{LIST}?sort=best") == ["2: 5", "4: 5", "1: 3", "3: 1"]
        assert shown_texts(client, f"{LIST}?sort=worst") == ["3: 1", "1: 3", "2: 5", "4: 5"]

    @pytest.mark.parametrize("sort", ["random", "-rating", "author"])
    def test_other_orders_do_not_exist(self, client: Client, salon: Salon, sort: str) -> None:
        assert client.get(f"{LIST}?sort={sort}").status_code == 404

    def test_ten_a_page(self, client: Client, salon: Salon) -> None:
        for days in range(1, 13):
            review(salon, days=days, text=f"Day {days}")
        assert len(shown_texts(client, LIST)) == 10
        assert shown_texts(client, f"{LIST}?page=2") == ["Day 11", "Day 12"]
        html = page(client, f"{LIST}?sort=best&page=2")
        assert "Page 2 of 2" in html
        assert 'href="?sort=best&amp;page=1"' in html

    @pytest.mark.parametrize("number", ["0", "-1", "99", "x", "1e9"])
    def test_pages_that_do_not_exist_are_harmless(
        self, client: Client, salon: Salon, number: str
    ) -> None:
        review(salon)
        assert shown_texts(client, f"{LIST}?page={number}") == ["Neat"]

    def test_htmx_gets_the_list_and_the_address_changes(self, client: Client, salon: Salon) -> None:
        review(salon)
        part = page(client, f"{LIST}?sort=worst", **HTMX)
        assert "<html" not in part
        assert "Neat" in part
        best = f"{LIST}?sort=best"
        assert f'href="{best}" hx-get="{best}" hx-target="#reviews" hx-push-url="true"' in part

    @pytest.mark.parametrize("number", [1, 3, 10])
    def test_two_queries_however_many(
        self, client: Client, salon: Salon, django_assert_num_queries: Any, number: int
    ) -> None:
        for days in range(1, number + 1):
            review(salon, days=days)
        with django_assert_num_queries(2):
            page(client)

    def test_hidden_ones_are_neither_shown_nor_counted(self, client: Client, salon: Salon) -> None:
        review(salon, 5, days=2, text="Stays")
        hide(review(salon, 1, text="Insult"))
        html = page(client)
        assert shown_texts(client, LIST) == ["Stays"]
        assert "· 1 review" in html

    def test_the_answer_stands_below(self, client: Client, salon: Salon) -> None:
        reviews.reply(review(salon), by=salon.provider.owner, text="Thank you", now=NOW)
        assert "<b>Alice&#x27;s Salon answered</b>" in page(client)

    def test_others_reviews_are_not_mixed_in(self, client: Client, salon: Salon) -> None:
        review(salon)
        make_provider(slug="elsewhere")
        assert "Neat" not in page(client, "/p/elsewhere/reviews/")
        assert client.get("/p/nobody/reviews/").status_code == 404

    def test_a_former_address_leads_on(self, client: Client, salon: Salon) -> None:
        FormerSlug.objects.create(provider=salon.provider, slug="old")
        assert client.get("/p/old/reviews/?sort=best")["Location"] == f"{LIST}?sort=best"

    def test_none_yet(self, client: Client, salon: Salon) -> None:
        html = page(client)
        assert "No reviews yet" in html
        assert "★" not in html

    def test_an_unpublished_business_shows_none(self, client: Client, salon: Salon) -> None:
        review(salon)
        Provider.objects.update(published=False)
        assert client.get(LIST).status_code == 404
        client.force_login(salon.provider.owner)
        answer = client.get(LIST)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


class TestReport:
    @pytest.fixture
    def one(self, salon: Salon) -> Review:
        return review(salon, 1, text="Untrue")

    def path(self, one: Review) -> str:
        return f"{LIST}{one.pk}/report/"

    def test_somebody_reports_it_once(self, client: Client, one: Review) -> None:
        client.force_login(somebody := make_user())
        assert "Untrue" in page(client, self.path(one))
        for _ in range(2):
            answer = client.post(self.path(one), {"reason": "Not true"})
            assert (answer.status_code, answer["Location"]) == (303, LIST)
        made = ReviewReport.objects.get()
        assert (made.by, made.reason, made.settled_at) == (somebody, "Not true", None)
        assert "Untrue" in page(client)

    def test_a_reason_is_asked_for(self, client: Client, one: Review) -> None:
        client.force_login(make_user())
        assert client.post(self.path(one), {"reason": " "}).status_code == 422
        assert not ReviewReport.objects.exists()

    def test_visitors_log_in_first(self, client: Client, one: Review) -> None:
        for answer in (client.get(self.path(one)), client.post(self.path(one), {"reason": "x"})):
            assert answer["Location"] == f"/accounts/login/?next={self.path(one)}"

    def test_the_author_cannot_and_is_not_offered_to(self, client: Client, one: Review) -> None:
        assert self.path(one) in page(client)
        assert one.author is not None
        client.force_login(one.author)
        assert self.path(one) not in page(client)
        answer = client.post(self.path(one), {"reason": "Mine"})
        assert (answer.status_code, ReviewReport.objects.count()) == (409, 0)

    def test_hidden_and_foreign_ones_are_404(
        self, client: Client, salon: Salon, one: Review
    ) -> None:
        client.force_login(make_user())
        other = review(salon)
        Review.objects.filter(pk=other.pk).update(hidden_at=NOW)
        for path in (self.path(other), self.path(one).replace("salon", "elsewhere")):
            assert client.get(path).status_code == 404
            assert client.post(path, {"reason": "x"}).status_code == 404


class TestSecretLink:
    """Whoever has only the link is told how to review; the customer is led to the page."""

    def test_guests_open_an_account_with_that_address(self, client: Client, salon: Salon) -> None:
        seen = visit(salon, None, guest_email="tariro@example.com", guest_name="Tariro")
        html = page(client, seen.get_absolute_url())
        assert "with the email address of this booking" in html
        assert "tariro@example.com" not in html

    def test_guests_without_an_address_are_told_nothing(self, client: Client, salon: Salon) -> None:
        seen = visit(salon, None, guest_name="Tariro", guest_phone="+263771234567")
        assert "How was it" not in page(client, seen.get_absolute_url())

    def test_the_customer_is_led_to_the_page(self, client: Client, salon: Salon) -> None:
        dana = make_user()
        seen = visit(salon, dana)
        to = f'href="/me/appointments/{seen.reference}/review/"'
        assert to in page(client, seen.get_absolute_url())
        client.force_login(make_user())
        assert to not in page(client, seen.get_absolute_url())
        client.force_login(dana)
        assert to in page(client, seen.get_absolute_url())
        reviews.write_review(seen, by=dana, rating=5, text="", now=NOW)
        assert to not in page(client, seen.get_absolute_url())
