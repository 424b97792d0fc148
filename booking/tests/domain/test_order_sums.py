"""I9: whatever happens, no stock is below zero, nothing gets lost, and totals are right."""

import random
from decimal import Decimal

import pytest

from booking.domain.actors import Actor
from booking.domain.orders import available_steps, change_order, place_order
from booking.models import Order, OrderStatus
from booking.tests.cast import make_product, make_user
from booking.tests.domain.conftest import NOW, Salon
from project.errors import NguvaError
from providers.domain.products import change_stock
from providers.models import Product

pytestmark = pytest.mark.django_db


def test_whatever_happens_stock_and_totals_are_right(salon: Salon) -> None:
    """400 steps by chance; the plainest sums there are must agree after each."""
    rng = random.Random(4)
    people = [make_user() for _ in range(3)]
    products = [make_product(salon.provider, price=Decimal(n), stock=6) for n in (1, 2, 3)]
    owned = {product.pk: 6 for product in products}
    refused = 0
    for _ in range(400):
        who, product = rng.choice(people), rng.choice(products)
        try:
            match rng.choice(["place", "place", "step", "step", "stock"]):
                case "place":
                    chosen = rng.sample(products, rng.randint(1, 3))
                    place_order(
                        customer=who,
                        provider=salon.provider,
                        items={each.pk: rng.randint(1, 3) for each in chosen},
                        by=Actor.customer(who),
                        now=NOW,
                    )
                case "step":
                    if found := list(Order.objects.order_by("-pk")[:6]):
                        order = rng.choice(found)
                        forward = available_steps(order, by=salon.owner)[:1]
                        to = rng.choice([*forward * 3, *OrderStatus])
                        by = rng.choice([salon.owner, salon.owner, Actor.customer(who)])
                        change_order(order, to=to, by=by, now=NOW)
                case "stock":
                    by_some = rng.randint(-2, 2)
                    change_stock(product, by=by_some)
                    owned[product.pk] += by_some
        except NguvaError:
            refused += 1
        agree(owned)
    assert refused > 20
    assert set(Order.objects.values_list("status", flat=True)) == set(OrderStatus)


def agree(owned: dict[int, int]) -> None:
    """I9: what is in stock and what is out add up, and each total is that of its items."""
    out = dict.fromkeys(owned, 0)
    for order in Order.objects.prefetch_related("items"):
        items = list(order.items.all())
        assert order.total == sum(item.price * item.quantity for item in items)
        for item in items:
            out[item.product_id] += item.quantity if order.status != OrderStatus.CANCELLED else 0
    left = dict(Product.objects.values_list("pk", "stock"))
    assert min(left.values()) >= 0
    assert {pk: left[pk] + out[pk] for pk in owned} == owned
