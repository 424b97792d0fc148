"""Every view says who may open it; a test walks the URL map and fails on one that does not."""

from collections.abc import Callable
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
    return declare(login_required(view), "customer")
