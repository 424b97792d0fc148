"""Order products and follow an order through: the only module that writes the status of orders.

What is ordered is taken from the stock behind a lock on the products' rows, in the order of their
ids, so that two orders never wait for one another in a circle; the database's own rule that no
stock is below zero stands behind it. The orders of one person wait for each other before that, on
the person's own row, so that nobody has more of them open than they may.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from booking.domain.actors import Actor
from booking.domain.clients import is_blocked
from booking.domain.errors import (
    ClientBlocked,
    IdempotencyMismatch,
    InvalidTransition,
    OutOfStock,
    OutsidePolicy,
    PricesChanged,
    TooManyOrders,
)
from booking.domain.outbox import enqueue
from booking.domain.pricing import OrderLine, price_of_one, sum_of
from booking.models import Appointment, Order, OrderEvent, OrderItem, OrderStatus
from booking.models.order import ORDER_STEPS
from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput, NguvaError, NotAllowed
from providers.models import Product, Provider

MOST_LINES = 20
MOST_OF_ONE = 99
MOST_OPEN = 5
"""Open orders of one person at one business: they hold stock back, and nothing is paid yet."""

LARGEST_TOTAL = Decimal("9999999999.99")
"""What the column holds."""

OPEN_TO_CUSTOMERS = frozenset({OrderStatus.PLACED, OrderStatus.ACCEPTED})
"""Until it is ready its customer may still cancel an order."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What one of each product costs (by its id), and the currency."""

    each: Mapping[int, Decimal]
    currency: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that somebody asks for; ``items`` maps ids of products to how many."""

    customer: User
    provider: Provider
    items: Mapping[int, int]
    appointment: Appointment | None
    notes: str
    idempotency_key: str | None
    expected: Prices | None
    by: Actor
    now: datetime

    @property
    def digest(self) -> str:
        """Tell one request from another under the same key."""
        appointment = self.appointment.pk if self.appointment else ""
        facts = (self.customer.pk, self.provider.pk, appointment, sorted(self.items.items()))
        return hashlib.sha256(repr((*facts, self.notes)).encode()).hexdigest()


def place_order(
    *,
    customer: User,
    provider: Provider,
    items: Mapping[int, int],
    appointment: Appointment | None = None,
    notes: str = "",
    idempotency_key: str | None = None,
    expected: Prices | None = None,
    by: Actor,
    now: datetime,
) -> Order:
    """Take ``items`` from the stock and return the order, with names and prices as they are now.

    ``idempotency_key`` is already scoped to its caller; the same one returns the order that it
    placed before. With ``expected`` nothing is ordered at other prices: ``PricesChanged``. Raises
    ``OutOfStock``, ``TooManyOrders``, ``IdempotencyMismatch``, ``ClientBlocked`` or
    ``InvalidInput``; then nothing was written.
    """
    wish = Wish(
        customer=customer,
        provider=provider,
        items=dict(items),
        appointment=appointment,
        notes=notes,
        idempotency_key=idempotency_key,
        expected=expected,
        by=by,
        now=now,
    )
    _check_size(wish.items)
    try:
        return _place(wish)
    except IntegrityError as error:
        return _after_collision(wish, error)


@retry_on_conflict
def change_order(
    order: Order, *, to: OrderStatus, by: Actor, now: datetime, reason: str = ""
) -> Order:
    """Take an order to its next state and return it as it is then; a repeat is harmless.

    A cancelled order gives back what it took, once. Raises ``InvalidTransition``,
    ``OutsidePolicy`` (too late for its customer) or ``NotAllowed``.
    """
    with transaction.atomic():
        current = _lock_order(order.pk)
        before = OrderStatus(current.status)
        if not by.is_business and to != OrderStatus.CANCELLED:
            raise NotAllowed
        if before == to:
            return current
        if (refusal := obstacle(current, to, by=by)) is not None:
            raise refusal
        current.status = to
        current.save(update_fields=["status", "updated_at"])
        if to == OrderStatus.CANCELLED:
            _return_stock(current)
        _record(current, by=by, now=now, before=before, reason=reason)
        return current


def available_steps(order: Order, *, by: Actor) -> list[OrderStatus]:
    """Return the states to which ``by`` could take the order, in their usual order."""
    return [status for status in OrderStatus if obstacle(order, status, by=by) is None]


def obstacle(order: Order, to: OrderStatus, *, by: Actor) -> NguvaError | None:
    """Say why ``by`` cannot take the order to that state; nothing when it is possible."""
    status = OrderStatus(order.status)
    if to not in ORDER_STEPS[status]:
        return InvalidTransition(f"This order is already: {status.label.lower()}.")
    if by.is_business:
        return None
    if to != OrderStatus.CANCELLED:
        return NotAllowed()
    if status not in OPEN_TO_CUSTOMERS:
        return OutsidePolicy(
            "It is ready for you, so it is too late to cancel online. Please call."
        )
    return None


def lock_products(ids: Iterable[int]) -> dict[int, Product]:
    """Wait for, take and return the products' rows by id, until the transaction ends.

    Rows that refer to them can be inserted meanwhile. On SQLite the immediate transaction is
    itself the lock.
    """
    rows = Product.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk")
    return {row.pk: row for row in rows}


@retry_on_conflict
def _place(wish: Wish) -> Order:
    """Run the transaction, or raise and leave everything as it was."""
    with transaction.atomic():
        _lock_customer(wish.customer)
        products = lock_products(wish.items)
        if (earlier := _earlier(wish)) is not None:
            return earlier
        provider = Provider.objects.get(pk=wish.provider.pk)
        _check_welcome(wish, provider)
        _check_appointment(wish)
        lines = _lines(wish, products, currency=provider.currency)
        _check_prices(wish, lines, provider)
        _take_stock(lines)
        return _write(wish, lines, provider.currency)


def _lock_customer(customer: User) -> None:
    """Have the person's own orders wait for one another."""
    User.objects.select_for_update(no_key=True).values_list("pk").get(pk=customer.pk)


