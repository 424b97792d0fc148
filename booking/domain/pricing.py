"""What a booking costs. Only the server computes prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from project.money import smallest_amount
from providers.models import Product, Service


def price_of(*, service: Service, duration: int, party_size: int) -> Decimal:
    """Return the price in the provider's currency for ``duration`` minutes.

    In a class each person pays; elsewhere the party pays once. It is rounded half up to what the
    currency has; ``service.provider`` is loaded.
    """
    amount = service.price
    if service.pricing == Service.Pricing.HOURLY:
        amount = amount * duration / 60
    if service.is_class:
        amount *= party_size
    smallest = smallest_amount(service.provider.currency)
    return amount.quantize(smallest, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many of a product, each at ``price``."""

    product: Product
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        """What they cost together."""
        return self.price * self.quantity


def price_of_one(product: Product, *, currency: str) -> Decimal:
    """Return what one costs, rounded half up to what the currency has.

    Rounded before it is multiplied, so that the lines add up as everybody reads them.
    """
    return product.price.quantize(smallest_amount(currency), rounding=ROUND_HALF_UP)


def sum_of(lines: Iterable[OrderLine]) -> Decimal:
    """Return what all of them cost together."""
    return sum((line.total for line in lines), Decimal(0))
