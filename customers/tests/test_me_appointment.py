"""/me/appointments/<reference>/: one own booking, its history, and the ways to change it."""

from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.claiming import claim
from booking.models import Appointment, Order, Review, Status
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return make_appointment(
        salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana, notes="Shoulder length"
    )


def url(appointment: Appointment) -> str:
    return f"/me/appointments/{appointment.reference}/"


def test_it_shows_the_booking(salon: Salon, dana: Client, booked: Appointment) -> None:
    html = dana.get(url(booked)).content.decode()
    for part in (
        "Braids",
        "Alice Salon",
        booked.reference,
        "Wed 25 Nov 2026",
        "USD 20.00",
        "Shoulder length",
        "Bob",
    ):
        assert part in html


def test_it_links_to_the_pages_that_change_it(
    salon: Salon, dana: Client, booked: Appointment
) -> None:
    html = dana.get(url(booked)).content.decode()
    for page in ("reschedule/", "cancel/", "calendar.ics"):
        assert f'href="/a/{booked.token}/{page}"' in html


def test_too_late_to_change_says_whom_to_call(salon: Salon, dana: Client) -> None:
    salon.provider.phone = "+263772000000"
    salon.provider.save()
    soon = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, customer=salon.dana)
    html = dana.get(url(soon)).content.decode()
    assert "too late to change this online" in html
    assert 'href="tel:+263772000000"' in html
    assert f"/a/{soon.token}/cancel/" not in html


def test_what_is_over_offers_to_book_again(salon: Salon, dana: Client) -> None:
    past = make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, customer=salon.dana
    )
    html = dana.get(url(past)).content.decode()
    assert 'href="/p/salon/"' in html
    assert f"/a/{past.token}/" not in html


def test_history_speaks_from_the_customers_side(
    salon: Salon, dana: Client, booked: Appointment
) -> None:
    lifecycle.reschedule(
        booked, start=NOW + DAY + HOUR, by=Actor.provider(salon.mary), now=NOW, staff=salon.bobs
    )
    lifecycle.cancel(booked, by=Actor.customer(salon.dana), now=NOW, reason="I am ill")
    html = dana.get(url(booked)).content.decode()
    history = " ".join(html[html.index("What happened") :].split())
    assert "<b>Moved</b> by Alice Salon" in history
    assert "from Wed 25 Nov, 12:00 to Wed 25 Nov, 13:00" in history
    assert "<b>Cancelled</b> by you <br>“I am ill”" in history
    assert "Mary Dube" not in history


def test_reference_may_be_typed_in_lower_case(
    salon: Salon, dana: Client, booked: Appointment
) -> None:
    assert (
        dana.get(url(booked).replace(booked.reference, booked.reference.lower())).status_code == 200
    )


def test_visitor_is_asked_to_log_in(client: Client, booked: Appointment) -> None:
    response = client.get(url(booked))
    assert response["Location"] == f"/accounts/login/?next={url(booked)}"


def test_others_get_404_the_business_too(salon: Salon, booked: Appointment) -> None:
    for stranger in (salon.charlie, salon.alice, salon.bob):
        client = Client()
        client.force_login(stranger)
        assert client.get(url(booked)).status_code == 404


def test_guest_booking_with_the_same_address_stays_the_guests(salon: Salon, dana: Client) -> None:
    guest = make_appointment(
        salon.braids, salon.bobs, start=NOW + DAY, guest_email="dana@example.com"
    )
    assert dana.get(url(guest)).status_code == 404


@pytest.mark.parametrize("reference", ["NOSUCHREF", "x", "a" * 300, "1%00", "%27"])
def test_unknown_references_are_404(salon: Salon, dana: Client, reference: str) -> None:
    assert dana.get(f"/me/appointments/{reference}/").status_code == 404


@pytest.mark.parametrize("events", [3, 60])
def test_queries_do_not_grow_with_history(
    salon: Salon, dana: Client, booked: Appointment, events: int
) -> None:
    first = booked.events.get()
    for _ in range(events):
        first.pk = None
        first.save()
    with CaptureQueriesContext(connection) as queries:
        assert dana.get(url(booked)).status_code == 200
    assert len(queries) == 9


# --- ways there, and what belongs to it -----------------------------------------------------------


def test_it_shows_the_ways_to_get_there_and_to_reach_them(
    salon: Salon, dana: Client, booked: Appointment
) -> None:
    salon.provider.phone = "+263772000000"
    salon.provider.save()
    html = dana.get(url(booked)).content.decode()
    for start in (
        "https://www.openstreetmap.org/search?query=Harare%2C+Zimbabwe",
        "https://www.openstreetmap.org/directions?to=Harare%2C+Zimbabwe",
        "tel:+263772000000",
        "https://wa.me/263772000000?text=",
        "/p/salon/",
    ):
        assert f'href="{start}' in html


def test_what_is_over_keeps_person_and_length_for_the_next_time(salon: Salon, dana: Client) -> None:
    past = make_appointment(salon.braids, salon.bobs, start=NOW - DAY, customer=salon.dana)
    past.status = Status.COMPLETED
    past.save()
    html = dana.get(url(past)).content.decode()
    assert f'href="/p/salon/book/braids/?staff={salon.bobs.pk}">Book again' in html


def test_what_is_coming_is_not_booked_again(
    salon: Salon, dana: Client, booked: Appointment
) -> None:
    assert "Book again" not in dana.get(url(booked)).content.decode()


def test_a_review_is_asked_for_and_then_shown(salon: Salon, dana: Client) -> None:
    past = make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, customer=salon.dana
    )
    html = dana.get(url(past)).content.decode()
    assert f'href="{url(past)}review/"' in html
    assert "Write a review" in html
    Review.objects.create(
        appointment=past, provider=salon.provider, author=salon.dana, rating=4, created_at=NOW
    )
    html = dana.get(url(past)).content.decode()
    assert "Write a review" not in html
    assert "Your review" in html


def test_orders_that_go_with_it_are_linked(salon: Salon, dana: Client, booked: Appointment) -> None:
    def order(customer: User) -> Order:
        return Order.objects.create(
            provider=salon.provider,
            customer=customer,
            appointment=booked,
            total=Decimal("7.50"),
            currency="USD",
            created_at=NOW,
        )

    own, others = order(salon.dana), order(salon.bob)
    html = dana.get(url(booked)).content.decode()
    assert f'href="/me/orders/{own.reference}/"' in html
    assert "USD 7.50" in html
    assert others.reference not in html


def test_history_tells_that_it_was_added_to_the_account(salon: Salon, dana: Client) -> None:
    made = make_appointment(
        salon.braids, salon.bobs, start=NOW + DAY, guest_email="dana@example.com"
    )
    EmailAddress.objects.create(user=salon.dana, email="dana@example.com", verified=True)
    assert claim(salon.dana, now=NOW) == 1
    html = " ".join(dana.get(url(made)).content.decode().split())
    assert "<b>Added to an account</b> by you" in html
