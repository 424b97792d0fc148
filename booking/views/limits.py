"""Slow down whoever takes holds by machine."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

HOLDS_ALLOWED = 60
HOLDS_WINDOW = 600
"""Holds per address and window (seconds). Generous: phones on one network share an address."""


def too_many_holds(request: HttpRequest) -> HttpResponse | None:
    """Count this request; answer 429 once its address has asked too often.

    Windows are fixed, so that one counter per address is enough. Two requests at one instant may
    count as one: this slows machines down and guards nothing else.
    """
    now = int(time.time())
    window = now // HOLDS_WINDOW
    key = f"holds:{get_adapter().get_client_ip(request)}:{window}"
    used = cache.get(key, 0) + 1
    if used > HOLDS_ALLOWED:
        response = render(request, "booking/slow_down.html", status=429)
        response["Retry-After"] = str((window + 1) * HOLDS_WINDOW - now)
        return response
    cache.set(key, used, HOLDS_WINDOW)
    return None
