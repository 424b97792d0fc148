"""Many customers want the last ten: ten get one, the others are told that nothing is left."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest
from django.db import models
from django.db.migrations import AlterField, RemoveConstraint

from booking.domain import orders
from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutOfStock, OutsidePolicy, TooManyOrders
from booking.domain.orders import MOST_OPEN, change_order, lock_products, place_order
from booking.models import Order, OrderEvent, OrderItem, OrderStatus, OutboxJob
from booking.tests.cast import make_product, make_user
from booking.tests.races.business import NOW, Business
from booking.tests.races.harness import (
    CLIENTS,
    Gate,
    Work,
    in_separate_steps,
    race,
    schema_changed,
)
from providers.domain import products as supply
from providers.domain.products import StockMoved, change_stock, set_stock
from providers.models import Product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

LAST = 10
TOLERABLE = 10  # seconds, in one process whose two cores all clients share


@pytest.fixture
def shampoo(business: Business) -> Product:
    return make_product(business.provider, name="Shampoo", stock=LAST)


@pytest.fixture
def without_stock_lock(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Nobody waits for anybody; all have looked before the first one writes."""
    gate = Gate(CLIENTS, one_by_one=True)
    look = gate.after(lambda ids: Product.objects.in_bulk(list(ids)))
    monkeypatch.setattr(orders, "lock_products", look)
    return gate


@pytest.fixture
def without_stock_rule(business: Business) -> Iterator[None]:
    """The database takes any number for a stock, and everything is tidied away after."""
    changes = (
        RemoveConstraint("Product", "product_stock_not_negative"),
        AlterField("Product", "stock", models.IntegerField(default=0)),
    )
    with schema_changed("providers", *changes):
        try:
            yield
        finally:
            for model in (OrderEvent, OrderItem, Order, OutboxJob, Product):
                model._base_manager.all().delete()


def ordering(product: Product, *others: Product, **options: str) -> Work:
    """Somebody new orders one of each."""
    customer = make_user()

    def deed() -> Order:
        return place_order(
            customer=customer,
            provider=product.provider,
            items={each.pk: 1 for each in (product, *others)},
            by=Actor.customer(customer),
            now=NOW,
            **options,  # type: ignore[arg-type]
        )

    return deed


