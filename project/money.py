"""How finely a currency is counted."""

from decimal import Decimal

WHOLE = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
"""Currencies without a smaller unit (ISO 4217, list one)."""

MOST_PLACES = 2
"""What is kept: the few currencies that are counted in thousandths are rounded to hundredths."""


def decimal_places(currency: str) -> int:
    """Return how many digits after the point an amount in ``currency`` has: 0 or 2."""
    return 0 if currency in WHOLE else MOST_PLACES


def smallest_amount(currency: str) -> Decimal:
    """Return the unit that amounts in ``currency`` are rounded to: 1 or 0.01."""
    return Decimal(1).scaleb(-decimal_places(currency))
