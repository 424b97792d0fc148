"""Who holds a slot: a random value in a signed cookie, so that nobody needs a session for it."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "visitor"
SALT = "booking.visitor"
LIFETIME = 30 * 24 * 3600
"""Seconds. Holds last minutes; the rest lets a sent form be recognised when it is sent again."""


def read_visitor(request: HttpRequest) -> str:
    """Return the visitor's id, or nothing for a new browser or a cookie that we did not sign."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LIFETIME) or ""


def new_visitor() -> str:
    """Return an unguessable id."""
    return secrets.token_urlsafe(18)


def remember_visitor(response: HttpResponse, visitor: str) -> None:
    """Have the browser send ``visitor`` from now on."""
    response.set_signed_cookie(
        COOKIE,
        visitor,
        salt=SALT,
        max_age=LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
