"""/me/appointments/<reference>/review/: written once, changed for 14 days, by the customer."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain import reviews
from booking.models import Appointment, Review, Status
from booking.tests.cast import make_user
from providers.models import Provider
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(salon: Salon) -> Appointment:
    return make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, customer=salon.dana
    )


def url(appointment: Appointment) -> str:
    return f"/me/appointments/{appointment.reference}/review/"


def written(seen: Appointment, **fields: Any) -> Review:
    values: dict[str, Any] = {"rating": 4, "text": "Neat work"} | fields
    assert seen.customer is not None
    return reviews.write_review(seen, by=seen.customer, now=NOW, **values)


def test_the_form_offers_five_stars_with_words(dana: Client, seen: Appointment) -> None:
    html = dana.get(url(seen)).content.decode()
    assert "<h1>How was it?</h1>" in html
    for number, words in enumerate(("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), start=1):
        radio = f'<input type="radio" name="rating" value="{number}"'
        assert radio in html
        assert f"<span>{words}</span>" in html
    assert "checked" not in html


def test_sending_writes_the_review(salon: Salon, dana: Client, seen: Appointment) -> None:
    answer = dana.post(url(seen), {"rating": "5", "text": "Neat\r\nwork"})
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/me/appointments/{seen.reference}/",
    )
    review = Review.objects.get()
    assert (review.rating, review.text, review.author) == (5, "Neat\nwork", salon.dana)
    assert Provider.objects.get(pk=salon.provider.pk).rating_count == 1


def test_sending_again_is_harmless(dana: Client, seen: Appointment) -> None:
    for _ in range(2):
        assert dana.post(url(seen), {"rating": "5", "text": "Neat"}).status_code == 303
    assert Review.objects.get().edited_at is None


@pytest.mark.parametrize(
    "sent",
    [{}, {"rating": ""}, {"rating": "0"}, {"rating": "6"}, {"rating": "x"}, {"rating": "5.5"}],
)
def test_without_stars_what_was_typed_is_shown_again(
    dana: Client, seen: Appointment, sent: dict[str, str]
) -> None:
    answer = dana.post(url(seen), {"text": "Neat work", **sent})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Neat work</textarea>" in html
    assert 'aria-describedby="rating-error"' in html
    assert not Review.objects.exists()


def test_a_text_that_is_too_long_is_refused(dana: Client, seen: Appointment) -> None:
    assert dana.post(url(seen), {"rating": "5", "text": "x" * 2001}).status_code == 422
    assert not Review.objects.exists()


def test_it_can_be_changed(dana: Client, seen: Appointment) -> None:
    written(seen)
    html = dana.get(url(seen)).content.decode()
    assert "Neat work</textarea>" in html
    assert 'name="rating" value="4"' in html
    assert html.count(" checked") == 1
    assert "You can change it until Tue 8 Dec, 12:00" in html
    dana.post(url(seen), {"rating": "2", "text": "It did not last"})
    review = Review.objects.get()
    assert (review.rating, review.text, review.edited_at) == (2, "It did not last", NOW)


def test_after_14_days_it_is_only_shown(salon: Salon, dana: Client, seen: Appointment) -> None:
    review = written(seen)
    with time_machine.travel(NOW + 14 * DAY, tick=False):
        dana.force_login(salon.dana)  # the session is over, too
        html = dana.get(url(seen)).content.decode()
        assert "A review can be changed for 14 days." in html
        assert "Neat work" in html
        assert '<form method="post" class="stack"' not in html
        assert dana.post(url(seen), {"rating": "1", "text": ""}).status_code == 409
    review.refresh_from_db()
    assert review.rating == 4


def test_the_author_reads_why_it_is_hidden(dana: Client, seen: Appointment) -> None:
    admin = make_user(is_staff=True)
    reviews.hide(written(seen), by=admin, reason="It names a person.", now=NOW)
    html = dana.get(url(seen)).content.decode()
    assert "This review is not shown any more. The reason: It names a person." in html
    assert dana.post(url(seen), {"rating": "1", "text": ""}).status_code == 409


def test_the_answer_of_the_business_is_shown(salon: Salon, dana: Client, seen: Appointment) -> None:
    reviews.reply(written(seen), by=salon.alice, text="Come back soon", now=NOW)
    html = dana.get(url(seen)).content.decode()
    assert "Alice Salon answered" in html
    assert "Come back soon" in html


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.NO_SHOW, Status.CANCELLED])
def test_what_did_not_take_place_has_no_form(salon: Salon, dana: Client, status: Status) -> None:
    other = make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=status, customer=salon.dana
    )
    answer = dana.get(url(other))
    assert "You can review this once it has taken place." in answer.content.decode()
    assert dana.post(url(other), {"rating": "5"}).status_code == 409
    assert not Review.objects.exists()


def test_visitor_is_asked_to_log_in(client: Client, seen: Appointment) -> None:
    for answer in (client.get(url(seen)), client.post(url(seen), {"rating": "5"})):
        assert answer["Location"] == f"/accounts/login/?next={url(seen)}"


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_others_get_404(salon: Salon, seen: Appointment, who: str) -> None:
    stranger = Client()
    stranger.force_login(getattr(salon, who))
    assert stranger.get(url(seen)).status_code == 404
    assert stranger.post(url(seen), {"rating": "1"}).status_code == 404
    assert not Review.objects.exists()


def test_markup_in_a_text_is_text(dana: Client, seen: Appointment) -> None:
    reviews_page = f"/p/{seen.provider.slug}/reviews/"
    dana.post(url(seen), {"rating": "5", "text": "<b>Neat</b> <script>alert(1)</script>"})
    for page in (url(seen), reviews_page):
        html = dana.get(page).content.decode()
        assert "<script>alert" not in html
        assert "&lt;b&gt;Neat&lt;/b&gt;" in html


def test_the_bookings_page_leads_there(dana: Client, seen: Appointment) -> None:
    page = f"/me/appointments/{seen.reference}/"
    assert f'href="{url(seen)}"' in dana.get(page).content.decode()
    written(seen)
    html = dana.get(page).content.decode()
    assert "Your review" in html
    assert f'href="{url(seen)}"' in html


def test_a_booking_to_come_does_not(salon: Salon, dana: Client) -> None:
    coming = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    assert url(coming) not in dana.get(f"/me/appointments/{coming.reference}/").content.decode()


def test_a_fixed_number_of_queries(dana: Client, seen: Appointment) -> None:
    written(seen)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get(url(seen)).status_code == 200
    # Session, person and messages, the booking with its review.
    assert len(queries) <= 5
