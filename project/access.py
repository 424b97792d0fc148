"""Every view says who may open it; a test walks the URL map and fails on one that does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase

Access = Literal["public", "secret_link", "customer", "provider"]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def declare(view: View, access: Access) -> View:
    """Mark ``view`` with the people it is for."""
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open to everybody."""
    return declare(view, "public")


def secret_link(view: View) -> View:
    """Open to whoever holds the unguessable token in the address."""
    return declare(view, "secret_link")


def customer(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Open to people who are logged in; the view itself fetches only what is theirs."""
    return declare(private(login_required(view)), "customer")


def private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep the answers of ``view`` out of caches, save where it says itself what may be kept."""

    @wraps(view)
    def kept_private(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return kept_private
