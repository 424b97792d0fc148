"""Request and response helpers for HTMX that every app shares."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from customers.models import User


class PageRequest(HttpRequest):
    """A request as our middleware leaves it."""

    htmx: "HtmxDetails"
    user: "User | AnonymousUser"


class MemberRequest(PageRequest):
    """A request whose user is known to be logged in."""

    user: "User"


def wants(request: HttpRequest, target: str) -> bool:
    """Say whether HTMX asks for just the fragment whose DOM id is ``target``."""
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Target") == target


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragments: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or the fragment that HTMX asks for.

    ``fragments`` maps the DOM ids that a view is ready to replace to their partial templates; an
    id that is not listed gets the whole page, so that a stranger cannot choose a template.
    """
    for target, partial in (fragments or {}).items():
        if wants(request, target):
            return render(request, partial, context, status=status)
    return render(request, template, context, status=status)
