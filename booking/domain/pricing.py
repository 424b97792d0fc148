"""What a booking costs. Only the server computes prices."""

from decimal import ROUND_HALF_UP, Decimal

from project.money import smallest_amount
from providers.models import Service


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
