"""Answers that several pages give, with the headers that go with them."""

from django.http import HttpResponse
from django.shortcuts import redirect

from booking.models import Appointment


def see_other(to: str | Appointment) -> HttpResponse:
    """Lead the browser on by GET after a POST that changed something, or had nothing to change."""
    response = redirect(to)
    response.status_code = 303
    return response


def keep_private(response: HttpResponse) -> HttpResponse:
    """Keep what somebody typed out of every cache and index."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def keep_secret(response: HttpResponse, *, keep_etag: bool = False) -> HttpResponse:
    """Keep a page behind a secret link out of caches, indexes and other sites' logs."""
    caching = response.get("Cache-Control", "")
    keep_private(response)
    if keep_etag:
        response["Cache-Control"] = caching
    response["Referrer-Policy"] = "same-origin"
    return response