def _lines(wish: Wish, products: Mapping[int, Product], *, currency: str) -> list[OrderLine]:
    """Return what is ordered, checked against what there is. Raises ``OutOfStock``."""
    lines = []
    for pk, quantity in sorted(wish.items.items()):
        product = products.get(pk)
        if product is None or product.provider_id != wish.provider.pk:
            raise InvalidInput("Choose products of this business.", field="items")
        left = product.stock if product.active else 0
        if left < quantity:
            raise OutOfStock(product, left=left)
        price = price_of_one(product, currency=currency)
        lines.append(OrderLine(product, quantity, price))
    return lines


def _check_prices(wish: Wish, lines: Iterable[OrderLine], provider: Provider) -> None:
    """Hold that each thing costs what was agreed to: prices may move within one total."""
    if sum_of(lines) > LARGEST_TOTAL:
        raise InvalidInput("This is too much for one order.", field="items")
    now = Prices({line.product.pk: line.price for line in lines}, provider.currency)
    if wish.expected is not None and wish.expected != now:
        raise PricesChanged


def _take_stock(lines: Iterable[OrderLine]) -> None:
    for line in lines:
        Product.objects.filter(pk=line.product.pk).update(stock=F("stock") - line.quantity)


def _return_stock(order: Order) -> None:
    """Give back what the order took, in the order of ids, as it was locked."""
    for product, quantity in order.items.order_by("product").values_list("product", "quantity"):
        Product.objects.filter(pk=product).update(stock=F("stock") + quantity)


def _write(wish: Wish, lines: Iterable[OrderLine], currency: str) -> Order:
    order = Order.objects.create(
        provider=wish.provider,
        customer=wish.customer,
        customer_name=str(wish.customer)[:150],
        appointment=wish.appointment,
        total=sum_of(lines),
        currency=currency,
        notes=wish.notes,
        idempotency_key=wish.idempotency_key,
        request_digest=wish.digest if wish.idempotency_key else "",
        created_at=wish.now,
    )
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order,
            product=line.product,
            name=line.product.name,
            price=line.price,
            quantity=line.quantity,
        )
        for line in lines
    )
    _record(order, by=wish.by, now=wish.now)
    return order


def _record(
    order: Order, *, by: Actor, now: datetime, before: OrderStatus | None = None, reason: str = ""
) -> None:
    """Write one history row and queue its messages, in the caller's transaction."""
    event = OrderEvent.objects.create(
        order=order,
        by=by.user,
        actor=by.kind,
        from_status=before or "",
        to_status=order.status,
        reason=reason,
        created_at=now,
    )
    enqueue("order_event", {"event": event.pk}, now=now)


def _lock_order(pk: int) -> Order:
    locked = Order.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("provider", "customer").get(pk=pk)


def _earlier(wish: Wish) -> Order | None:
    """Return what the same key placed before, if anything."""
    if wish.idempotency_key is None:
        return None
    found = Order.objects.filter(idempotency_key=wish.idempotency_key).first()
    if found is not None and found.request_digest != wish.digest:
        raise IdempotencyMismatch(
            "You placed an order with this form already. Look at your orders first."
        )
    return found


def _after_collision(wish: Wish, error: IntegrityError) -> Order:
    """Read what a constraint's refusal means: the key was just used, or the stock is gone."""
    if (earlier := _earlier(wish)) is not None:
        return earlier
    if "stock" in str(error):
        there = Product.objects.in_bulk(list(wish.items))
        _lines(wish, there, currency=wish.provider.currency)  # says which one, and what is left
    raise error


def _check_size(items: Mapping[int, int]) -> None:
    if not items:
        raise InvalidInput("Choose what you would like.", field="items")
    if len(items) > MOST_LINES:
        raise InvalidInput(f"An order holds {MOST_LINES} different things.", field="items")
    if not all(1 <= quantity <= MOST_OF_ONE for quantity in items.values()):
        raise InvalidInput(f"Choose between 1 and {MOST_OF_ONE} of each.", field="items")


def _check_welcome(wish: Wish, provider: Provider) -> None:
    """Refuse what a business does not offer to everybody, whom it does not want, and hoarding."""
    if wish.by.is_business:
        return
    if not provider.is_listed:
        raise InvalidInput("This business takes no orders now.", field="provider")
    if is_blocked(wish.customer, provider=provider):
        raise ClientBlocked("This business does not take online orders from you. Please call them.")
    waiting = Order.objects.open().for_customer(wish.customer).for_provider(provider)
    if waiting.count() >= MOST_OPEN:
        raise TooManyOrders(
            f"You have {MOST_OPEN} orders open here. Pick one up first, or cancel one."
        )


def _check_appointment(wish: Wish) -> None:
    """Hold that it is one of the customer's own at this business, and still to come."""
    if wish.appointment is None:
        return
    own = Appointment.objects.for_customer(wish.customer).for_provider(wish.provider)
    if not own.upcoming(wish.now).filter(pk=wish.appointment.pk).exists():
        raise InvalidInput("Choose one of your coming appointments there.", field="appointment")