def left(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock


def test_ten_of_fifty_get_one(shampoo: Product) -> None:
    outcome = race([ordering(shampoo) for _ in range(CLIENTS)])
    assert len(outcome.results) == LAST
    assert outcome.refused_with(OutOfStock) == CLIENTS - LAST
    assert left(shampoo) == 0
    assert set(Order.objects.values_list("pk", flat=True)) == {one.pk for one in outcome.results}
    assert OrderItem.objects.count() == OrderEvent.objects.count() == LAST
    assert OutboxJob.objects.filter(kind="order_event").count() == LAST
    assert {order.total for order in Order.objects.all()} == {Decimal(5)}
    assert outcome.slowest < TOLERABLE


@pytest.mark.usefixtures("without_stock_rule")
def test_control_without_lock_and_rule_all_fifty_get_one(
    shampoo: Product, without_stock_lock: Gate
) -> None:
    works = [in_separate_steps(ordering(shampoo)) for _ in range(CLIENTS)]
    outcome = race(map(without_stock_lock.through, works))
    assert without_stock_lock.crowd == CLIENTS
    assert (len(outcome.results), left(shampoo)) == (CLIENTS, LAST - CLIENTS)


def test_the_rule_alone_is_enough_and_refuses_as_cleanly(
    shampoo: Product, without_stock_lock: Gate
) -> None:
    works = [in_separate_steps(ordering(shampoo)) for _ in range(CLIENTS)]
    outcome = race(map(without_stock_lock.through, works))
    assert without_stock_lock.crowd == CLIENTS
    assert outcome.refused_with(OutOfStock) == CLIENTS - LAST
    assert (len(outcome.results), left(shampoo)) == (LAST, 0)


def test_baskets_that_share_products_do_not_block_one_another(business: Business) -> None:
    """Each locks the rows by id, whatever was put in first: no deadlock, nothing oversold."""
    one, two, three = (make_product(business.provider, stock=LAST) for _ in range(3))
    mixed = [(one, two, three), (three, two, one), (two, one), (three, one)]
    outcome = race([ordering(*mixed[number % 4]) for number in range(CLIENTS)])
    outcome.refused_with(OutOfStock)
    assert left(one) == 0
    for product in (one, two, three):
        taken = OrderItem.objects.filter(product=product).count()
        assert taken + left(product) == LAST


def test_one_key_is_one_order(business: Business, shampoo: Product) -> None:
    work = ordering(shampoo, idempotency_key="web:1:k")
    outcome = race([work] * CLIENTS)
    assert outcome.errors == []
    assert len({order.pk for order in outcome.results}) == Order.objects.count() == 1
    assert left(shampoo) == LAST - 1


def cancelling(order: Order, by: Actor) -> Work:
    return partial(change_order, order, to=OrderStatus.CANCELLED, by=by, now=NOW)


def test_fifty_cancels_give_the_stock_back_once(business: Business, shampoo: Product) -> None:
    order = ordering(shampoo)()
    assert isinstance(order, Order)
    assert order.customer is not None
    actors = [business.owner, Actor.customer(order.customer)]
    outcome = race([cancelling(order, actors[number % 2]) for number in range(CLIENTS)])
    assert outcome.errors == []
    assert left(shampoo) == LAST
    assert order.events.filter(to_status=OrderStatus.CANCELLED).count() == 1


def test_control_without_lock_it_is_given_back_again_and_again(
    business: Business, shampoo: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordering(shampoo)()
    assert isinstance(order, Order)
    gate = Gate(CLIENTS, one_by_one=True)
    read = Order.objects.select_related("provider", "customer")
    monkeypatch.setattr(orders, "_lock_order", gate.after(lambda pk: read.get(pk=pk)))
    works = [in_separate_steps(cancelling(order, business.owner)) for _ in range(CLIENTS)]
    race(map(gate.through, works))
    assert gate.crowd == CLIENTS
    assert left(shampoo) == LAST - 1 + CLIENTS


def test_cancel_or_collect_but_not_both(business: Business) -> None:
    for _ in range(5):
        product = make_product(business.provider, stock=1)
        order = ordering(product)()
        assert isinstance(order, Order)
        for to in (OrderStatus.ACCEPTED, OrderStatus.READY):
            change_order(order, to=to, by=business.owner, now=NOW)
        collect = partial(change_order, order, to=OrderStatus.COLLECTED, by=business.owner, now=NOW)
        outcome = race([cancelling(order, business.owner), collect])
        assert outcome.refused_with(InvalidTransition, OutsidePolicy) == 1
        order.refresh_from_db()
        assert left(product) == (1 if order.status == OrderStatus.CANCELLED else 0)


def test_orders_cancels_and_counting_at_once_lose_nothing(
    business: Business, shampoo: Product
) -> None:
    placed = [ordering(shampoo)() for _ in range(5)]
    cancels = [cancelling(order, business.owner) for order in placed if isinstance(order, Order)]
    more = [partial(change_stock, shampoo, by=1)] * 10
    counts = [partial(set_stock, shampoo, to=100, seen=seen) for seen in (200, 300)]
    outcome = race([*cancels, *more, *counts, *(ordering(shampoo) for _ in range(5))])
    outcome.refused_with(OutOfStock, StockMoved)
    taken = Order.objects.exclude(status=OrderStatus.CANCELLED).count()
    assert left(shampoo) + taken == LAST + 10


def test_control_without_lock_additions_are_lost(
    shampoo: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS, one_by_one=True)
    monkeypatch.setattr(supply, "_lock", gate.after(left))
    add = partial(change_stock, shampoo, by=1)
    race(gate.through(in_separate_steps(add)) for _ in range(CLIENTS))
    assert left(shampoo) == LAST + 1


def test_the_real_lock_is_what_the_controls_replace() -> None:
    assert orders.lock_products is lock_products


def test_one_person_in_many_windows_has_no_more_open_than_they_may(business: Business) -> None:
    dana = make_user()
    products = [make_product(business.provider, stock=99) for _ in range(CLIENTS)]

    def order(product: Product) -> Order:
        return place_order(
            customer=dana,
            provider=business.provider,
            items={product.pk: 1},
            by=Actor.customer(dana),
            now=NOW,
        )

    found = race(partial(order, each) for each in products)
    assert found.refused_with(TooManyOrders) == CLIENTS - MOST_OPEN
    assert Order.objects.count() == MOST_OPEN
