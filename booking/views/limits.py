"""Slow down whoever takes holds, or orders, by machine."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from project.htmx import MemberRequest

HOLDS_ALLOWED = 60
HOLDS_WINDOW = 600
"""Holds per network and window (seconds). Generous: phones on one network share an address."""

ORDERS_ALLOWED = 20
ORDERS_WINDOW = 3600
"""Orders per account and window (seconds)."""

IPV6_PREFIX = 64
"""Whoever has one IPv6 address has all that begin with the same bits."""


def network_of(request: HttpRequest) -> str:
    """Return 16 characters that stand for the visitor's IPv4 address or IPv6 network.

    A hash under our key, so that nobody finds out the address by trying all there are.
    """
    address = ip_address(get_adapter().get_client_ip(request))
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        address = mapped or ip_network((address, IPV6_PREFIX), strict=False).network_address
    return salted_hmac("booking.network", str(address), algorithm="sha256").hexdigest()[:16]


def too_many_holds(request: HttpRequest, network: str) -> HttpResponse | None:
    """Answer 429 once the network has taken as many holds as one window allows."""
    now = int(time.time())
    if cache.get(_key("holds", network, now, HOLDS_WINDOW), 0) < HOLDS_ALLOWED:
        return None
    return slow_down(request, seconds=HOLDS_WINDOW - now % HOLDS_WINDOW)


def count_hold(network: str) -> None:
    """Count a hold that was given.

    Windows are fixed, so that one counter per network is enough. Two holds at one instant may count
    as one: this slows machines down and guards nothing else.
    """
    _count("holds", network, HOLDS_WINDOW)


def too_many_orders(request: MemberRequest) -> HttpResponse | None:
    """Answer 429 once the account has placed as many orders as one window allows."""
    now = int(time.time())
    if cache.get(_key("orders", str(request.user.pk), now, ORDERS_WINDOW), 0) < ORDERS_ALLOWED:
        return None
    return slow_down(request, seconds=ORDERS_WINDOW - now % ORDERS_WINDOW, what="orders")


def count_order(request: MemberRequest) -> None:
    """Count an order that was placed; one that is cancelled stays counted."""
    _count("orders", str(request.user.pk), ORDERS_WINDOW)


def slow_down(request: HttpRequest, *, seconds: int, what: str = "holds") -> HttpResponse:
    """Answer 429: what happened in plain words, and when to try again."""
    response = render(request, "booking/slow_down.html", {"what": what}, status=429)
    response["Retry-After"] = str(max(seconds, 1))
    return response


def _count(what: str, who: str, window: int) -> None:
    key = _key(what, who, int(time.time()), window)
    cache.set(key, cache.get(key, 0) + 1, window)


def _key(what: str, who: str, now: int, window: int) -> str:
    return f"{what}:{who}:{now // window}"
