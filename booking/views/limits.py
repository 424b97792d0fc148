"""Slow down whoever takes holds by machine."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

HOLDS_ALLOWED = 60
HOLDS_WINDOW = 600
"""Holds per network and window (seconds). Generous: phones on one network share an address."""

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
    if cache.get(_key(network, now), 0) < HOLDS_ALLOWED:
        return None
    return slow_down(request, seconds=HOLDS_WINDOW - now % HOLDS_WINDOW)


def count_hold(network: str) -> None:
    """Count a hold that was given.

    Windows are fixed, so that one counter per network is enough. Two holds at one instant may count
    as one: this slows machines down and guards nothing else.
    """
    key = _key(network, int(time.time()))
    cache.set(key, cache.get(key, 0) + 1, HOLDS_WINDOW)


def slow_down(request: HttpRequest, *, seconds: int) -> HttpResponse:
    """Answer 429: what happened in plain words, and when to try again."""
    response = render(request, "booking/slow_down.html", status=429)
    response["Retry-After"] = str(max(seconds, 1))
    return response


def _key(network: str, now: int) -> str:
    return f"holds:{network}:{now // HOLDS_WINDOW}"
