"""/provider/reviews/: read, answered in public, reported; by the owner and managers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain import reviews
from booking.models import Review, ReviewReport, Status
from booking.tests.cast import make_provider, make_user
from customers.models import User
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE = "/provider/reviews/"


def review(salon: Salon, *, days: int = 1, text: str = "Neat", rating: int = 4) -> Review:
    seen = make_appointment(
        salon.braids,
        salon.bobs,
        start=NOW - days * DAY,
        status=Status.COMPLETED,
        customer=salon.dana,
    )
    by, now = salon.dana, NOW - days * DAY + DAY / 2
    return reviews.write_review(seen, by=by, rating=rating, text=text, now=now)


def html_of(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_lists_them_newest_first(salon: Salon, as_user: LogIn) -> None:
    review(salon, days=3, text="Older")
    newer = review(salon, days=1, text="Newer")
    html = html_of(as_user(salon.mary))
    assert html.index("Newer") < html.index("Older")
    assert "Dana Phiri" in html
    assert f'href="/provider/appointments/{newer.appointment_id}/"' in html
    assert "4.0</b>" in html


def test_only_those_without_an_answer(salon: Salon, as_user: LogIn) -> None:
    reviews.reply(review(salon, days=2, text="Older"), by=salon.alice, text="Thanks", now=NOW)
    review(salon, text="Newer")
    html = html_of(as_user(salon.alice), f"{PAGE}?show=open")
    assert "Newer" in html
    assert "Older" not in html
    assert as_user(salon.alice).get(f"{PAGE}?show=x").status_code == 404


def test_none_yet_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    assert "Mark bookings as completed" in html_of(as_user(salon.alice))


def test_htmx_gets_the_list_alone(salon: Salon, as_user: LogIn) -> None:
    review(salon)
    headers = {"HX-Request": "true", "HX-Target": "reviews"}
    part = as_user(salon.alice).get(f"{PAGE}?show=open", headers=headers).content.decode()
    assert "<html" not in part
    assert "Neat" in part


def test_an_answer_is_shown_to_everybody(salon: Salon, as_user: LogIn) -> None:
    one = review(salon)
    answer = as_user(salon.mary).post(f"{PAGE}{one.pk}/", {"text": "Thank\r\nyou"})
    assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}{one.pk}/")
    one.refresh_from_db()
    assert (one.reply, one.replied_at) == ("Thank\nyou", NOW)
    assert "Thank\nyou" in Client().get("/p/salon/reviews/").content.decode()


def test_it_can_be_changed(salon: Salon, as_user: LogIn) -> None:
    one = reviews.reply(review(salon), by=salon.alice, text="Thanks", now=NOW)
    page = f"{PAGE}{one.pk}/"
    assert "Thanks</textarea>" in html_of(as_user(salon.alice), page)
    as_user(salon.alice).post(page, {"text": "Thank you"})
    one.refresh_from_db()
    assert one.reply == "Thank you"


@pytest.mark.parametrize("text", ["", " ", "x" * 2001])
def test_nothing_or_too_much_is_refused(salon: Salon, as_user: LogIn, text: str) -> None:
    one = review(salon)
    assert as_user(salon.alice).post(f"{PAGE}{one.pk}/", {"text": text}).status_code == 422
    one.refresh_from_db()
    assert one.reply == ""


def test_the_business_reports_it_once(salon: Salon, as_user: LogIn) -> None:
    one = review(salon)
    alice = as_user(salon.alice)
    assert "Report it" in html_of(alice, f"{PAGE}{one.pk}/")
    for _ in range(2):
        answer = alice.post(f"{PAGE}{one.pk}/report/", {"reason": "Was never here"})
        assert answer.status_code == 303
    assert ReviewReport.objects.get().by == salon.alice
    assert "You have reported this review" in html_of(alice, f"{PAGE}{one.pk}/")


def test_a_report_needs_a_reason(salon: Salon, as_user: LogIn) -> None:
    one = review(salon)
    assert as_user(salon.alice).post(f"{PAGE}{one.pk}/report/", {}).status_code == 422
    assert not ReviewReport.objects.exists()


def test_hidden_ones_are_gone(salon: Salon, as_user: LogIn) -> None:
    one = review(salon, text="Insult")
    reviews.hide(one, by=make_user(is_staff=True), reason="Insults", now=NOW)
    alice = as_user(salon.alice)
    assert "Insult" not in html_of(alice)
    for way in (alice.get, alice.post):
        assert way(f"{PAGE}{one.pk}/").status_code == 404


def test_those_of_another_business_are_404(salon: Salon, as_user: LogIn) -> None:
    one = review(salon)
    charlie = as_user(salon.charlie)
    assert "Neat" not in html_of(charlie)
    assert charlie.get(f"{PAGE}{one.pk}/").status_code == 404
    assert charlie.post(f"{PAGE}{one.pk}/", {"text": "Ha"}).status_code == 404
    assert charlie.post(f"{PAGE}{one.pk}/report/", {"reason": "Ha"}).status_code == 404


def test_with_two_businesses_the_addresses_stay_with_one(salon: Salon, as_user: LogIn) -> None:
    make_provider(salon.alice, slug="a-second", name="A second")
    one = review(salon)
    alice = as_user(salon.alice)
    assert f'href="{PAGE}{one.pk}/?business=salon"' in html_of(alice, f"{PAGE}?business=salon")
    # Messages name the review alone; it is found whichever of the two comes first.
    html = html_of(alice, f"{PAGE}{one.pk}/")
    assert f'action="{PAGE}{one.pk}/?business=salon"' in html


def test_the_business_page_leads_there(salon: Salon, as_user: LogIn) -> None:
    assert f'href="{PAGE}"' in html_of(as_user(salon.mary), "/provider/business/")
    assert f'href="{PAGE}"' not in html_of(as_user(salon.bob), "/provider/business/")


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(salon: Salon, as_user: LogIn, number: int) -> None:
    for days in range(1, number + 1):
        review(salon, days=days)
    alice: Any = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        html_of(alice)
    assert len(queries) == 5
