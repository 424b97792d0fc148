"""/me/orders/: own orders with what they come to, and one of them with the way to cancel it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.domain.orders import change_order, place_order
from booking.models import Appointment, Order, OrderStatus
from booking.tests.cast import make_product, make_provider, make_user
from customers.models import User
from providers.models import Product, Provider
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

PAGE = "/me/orders/"


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=10)


@pytest.fixture
def order(salon: Salon, shampoo: Product) -> Order:
    return place(salon.dana, shampoo)


def place(
    who: User, product: Product, quantity: int = 2, visit: Appointment | None = None
) -> Order:
    return place_order(
        customer=who,
        provider=product.provider,
        items={product.pk: quantity},
        appointment=visit,
        by=Actor.customer(who),
        now=NOW,
    )


def go(salon: Salon, order: Order, *steps: OrderStatus) -> None:
    for step in steps:
        change_order(order, to=step, by=Actor.provider(salon.alice), now=NOW)


def url(order: Order, rest: str = "") -> str:
    return f"{PAGE}{order.reference}/{rest}"


def text_of(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_list_shows_own_orders_and_what_they_come_to(
    salon: Salon, dana: Client, shampoo: Product, order: Order
) -> None:
    kenyan = make_product(make_provider(currency="KES"), price=Decimal(700))
    place(salon.dana, kenyan, 1)
    place(salon.dana, shampoo, 1)
    go(salon, place(salon.dana, shampoo, 3), OrderStatus.CANCELLED)
    place(make_user(), shampoo, 1)
    text = text_of(dana)
    assert 'In all <span class="num">KES 700.00, USD 28.50</span>' in text
    assert text.count('id="order-') == 4
    assert "2 × Shampoo" in text


def test_without_orders_it_says_what_to_do(dana: Client) -> None:
    assert "Nothing ordered yet" in text_of(dana)


def test_one_order_shows_what_was_ordered_and_what_happened(
    salon: Salon, dana: Client, order: Order
) -> None:
    go(salon, order, OrderStatus.ACCEPTED)
    Product.objects.update(name="Soap", price=Decimal(99))
    text = text_of(dana, url(order))
    for part in ("Alice Salon", "Shampoo", "2 × USD 9.50", "USD 19.00", "by you", "Accepted"):
        assert part in text
    assert "Soap" not in text
    assert "Alice Ncube" not in text


def test_cancelling_gives_it_back_and_a_repeat_is_harmless(
    dana: Client, shampoo: Product, order: Order
) -> None:
    for _ in range(2):
        response = dana.post(url(order, "cancel/"), {"reason": "Changed my mind"})
        assert (response.status_code, response["Location"]) == (303, url(order))
    order.refresh_from_db()
    shampoo.refresh_from_db()
    assert (order.status, shampoo.stock) == (OrderStatus.CANCELLED, 10)
    text = text_of(dana, url(order))
    assert "“Changed my mind”" in text
    assert "Cancel this order" not in text


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([OrderStatus.READY], "too late to cancel online"),
        ([OrderStatus.READY, OrderStatus.COLLECTED], "already: collected"),
    ],
)
def test_what_is_ready_cannot_be_cancelled(
    salon: Salon, dana: Client, order: Order, steps: list[OrderStatus], said: str
) -> None:
    go(salon, order, OrderStatus.ACCEPTED, *steps)
    response = dana.post(url(order, "cancel/"))
    assert response.status_code == 409
    assert said in response.content.decode()
    order.refresh_from_db()
    assert order.status == steps[-1]


def test_cancelling_is_a_post(dana: Client, order: Order) -> None:
    assert dana.get(url(order, "cancel/")).status_code == 405


def test_it_stays_when_its_appointment_is_cancelled_and_says_so(
    salon: Salon, dana: Client, shampoo: Product
) -> None:
    visit = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    order = place(salon.dana, shampoo, 1, visit)
    assert f'href="/me/appointments/{visit.reference}/"' in text_of(dana, url(order))
    lifecycle.cancel(visit, by=Actor.customer(salon.dana), now=NOW)
    assert "cancelled; the order stays" in text_of(dana, url(order))
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED


@pytest.mark.parametrize("rest", ["", "cancel/"])
def test_others_get_404_the_business_too(salon: Salon, order: Order, rest: str) -> None:
    for stranger in (salon.alice, salon.mary, salon.charlie, make_user()):
        client = Client()
        client.force_login(stranger)
        assert client.get(url(order)).status_code == 404
        assert client.post(url(order, "cancel/")).status_code == 404
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED


@pytest.mark.parametrize("rest", ["", "cancel/"])
def test_a_visitor_is_asked_to_log_in(client: Client, order: Order, rest: str) -> None:
    for address in (PAGE, url(order, rest)):
        assert client.post(address)["Location"].startswith("/accounts/login/")


def test_a_business_that_closed_is_not_linked(dana: Client, order: Order) -> None:
    Provider.objects.update(published=False)
    assert 'href="/p/salon/"' not in text_of(dana, url(order))


def test_queries_do_not_grow_with_orders(salon: Salon, dana: Client) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            place(salon.dana, make_product(make_provider()), 1)
        with CaptureQueriesContext(connection) as queries:
            text_of(dana)
        counts.append(len(queries))
    assert counts == [7, 7]


def test_the_list_has_pages(salon: Salon, dana: Client) -> None:
    for _ in range(21):
        go(salon, place(salon.dana, make_product(salon.provider), 1), OrderStatus.CANCELLED)
    assert "Page 1 of 2" in text_of(dana)
    assert text_of(dana, f"{PAGE}?page=2").count('id="order-') == 1
