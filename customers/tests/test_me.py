"""/me/: what is coming, and the past."""

import re
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import (
    Appointment,
    Notification,
    Order,
    OrderStatus,
    Review,
    Side,
    Status,
)
from booking.tests.cast import make_provider, make_user
from customers.models import MessageKind
from providers.models import Favourite
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


DANA = "dana@example.com"


def make_order(salon: Salon, **fields: Any) -> Order:
    values = {"provider": salon.provider, "customer": salon.dana, "total": Decimal(5)} | fields
    return Order.objects.create(currency="USD", created_at=NOW, **values)


def make_news(salon: Salon, number: int) -> Notification:
    return Notification.objects.create(
        recipient=salon.dana,
        side=Side.CUSTOMER,
        kind=MessageKind.BOOKINGS,
        provider=salon.provider,
        title=f"News {number}",
        path="/me/",
        dedupe=f"news:{number}",
        created_at=NOW - DAY + number * HOUR,
    )


def references(html: str) -> list[str]:
    return re.findall(r' id="booking-(\w+)"', html)


def test_visitor_is_asked_to_log_in_and_comes_back(client: Client) -> None:
    response = client.get("/me/?page=2")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/me/%3Fpage%3D2",
    )


def test_coming_ones_are_soonest_first_then_the_past_latest_first(
    salon: Salon, dana: Client
) -> None:
    def booked(start: float, status: Status = Status.CONFIRMED) -> str:
        return make_appointment(
            salon.braids, salon.bobs, start=NOW + start * DAY, status=status, customer=salon.dana
        ).reference

    late, soon = booked(9), booked(1, Status.PENDING)
    older, old = booked(-9, Status.COMPLETED), booked(-2)
    cancelled = booked(3, Status.CANCELLED)
    html = dana.get("/me/").content.decode()
    assert references(html) == [soon, late, cancelled, old, older]


def test_others_appointments_are_not_shown(salon: Salon, dana: Client) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.bob)
    make_appointment(salon.braids, salon.tendai, start=NOW + DAY, guest_email="dana@example.com")
    assert references(dana.get("/me/").content.decode()) == []


def test_times_are_the_providers(salon: Salon, dana: Client) -> None:
    for start in (HOUR, 2 * HOUR):
        make_appointment(salon.braids, salon.bobs, start=NOW + start, customer=salon.dana)
    html = dana.get("/me/").content.decode()
    assert (
        '<time datetime="2026-11-24T11:00:00+00:00" data-tz="Africa/Harare">Today, 13:00<' in html
    )
    assert (
        '<time datetime="2026-11-24T12:00:00+00:00">14:00<small class="text-nowrap">Tue 24 Nov<'
        in html
    )


def test_empty_page_says_what_to_do_next(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/").content.decode()
    assert "Nothing booked" in html
    assert 'href="/providers/"' in html


def test_account_links_are_there(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/").content.decode()
    for url in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        assert f'href="{url}"' in html


def test_past_has_pages_of_twenty(salon: Salon, dana: Client) -> None:
    made = [
        make_appointment(salon.braids, salon.bobs, start=NOW - n * DAY, customer=salon.dana)
        for n in range(1, 24)
    ]
    coming = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    expected = [each.reference for each in made]
    first = references(dana.get("/me/").content.decode())
    second = references(dana.get("/me/?page=2").content.decode())
    assert first == [coming.reference, *expected[:20]]
    assert second == expected[20:]


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 30, "\x00"])
def test_bad_page_numbers_show_a_page(salon: Salon, dana: Client, page: str) -> None:
    assert dana.get("/me/", {"page": page}).status_code == 200


def test_htmx_gets_the_past_alone(salon: Salon, dana: Client) -> None:
    past = make_appointment(salon.braids, salon.bobs, start=NOW - DAY, customer=salon.dana)
    html = dana.get("/me/", headers={"HX-Request": "true", "HX-Target": "past"}).content.decode()
    assert references(html) == [past.reference]
    assert "<html" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_what_there_is(salon: Salon, dana: Client, number: int) -> None:
    EmailAddress.objects.create(user=salon.dana, email=salon.dana.email, verified=True)
    for n in range(1, number + 1):
        for start, status in ((n, Status.CONFIRMED), (-n, Status.COMPLETED)):
            make_appointment(
                salon.braids,
                salon.bobs,
                start=NOW + start * DAY,
                status=status,
                customer=salon.dana,
            )
        make_appointment(salon.braids, salon.bobs, start=NOW - n * HOUR, guest_email=DANA)
        make_order(salon)
        make_news(salon, n)
        Favourite.objects.create(user=salon.dana, provider=make_provider())
    with CaptureQueriesContext(connection) as queries:
        html = dana.get("/me/").content.decode()
    assert len(queries) == 14
    headings = re.findall(r"<h2[^>]*>([^<]+)", html)
    assert headings == [
        f"{number} booking{'s' if number > 1 else ''} made with ",
        "Coming up",
        "How was it?",
        "Your orders",
        "New messages",
        "Your favourites",
        "Past",
        "Your account",
    ]


