"""What is sold and ordered in the demo market."""

from datetime import UTC, datetime

import pytest

from booking.demo import market
from booking.demo.build import build_accounts, build_businesses
from booking.demo.orders import WANTED, build_orders
from booking.demo.references import ORDERS, reference
from booking.demo.visits import build_visits
from booking.models import Order, OrderEvent, OrderStatus
from booking.models.order import ORDER_STEPS
from providers.models import Product

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def orders(db: None) -> list[Order]:
    people = build_accounts()
    customer = people[market.CUSTOMER]
    businesses = build_businesses(market.SHOPS, now=NOW)
    build_visits(businesses, customer=customer, now=NOW)
    assert build_orders(businesses, customer=customer, now=NOW) == len(WANTED)
    return list(Order.objects.order_by("created_at"))


def test_hair_studios_sell_something_and_each_product_passes_its_own_form(
    orders: list[Order],
) -> None:
    sold = Product.objects.filter(provider__category__slug="hairdressing")
    assert set(sold.values_list("provider__slug", flat=True)) == {
        "tendai-hair-studio",
        "chipo-braids-mutare",
    }
    assert sold.filter(stock=0).exists()
    for product in Product.objects.all():
        product.full_clean()


def test_totals_are_those_of_their_items(orders: list[Order]) -> None:
    for order in orders:
        assert order.total == sum(item.price * item.quantity for item in order.items.all()) > 0


def test_histories_lead_to_the_status_and_lie_behind_us(orders: list[Order]) -> None:
    for order in orders:
        chain = [(event.from_status, event.to_status) for event in order.events.all()]
        assert (chain[0], chain[-1][1]) == (("", OrderStatus.PLACED), order.status)
        steps = [(OrderStatus(a), OrderStatus(b)) for a, b in chain[1:]]
        assert all(after in ORDER_STEPS[before] for before, after in steps)
    assert not OrderEvent.objects.filter(created_at__gt=NOW).exists()


def test_one_waits_for_the_studio_with_a_visit_to_come(orders: list[Order]) -> None:
    waiting = orders[-1]
    assert (waiting.provider.slug, waiting.status) == ("tendai-hair-studio", "placed")
    assert waiting.appointment is not None
    assert waiting.appointment.start > NOW
    assert waiting.appointment.customer == waiting.customer


def test_references_are_the_same_on_every_run(orders: list[Order]) -> None:
    expected = [reference(ORDERS + number) for number in range(len(WANTED))]
    assert [order.reference for order in orders] == expected
