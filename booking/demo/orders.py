"""What customer@example.com ordered to take home, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from booking.demo.build import Business
from booking.demo.diary import local_midnight
from booking.demo.references import ORDERS, reference
from booking.models import Appointment, AppointmentEvent, Order, OrderEvent, OrderItem, OrderStatus
from customers.models import User

Actor = AppointmentEvent.Actor
STEP = timedelta(hours=5)
"""Between one change of an order and the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """So many of the first products of a business, so many days ago, and how far it went."""

    shop: str
    days_ago: int
    quantities: tuple[int, ...]
    steps: tuple[OrderStatus, ...]
    at_next_visit: bool = False


PLACED, ACCEPTED = OrderStatus.PLACED, OrderStatus.ACCEPTED
READY, COLLECTED = OrderStatus.READY, OrderStatus.COLLECTED

WANTED = (
    Wanted(
        shop="tendai-hair-studio",
        days_ago=24,
        quantities=(1, 1),
        steps=(PLACED, ACCEPTED, READY, COLLECTED),
    ),
    Wanted(
        shop="sharp-lines-barbers", days_ago=4, quantities=(2,), steps=(PLACED, ACCEPTED, READY)
    ),
    Wanted(
        shop="tendai-hair-studio",
        days_ago=1,
        quantities=(0, 2, 1),
        steps=(PLACED,),
        at_next_visit=True,
    ),
)


def build_orders(businesses: Sequence[Business], *, customer: User, now: datetime) -> int:
    """Write the orders and their history; return how many. The stock is what is left after them."""
    by_slug = {business.shop.slug: business for business in businesses}
    found = [(wanted, by_slug[wanted.shop]) for wanted in WANTED if wanted.shop in by_slug]
    for number, (wanted, business) in enumerate(found):
        _build_order(wanted, business, customer, reference(ORDERS + number), now)
    return len(found)


def _build_order(
    wanted: Wanted, business: Business, customer: User, code: str, now: datetime
) -> None:
    placed = local_midnight(business) - timedelta(days=wanted.days_ago) + timedelta(hours=9)
    lines = [
        (product, quantity)
        for product, quantity in zip(business.products, wanted.quantities, strict=False)
        if quantity
    ]
    order = Order.objects.create(
        provider=business.provider,
        customer=customer,
        customer_name=str(customer),
        appointment=_next_visit(business, customer, now) if wanted.at_next_visit else None,
        status=wanted.steps[-1],
        total=sum((product.price * quantity for product, quantity in lines), Decimal(0)),
        currency=business.provider.currency,
        reference=code,
        created_at=placed,
    )
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order, product=product, name=product.name, price=product.price, quantity=quantity
        )
        for product, quantity in lines
    )
    OrderEvent.objects.bulk_create(_events(order, wanted.steps))


def _events(order: Order, steps: Sequence[OrderStatus]) -> Iterator[OrderEvent]:
    """Yield the history: the customer places, the business does the rest."""
    before = ""
    for number, step in enumerate(steps):
        first = number == 0
        yield OrderEvent(
            order=order,
            by=order.customer if first else order.provider.owner,
            actor=Actor.CUSTOMER if first else Actor.PROVIDER,
            from_status=before,
            to_status=step,
            created_at=order.created_at + number * STEP,
        )
        before = step


def _next_visit(business: Business, customer: User, now: datetime) -> Appointment | None:
    own = Appointment.objects.for_customer(customer).for_provider(business.provider)
    return own.upcoming(now).first()