@pytest.mark.parametrize("number", [3, 60])
def test_queries_do_not_grow_with_bookings(salon: Salon, dana: Client, number: int) -> None:
    for n in range(number):
        start = NOW + (n - number // 2) * DAY + HOUR
        make_appointment(salon.braids, salon.bobs, start=start, customer=salon.dana)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get("/me/").status_code == 200
    assert len(queries) == 13  # no address is confirmed, so nothing is looked for


def test_the_past_alone_costs_less(salon: Salon, dana: Client) -> None:
    for n in (1, 2):
        make_appointment(salon.braids, salon.bobs, start=NOW - n * DAY, customer=salon.dana)
    headers = {"HX-Request": "true", "HX-Target": "past"}
    with CaptureQueriesContext(connection) as queries:
        dana.get("/me/", headers=headers)
    assert len(queries) == 6


def test_the_next_one_says_where_when_with_whom_and_how_to_get_there(
    salon: Salon, dana: Client
) -> None:
    salon.provider.address, salon.provider.phone = "14 Fife Avenue", "+263772000000"
    salon.provider.save()
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    html = dana.get("/me/").content.decode()
    card = html[html.index("<article") : html.index("</article>")]
    assert "Tomorrow, 12:00" in card
    assert "Alice Salon · with Bob · 1 h" in " ".join(card.split())
    place = "14+Fife+Avenue%2C+Harare%2C+Zimbabwe"
    for link in (
        f"https://www.openstreetmap.org/search?query={place}",
        f"https://www.openstreetmap.org/directions?to={place}",
        f"/a/{made.token}/calendar.ics",
        f"/me/appointments/{made.reference}/",
        "tel:+263772000000",
    ):
        assert f'href="{link}"' in card
    assert 'href="https://wa.me/263772000000?text=' in card


def test_without_a_phone_nothing_calls(salon: Salon, dana: Client) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    html = dana.get("/me/").content.decode()
    assert "tel:" not in html
    assert "wa.me" not in html


def test_reviews_that_are_due_are_asked_for(salon: Salon, dana: Client) -> None:
    made = make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, customer=salon.dana
    )
    address = f'href="/me/appointments/{made.reference}/review/"'
    assert address in dana.get("/me/").content.decode()
    Review.objects.create(
        appointment=made, provider=salon.provider, author=salon.dana, rating=5, created_at=NOW
    )
    assert address not in dana.get("/me/").content.decode()


def test_open_orders_are_shown_and_others_not(salon: Salon, dana: Client) -> None:
    order, done = make_order(salon), make_order(salon, status=OrderStatus.COLLECTED)
    strangers = make_order(salon, customer=salon.bob)
    html = dana.get("/me/").content.decode()
    assert order.reference in html
    assert done.reference not in html
    assert strangers.reference not in html


def test_three_unread_messages_are_shown(salon: Salon, dana: Client) -> None:
    for number in range(5):
        make_news(salon, number)
    read = Notification.objects.get(title="News 4")
    read.read_at = NOW
    read.save()
    html = dana.get("/me/").content.decode()
    assert re.findall(r"<button[^>]*>(News \d)", html) == ["News 3", "News 2", "News 1"]


def test_favourites_lead_to_their_pages(salon: Salon, dana: Client) -> None:
    Favourite.objects.create(user=salon.dana, provider=salon.provider)
    html = dana.get("/me/").content.decode()
    assert '<a href="/p/salon/">Alice Salon</a>' in html


def test_later_pages_show_the_past_alone(salon: Salon, dana: Client) -> None:
    for n in range(1, 23):
        make_appointment(salon.braids, salon.bobs, start=NOW - n * DAY, customer=salon.dana)
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    html = dana.get("/me/?page=2").content.decode()
    assert "Coming up" not in html
    assert len(references(html)) == 2


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_it(salon: Salon, dana: Client, method: str) -> None:
    assert getattr(dana, method)("/me/").status_code == 405


def test_looking_writes_nothing(salon: Salon, dana: Client) -> None:
    make_appointment(
        salon.braids, salon.bobs, start=NOW - HOUR, status=Status.PENDING, customer=salon.dana
    )
    before = list(Appointment.objects.values())
    dana.get("/me/")
    assert list(Appointment.objects.values()) == before


def test_navigation_leads_to_the_business_only_those_who_have_one(salon: Salon) -> None:
    shown = {}
    for user in (salon.alice, salon.mary, salon.bob, salon.dana, make_user()):
        client = Client()
        client.force_login(user)
        nav = client.get("/me/").content.decode().split("</nav>")[0]
        shown[user.name] = 'href="/provider/"' in nav
    assert shown == {
        "Alice Ncube": True,
        "Mary Dube": True,
        "Bob Sibanda": True,
        "Dana Phiri": False,
        "": False,
    }
