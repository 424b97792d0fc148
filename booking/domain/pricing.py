"""What a booking costs. Only the server computes prices."""

from decimal import ROUND_HALF_UP, Decimal

from providers.models import Service

CENT = Decimal("0.01")


def price_of(*, service: Service, duration: int, party_size: int) -> Decimal:
    """Return the price in the provider's currency for ``duration`` minutes.

    In a class each person pays; elsewhere the party pays once.
    """
    amount = service.price
    if service.pricing == Service.Pricing.HOURLY:
        amount = amount * duration / 60
    if service.is_class:
        amount *= party_size
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
