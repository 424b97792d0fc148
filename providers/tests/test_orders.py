"""/provider/orders/: what customers will pick up, and the next step of each."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain.actors import Actor
from booking.domain.orders import change_order, place_order
from booking.models import Order, OrderStatus
from booking.tests.cast import make_product, make_provider
from customers.models import User
from providers.models import Product
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment
from providers.tests.test_services import text_of

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE = "/provider/orders/"


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=50)


@pytest.fixture
def order(salon: Salon, shampoo: Product) -> Order:
    return place(salon, shampoo, notes="After five")


def place(salon: Salon, product: Product, **options: object) -> Order:
    defaults = {"customer": salon.dana, "by": Actor.customer(salon.dana), "now": NOW}
    wanted = {product.pk: 2}
    return place_order(provider=product.provider, items=wanted, **defaults | options)  # type: ignore[arg-type]


def url(order: Order, action: str = "") -> str:
    return f"{PAGE}{order.reference}/{f'{action}/' if action else ''}"


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_open_orders_are_listed_the_oldest_first(
    salon: Salon, as_user: LogIn, shampoo: Product
) -> None:
    later, first = place(salon, shampoo), place(salon, shampoo, now=NOW - DAY)
    done = change_order(
        place(salon, shampoo), to=OrderStatus.CANCELLED, by=Actor.provider(salon.mary), now=NOW
    )
    client = as_user(salon.mary)
    html = client.get(PAGE).content.decode()
    assert html.index(first.reference) < html.index(later.reference)
    assert done.reference not in html
    everything = text_of(client.get(f"{PAGE}?show=all"))
    assert everything.index(later.reference) < everything.index(first.reference)
    for part in (done.reference, "Dana Phiri", "2 × Shampoo", "USD 19.00", "Cancelled"):
        assert part in everything


def test_without_orders_it_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    assert "No open orders" in text_of(client.get(PAGE))
    assert "No orders yet" in text_of(client.get(f"{PAGE}?show=all"))


@pytest.mark.parametrize("show", ["open", "all"])
def test_queries_do_not_grow_with_orders(
    salon: Salon, as_user: LogIn, shampoo: Product, show: str
) -> None:
    client, counts = as_user(salon.mary), []
    for number in (1, 2):
        for _ in range(number):
            visit = make_appointment(
                salon.braids,
                salon.bobs,
                start=NOW + DAY + Order.objects.count() * HOUR,
                customer=salon.dana,
            )
            place(salon, shampoo, appointment=visit)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{PAGE}?show={show}").status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6]


def test_the_list_has_pages(salon: Salon, as_user: LogIn, shampoo: Product) -> None:
    for _ in range(21):
        place(salon, shampoo, by=Actor.provider(salon.mary))
    client = as_user(salon.mary)
    assert client.get(PAGE).content.decode().count('id="order-') == 20
    assert client.get(f"{PAGE}?page=2").content.decode().count('id="order-') == 1


def test_one_order_shows_who_what_and_what_happened(
    salon: Salon, as_user: LogIn, order: Order
) -> None:
    response = as_user(salon.mary).get(url(order))
    for part in ("Dana Phiri", "+263771234567", "2 × USD 9.50", "USD 19.00", "After five"):
        assert part in text_of(response)
    assert "Placed by Dana Phiri" in text_of(response)
    assert f'action="{url(order, "accept")}"' in response.content.decode()


def test_it_goes_all_the_way_by_its_buttons(salon: Salon, as_user: LogIn, order: Order) -> None:
    client = as_user(salon.mary)
    for action, then in (("accept", "accepted"), ("ready", "ready"), ("collected", "collected")):
        html = client.get(url(order)).content.decode()
        assert f'action="{url(order, action)}"' in html
        response = client.post(url(order, action))
        assert (response.status_code, response["Location"]) == (303, url(order))
        assert status(order) == then
    assert "<form" not in client.get(url(order)).content.decode().partition("<main")[2]
    event = order.events.last()
    assert event is not None
    assert (event.actor, event.by) == ("provider", salon.mary)


def test_cancelling_takes_a_reason_and_gives_the_stock_back(
    salon: Salon, as_user: LogIn, order: Order, shampoo: Product
) -> None:
    client = as_user(salon.mary)
    for _ in range(2):
        assert client.post(url(order, "cancel"), {"reason": "It leaked"}).status_code == 303
    shampoo.refresh_from_db()
    assert (status(order), shampoo.stock) == ("cancelled", 50)
    assert "Cancelled by Mary Dube “It leaked”" in text_of(client.get(url(order)))


def test_a_step_that_does_not_exist_shows_how_it_stands(
    salon: Salon, as_user: LogIn, order: Order
) -> None:
    response = as_user(salon.mary).post(url(order, "collected"))
    assert response.status_code == 409
    assert "This order is already: placed. This is how it stands now." in text_of(response)
    assert status(order) == "placed"


def test_too_long_a_reason_is_refused(salon: Salon, as_user: LogIn, order: Order) -> None:
    response = as_user(salon.mary).post(url(order, "cancel"), {"reason": "x" * 501})
    assert response.status_code == 422
    assert status(order) == "placed"


def test_unknown_steps_are_404(salon: Salon, as_user: LogIn, order: Order) -> None:
    assert as_user(salon.mary).post(url(order, "eat")).status_code == 404


@pytest.mark.parametrize("action", ["", "accept", "cancel"])
def test_staff_and_strangers_get_404(
    salon: Salon, as_user: LogIn, order: Order, action: str
) -> None:
    for user in (salon.bob, salon.charlie, salon.dana):
        client = as_user(user)
        assert client.get(url(order)).status_code == 404
        assert not action or client.post(url(order, action)).status_code == 404
    assert as_user(salon.bob).get(PAGE).status_code == 404
    assert status(order) == "placed"


def test_an_owner_of_two_businesses_finds_it_without_choosing(
    salon: Salon, as_user: LogIn, order: Order
) -> None:
    make_provider(salon.alice, name="Aaa first", slug="first")
    html = as_user(salon.alice).get(url(order)).content.decode()
    assert f'href="{PAGE}?business=salon"' in html
    assert order.reference not in as_user(salon.alice).get(PAGE).content.decode()
    assert order.reference in as_user(salon.alice).get(f"{PAGE}?business=salon").content.decode()


def test_a_customer_who_left_leaves_the_order(salon: Salon, as_user: LogIn, order: Order) -> None:
    Order.objects.update(customer=None, customer_name="")
    client = as_user(salon.mary)
    for page in (PAGE, url(order)):
        assert "Dana" not in text_of(client.get(page))
        assert "USD 19.00" in text_of(client.get(page))
    assert client.post(url(order, "accept")).status_code == 303
