"""What somebody is about to order, in a signed cookie: no account and no session needed for it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from booking.domain.orders import MOST_LINES, MOST_OF_ONE

COOKIE = "basket"
SALT = "booking.basket"
LIFETIME = 30 * 24 * 3600
"""Seconds."""


def new_key() -> str:
    """Return what names one basket as it stands, so that it is ordered once."""
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Basket:
    """Products of one business: their ids, and how many of each.

    Each change gives it another ``key``. Orders carry the key, so that a basket that was ordered
    in one window, or before an answer was lost, is not ordered again from another.
    """

    provider: int = 0
    items: Mapping[int, int] = field(default_factory=dict)
    key: str = field(default_factory=new_key)

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(self.items.values())

    @property
    def is_full(self) -> bool:
        """Whether no other product fits in."""
        return len(self.items) >= MOST_LINES

    def with_product(self, product: int, quantity: int) -> Self:
        """Return it with so many of ``product``; 0 takes it out."""
        items = {pk: number for pk, number in self.items.items() if pk != product}
        if quantity:
            items |= {product: quantity}
        return type(self)(self.provider, items)

    def renewed(self) -> Self:
        """Return it with another key, to be ordered once more."""
        return type(self)(self.provider, self.items)


def read_basket(request: HttpRequest) -> Basket:
    """Return the visitor's basket; an empty one for a cookie that we did not sign."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFETIME)
        items = {int(pk): int(quantity) for pk, quantity in kept["items"].items()}
        basket = Basket(int(kept["provider"]), items, str(kept["key"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError, AttributeError):
        return Basket()
    sane = len(items) <= MOST_LINES and all(1 <= each <= MOST_OF_ONE for each in items.values())
    return basket if sane else Basket()


def keep_basket(response: HttpResponse, basket: Basket) -> None:
    """Have the browser keep ``basket``; nothing of an empty one."""
    if not basket.items:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    kept = {"provider": basket.provider, "items": dict(basket.items), "key": basket.key}
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
