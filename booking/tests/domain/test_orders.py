"""Orders: stock, totals, repeats, and who may take which step."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from booking.domain import lifecycle
from booking.domain.actors import SYSTEM, Actor
from booking.domain.clients import Contact, client_of, set_blocked
from booking.domain.errors import (
    ClientBlocked,
    IdempotencyMismatch,
    InvalidTransition,
    OutOfStock,
    OutsidePolicy,
    PricesChanged,
    TooManyOrders,
)
from booking.domain.orders import (
    MOST_LINES,
    MOST_OF_ONE,
    MOST_OPEN,
    Prices,
    available_steps,
    change_order,
    place_order,
)
from booking.models import Order, OrderEvent, OrderItem, OrderStatus, OutboxJob
from booking.tests.cast import make_product, make_provider, make_user
from booking.tests.domain.conftest import NOW, TUESDAY, Salon
from customers.models import User
from project.errors import InvalidInput, NotAllowed
from providers.domain.products import (
    MOST_IN_STOCK,
    StockMoved,
    change_stock,
    save_product,
    set_stock,
    shift_product,
)
from providers.models import Product

pytestmark = pytest.mark.django_db

PLACED, ACCEPTED, READY = OrderStatus.PLACED, OrderStatus.ACCEPTED, OrderStatus.READY
COLLECTED, CANCELLED = OrderStatus.COLLECTED, OrderStatus.CANCELLED

Place = Callable[..., Order]


@pytest.fixture
def dana() -> User:
    return make_user("dana@example.com", name="Dana Phiri", phone="+263771234567")


@pytest.fixture
def shampoo(salon: Salon) -> Product:
    return make_product(salon.provider, name="Shampoo", price=Decimal("9.50"), stock=10)


@pytest.fixture
def oil(salon: Salon) -> Product:
    return make_product(salon.provider, name="Oil", price=Decimal("12.00"), stock=3)


@pytest.fixture
def place(salon: Salon, dana: User) -> Place:
    """Order something as Dana, by keywords as ``place_order`` has them."""

    def placed(items: dict[Product, int], **options: object) -> Order:
        defaults = {"customer": dana, "provider": salon.provider, "by": Actor.customer(dana)}
        wanted = {product.pk: quantity for product, quantity in items.items()}
        return place_order(items=wanted, now=NOW, **defaults | options)  # type: ignore[arg-type]

    return placed


def stock(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock


def go(order: Order, salon: Salon, *steps: OrderStatus) -> Order:
    for step in steps:
        order = change_order(order, to=step, by=salon.owner, now=NOW)
    return order


def nothing_written(*products: Product) -> bool:
    untouched = all(stock(product) == product.stock for product in products)
    rows = (Order, OrderItem, OrderEvent)
    no_job = not OutboxJob.objects.filter(kind="order_event").exists()
    return untouched and no_job and not any(model.objects.exists() for model in rows)


class TestPlacing:
    def test_takes_the_stock_and_keeps_names_prices_and_total(
        self, place: Place, dana: User, shampoo: Product, oil: Product
    ) -> None:
        order = place({shampoo: 2, oil: 3}, notes="After five, please")
        assert (stock(shampoo), stock(oil)) == (8, 0)
        assert (order.status, order.total, order.currency) == (PLACED, Decimal("55.00"), "USD")
        assert (order.customer, order.customer_name) == (dana, "Dana Phiri")
        lines = [(item.name, item.price, item.quantity) for item in order.items.all()]
        assert lines == [("Shampoo", Decimal("9.50"), 2), ("Oil", Decimal("12.00"), 3)]

    def test_writes_its_history_and_its_message_once(
        self, place: Place, dana: User, shampoo: Product
    ) -> None:
        event = place({shampoo: 1}).events.get()
        assert (event.from_status, event.to_status) == ("", PLACED)
        assert (event.actor, event.by, event.created_at) == ("customer", dana, NOW)
        job = OutboxJob.objects.get(kind="order_event")
        assert job.payload == {"event": event.pk}

    def test_later_prices_and_names_change_nothing_of_it(
        self, place: Place, shampoo: Product
    ) -> None:
        order = place({shampoo: 2})
        Product.objects.filter(pk=shampoo.pk).update(name="Soap", price=Decimal(99))
        order.refresh_from_db()
        item = order.items.get()
        assert (item.name, item.price, order.total) == ("Shampoo", Decimal("9.50"), Decimal(19))

    def test_too_few_left_names_the_product_and_what_is_left(
        self, place: Place, shampoo: Product, oil: Product
    ) -> None:
        with pytest.raises(OutOfStock) as caught:
            place({shampoo: 1, oil: 4})
        assert (caught.value.code, caught.value.product, caught.value.left) == (
            *("out_of_stock", oil),
            3,
        )
        assert caught.value.message == "Only 3 of Oil left."
        assert nothing_written(shampoo, oil)

    def test_sold_out_and_withdrawn_products_are_refused_in_words(
        self, place: Place, salon: Salon
    ) -> None:
        gone = make_product(salon.provider, name="Comb", stock=0)
        withdrawn = make_product(salon.provider, name="Brush", active=False)
        for product, said in ((gone, "Comb is sold out."), (withdrawn, "Brush is no longer")):
            with pytest.raises(OutOfStock, match=said) as caught:
                place({product: 1})
            assert caught.value.left == 0

    def test_products_of_another_business_and_unknown_ones_are_refused(
        self, place: Place, shampoo: Product, salon: Salon, dana: User
    ) -> None:
        foreign = make_product(make_provider())
        for items in ({shampoo: 1, foreign: 1}, {Product(pk=10**9): 1}):
            with pytest.raises(InvalidInput) as caught:
                place(items)
            assert caught.value.field == "items"
        assert nothing_written(shampoo, foreign)

    @pytest.mark.parametrize("quantity", [0, -1, MOST_OF_ONE + 1])
    def test_quantities_have_bounds(self, place: Place, shampoo: Product, quantity: int) -> None:
        with pytest.raises(InvalidInput):
            place({shampoo: quantity})
        assert nothing_written(shampoo)

    def test_an_order_has_between_one_and_twenty_lines(self, place: Place, salon: Salon) -> None:
        products = [make_product(salon.provider) for _ in range(MOST_LINES + 1)]
        for wanted in ([], products):
            with pytest.raises(InvalidInput):
                place(dict.fromkeys(wanted, 1))
        assert place(dict.fromkeys(products[1:], 1)).items.count() == MOST_LINES

    def test_a_total_that_no_column_holds_is_refused(self, place: Place, salon: Salon) -> None:
        gold = make_product(salon.provider, price=Decimal("9999999999.00"), stock=99)
        with pytest.raises(InvalidInput, match="too much"):
            place({gold: 2})

    def test_another_price_than_was_shown_orders_nothing(
        self, place: Place, shampoo: Product
    ) -> None:
        shown = Prices({shampoo.pk: Decimal("9.50")}, "USD")
        assert place({shampoo: 1}, expected=shown).total == Decimal("9.50")
        Product.objects.update(price=Decimal("9.51"))
        with pytest.raises(PricesChanged):
            place({shampoo: 1}, expected=shown)
        assert (Order.objects.count(), stock(shampoo)) == (1, 9)

    def test_another_currency_than_was_shown_orders_nothing(
        self, place: Place, shampoo: Product
    ) -> None:
        with pytest.raises(PricesChanged):
            place({shampoo: 1}, expected=Prices({shampoo.pk: Decimal("9.50")}, "ZWG"))
        assert nothing_written(shampoo)

    def test_other_prices_that_come_to_the_same_order_nothing(
        self, place: Place, shampoo: Product, oil: Product
    ) -> None:
        shown = Prices({shampoo.pk: Decimal("9.50"), oil.pk: Decimal(12)}, "USD")
        Product.objects.filter(pk=shampoo.pk).update(price=Decimal(12))
        Product.objects.filter(pk=oil.pk).update(price=Decimal("9.50"))
        with pytest.raises(PricesChanged):
            place({shampoo: 1, oil: 1}, expected=shown)
        assert nothing_written(shampoo, oil)

    def test_a_currency_without_cents_has_whole_prices(
        self, place: Place, salon: Salon, shampoo: Product, oil: Product
    ) -> None:
        type(salon.provider).objects.update(currency="JPY")
        order = place({shampoo: 3, oil: 1})
        assert [item.price for item in order.items.all()] == [10, 12]
        assert (order.total, order.currency) == (Decimal(42), "JPY")

    def test_nobody_has_more_than_a_few_open_at_one_business(
        self, place: Place, salon: Salon, shampoo: Product
    ) -> None:
        orders = [place({shampoo: 1}, idempotency_key=str(n)) for n in range(MOST_OPEN)]
        with pytest.raises(TooManyOrders, match="5 orders open here") as caught:
            place({shampoo: 1})
        assert (caught.value.code, stock(shampoo)) == ("too_many_orders", 10 - MOST_OPEN)
        assert place({shampoo: 1}, idempotency_key="0") == orders[0]
        place({shampoo: 1}, customer=make_user())
        elsewhere = make_product(make_provider())
        place({elsewhere: 1}, provider=elsewhere.provider)
        place({shampoo: 1}, by=salon.owner)
        go(orders[0], salon, CANCELLED)
        go(orders[1], salon, CANCELLED)
        assert place({shampoo: 1}).status == PLACED

    @pytest.mark.parametrize("hidden", [{"published": False}, {"approved": False}])
    def test_a_business_that_nobody_sees_takes_no_orders(
        self, place: Place, salon: Salon, shampoo: Product, hidden: dict[str, bool]
    ) -> None:
        type(salon.provider).objects.update(**hidden)
        with pytest.raises(InvalidInput, match="no orders"):
            place({shampoo: 1})
        assert nothing_written(shampoo)

    def test_somebody_who_is_blocked_cannot_order(
        self, place: Place, salon: Salon, dana: User, shampoo: Product
    ) -> None:
        guest = Contact(name="Dana", phone=dana.phone)
        client = client_of(provider=salon.provider, customer=None, contact=guest, by=salon.owner)
        set_blocked(client, blocked=True, by=salon.owner, now=NOW)
        with pytest.raises(ClientBlocked):
            place({shampoo: 1})
        assert nothing_written(shampoo)


class TestAppointments:
    def test_can_be_picked_up_at_an_own_coming_appointment(
        self, place: Place, salon: Salon, dana: User, shampoo: Product
    ) -> None:
        visit = salon.book("10:00", by=salon.customer(dana), customer=dana)
        assert place({shampoo: 1}, appointment=visit).appointment == visit

    def test_anybody_elses_past_and_foreign_appointments_are_refused(
        self, place: Place, salon: Salon, dana: User, shampoo: Product
    ) -> None:
        guests = salon.book("10:00")
        cancelled = salon.book("12:00", by=salon.customer(dana), customer=dana)
        lifecycle.cancel(cancelled, by=salon.owner, now=NOW)
        for visit in (guests, cancelled):
            with pytest.raises(InvalidInput) as caught:
                place({shampoo: 1}, appointment=visit)
            assert caught.value.field == "appointment"
        assert nothing_written(shampoo)

    def test_an_order_stays_when_its_appointment_is_cancelled(
        self, place: Place, salon: Salon, dana: User, shampoo: Product
    ) -> None:
        visit = salon.book("10:00", day=TUESDAY, by=salon.customer(dana), customer=dana)
        order = place({shampoo: 1}, appointment=visit)
        lifecycle.cancel(visit, by=salon.customer(dana), now=NOW)
        order.refresh_from_db()
        assert (order.status, order.appointment, stock(shampoo)) == (PLACED, visit, 9)


class TestRepeats:
    def test_the_same_key_is_the_same_order(self, place: Place, shampoo: Product) -> None:
        orders = {place({shampoo: 6}, idempotency_key="k").pk for _ in range(3)}
        assert (len(orders), stock(shampoo)) == (1, 4)
        assert OutboxJob.objects.filter(kind="order_event").count() == 1

    def test_a_repeat_is_answered_though_the_shelf_is_empty_by_now(
        self, place: Place, oil: Product
    ) -> None:
        first = place({oil: 3}, idempotency_key="k")
        Product.objects.update(active=False, price=Decimal(1))
        again = place({oil: 3}, idempotency_key="k", expected=Prices({oil.pk: Decimal(12)}, "USD"))
        assert again == first

    def test_the_same_key_for_something_else_is_refused(
        self, place: Place, shampoo: Product, oil: Product
    ) -> None:
        place({shampoo: 1}, idempotency_key="k")
        for items, options in (
            ({shampoo: 2}, {}),
            ({oil: 1}, {}),
            ({shampoo: 1}, {"notes": "And a bag"}),
        ):
            with pytest.raises(IdempotencyMismatch):
                place(items, idempotency_key="k", **options)
        assert (Order.objects.count(), stock(shampoo), stock(oil)) == (1, 9, 3)

    def test_without_a_key_each_is_an_order(self, place: Place, shampoo: Product) -> None:
        assert place({shampoo: 1}) != place({shampoo: 1})


class TestSteps:
    def test_the_business_takes_it_all_the_way(
        self, place: Place, salon: Salon, shampoo: Product
    ) -> None:
        order = go(place({shampoo: 1}), salon, ACCEPTED, READY, COLLECTED)
        chain = [(event.from_status, event.to_status) for event in order.events.all()]
        assert chain == [
            ("", PLACED),
            (PLACED, ACCEPTED),
            (ACCEPTED, READY),
            (READY, COLLECTED),
        ]
        assert OutboxJob.objects.filter(kind="order_event").count() == 4
        assert stock(shampoo) == 9

    @pytest.mark.parametrize("before", [(), (ACCEPTED,), (ACCEPTED, READY)])
    def test_cancelling_gives_the_stock_back_once(
        self,
        place: Place,
        salon: Salon,
        shampoo: Product,
        oil: Product,
        before: tuple[OrderStatus, ...],
    ) -> None:
        order = go(place({shampoo: 4, oil: 3}), salon, *before)
        for _ in range(2):
            change_order(order, to=CANCELLED, by=salon.owner, now=NOW, reason="Broken")
        assert (stock(shampoo), stock(oil)) == (10, 3)
        last = order.events.last()
        assert last is not None
        assert (last.to_status, last.reason, order.events.count()) == (
            *(CANCELLED, "Broken"),
            len(before) + 2,
        )

    def test_stock_returns_to_a_product_that_is_off_the_page(
        self, place: Place, salon: Salon, shampoo: Product
    ) -> None:
        order = place({shampoo: 4})
        Product.objects.update(active=False)
        go(order, salon, CANCELLED)
        assert stock(shampoo) == 10

    def test_a_repeat_is_harmless(self, place: Place, salon: Salon, shampoo: Product) -> None:
        order = go(place({shampoo: 1}), salon, ACCEPTED, ACCEPTED)
        assert (order.status, order.events.count()) == (ACCEPTED, 2)

    @pytest.mark.parametrize(
        ("before", "to"),
        [
            ((), READY),
            ((), COLLECTED),
            ((ACCEPTED,), COLLECTED),
            ((ACCEPTED, READY), ACCEPTED),
            ((ACCEPTED, READY, COLLECTED), CANCELLED),
            ((CANCELLED,), PLACED),
            ((CANCELLED,), ACCEPTED),
        ],
    )
    def test_steps_that_do_not_exist_are_refused(
        self,
        place: Place,
        salon: Salon,
        shampoo: Product,
        before: tuple[OrderStatus, ...],
        to: OrderStatus,
    ) -> None:
        order = go(place({shampoo: 1}), salon, *before)
        left = stock(shampoo)
        with pytest.raises(InvalidTransition):
            change_order(order, to=to, by=salon.owner, now=NOW)
        assert (stock(shampoo), order.events.count()) == (left, len(before) + 1)

    def test_the_customer_may_cancel_until_it_is_ready(
        self, place: Place, salon: Salon, dana: User, shampoo: Product
    ) -> None:
        by = Actor.customer(dana)
        for before in ((), (ACCEPTED,)):
            order = go(place({shampoo: 1}), salon, *before)
            assert available_steps(order, by=by) == [CANCELLED]
            assert change_order(order, to=CANCELLED, by=by, now=NOW).status == CANCELLED
        ready = go(place({shampoo: 1}), salon, ACCEPTED, READY)
        assert available_steps(ready, by=by) == []
        with pytest.raises(OutsidePolicy):
            change_order(ready, to=CANCELLED, by=by, now=NOW)
        assert stock(shampoo) == 9

    def test_the_customer_may_do_nothing_else(
        self, place: Place, dana: User, shampoo: Product
    ) -> None:
        order = place({shampoo: 1})
        for to in (ACCEPTED, READY, COLLECTED, PLACED):
            with pytest.raises(NotAllowed):
                change_order(order, to=to, by=Actor.customer(dana), now=NOW)

    def test_nguva_itself_may_cancel(self, place: Place, shampoo: Product) -> None:
        order = change_order(place({shampoo: 1}), to=CANCELLED, by=SYSTEM, now=NOW)
        assert order.events.last().actor == "system"  # type: ignore[union-attr]

    def test_what_somebody_read_before_does_not_count(
        self, place: Place, salon: Salon, shampoo: Product
    ) -> None:
        stale = place({shampoo: 1})
        go(stale, salon, ACCEPTED, READY, COLLECTED)
        with pytest.raises(InvalidTransition, match="already: collected"):
            change_order(stale, to=CANCELLED, by=salon.owner, now=NOW)


class TestStock:
    def test_relative_changes_add_up(self, shampoo: Product) -> None:
        assert change_stock(shampoo, by=5) == 15
        assert change_stock(shampoo, by=-15) == 0
        with pytest.raises(InvalidInput):
            change_stock(shampoo, by=-1)
        with pytest.raises(InvalidInput):
            change_stock(shampoo, by=10**6)
        assert stock(shampoo) == 0

    def test_a_stale_row_takes_nothing_back(self, place: Place, shampoo: Product) -> None:
        place({shampoo: 4})
        assert change_stock(shampoo, by=1) == 7  # the row in hand still says ten

    def test_counting_is_refused_when_an_order_came_meanwhile(
        self, place: Place, shampoo: Product
    ) -> None:
        place({shampoo: 4})
        with pytest.raises(StockMoved) as caught:
            set_stock(shampoo, to=15, seen=10)
        assert (caught.value.left, stock(shampoo)) == (6, 6)
        assert set_stock(shampoo, to=15, seen=6) == 15

    def test_counting_twice_is_harmless(self, shampoo: Product) -> None:
        for _ in range(2):
            assert set_stock(shampoo, to=15, seen=10) == 15

    def test_editing_a_product_leaves_its_stock_alone(self, place: Place, shampoo: Product) -> None:
        stale = Product.objects.get(pk=shampoo.pk)
        place({shampoo: 4})
        stale.name = "Soap"
        save_product(stale)
        shampoo.refresh_from_db()
        assert (shampoo.name, shampoo.stock) == ("Soap", 6)

    def test_products_move_on_their_own_shelf(self, salon: Salon) -> None:
        make = save_product
        one, two, other = (
            make(Product(provider=salon.provider, name=name, price=Decimal(1), category=shelf))
            for name, shelf in (("One", "A"), ("Two", "A"), ("Other", "B"))
        )
        shift_product(two, by=-1)
        assert list(Product.objects.for_provider(salon.provider)) == [two, one, other]
        shift_product(two, by=-1)
        shift_product(one, by=5)
        assert list(Product.objects.for_provider(salon.provider)) == [two, one, other]


def test_what_came_back_above_the_limit_can_be_sold_or_taken_away(
    place: Place, salon: Salon, shampoo: Product
) -> None:
    order = place({shampoo: 2})
    set_stock(shampoo, to=MOST_IN_STOCK, seen=stock(shampoo))
    go(order, salon, CANCELLED)
    assert stock(shampoo) == MOST_IN_STOCK + 2
    assert change_stock(shampoo, by=-1) == MOST_IN_STOCK + 1
    with pytest.raises(InvalidInput, match="At most 99999"):
        change_stock(shampoo, by=1)
    assert set_stock(shampoo, to=7, seen=MOST_IN_STOCK + 1) == 7
