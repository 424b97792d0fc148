"""References that are the same on every run; the secret tokens stay random."""

from booking.models.appointment import REFERENCE_ALPHABET

LENGTH = 8
COUNT = len(REFERENCE_ALPHABET) ** LENGTH
# Shares no factor with COUNT (a power of 30), so that multiplying by it shuffles without repeats.
STRIDE = 413_158_511_329

MARKET = 0
ORDERS = 500_000_000
SCALE = 1_000_000_000
"""Where each kind of data starts counting, so that both can be there."""


def reference(number: int) -> str:
    """Return the ``number``-th reference: different numbers below 30**8 never share one."""
    left = (number * STRIDE + 271_828_182_845) % COUNT
    letters = []
    for _ in range(LENGTH):
        left, letter = divmod(left, len(REFERENCE_ALPHABET))
        letters.append(REFERENCE_ALPHABET[letter])
    return "".join(letters)
