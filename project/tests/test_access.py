"""Every view says whom it is for, and keeps everybody else out."""

from collections.abc import Iterator
from typing import get_args

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

from project.access import Access, public
from project.tests.sources import PACKAGES

LOGIN = "/accounts/login/"

# Where other packages bring their views, which guard themselves.
THIRD_PARTY = ("/accounts/", "/admin/")


def patterns(
    resolver: URLResolver | None = None, before: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """Every route of the URL map with its view: (``/p/<slug:slug>/``, pattern)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield route, pattern


def own() -> list[tuple[str, URLPattern]]:
    """The routes whose views are ours."""
    return [
        (route, pattern)
        for route, pattern in patterns()
        if pattern.callback.__module__.split(".")[0] in PACKAGES
    ]


def access_of(pattern: URLPattern) -> str | None:
    return getattr(pattern.callback, "access", None)


def example(route: str, pattern: URLPattern) -> str:
    """An address that the route matches; what it names need not exist."""
    for name, converter in pattern.pattern.converters.items():
        value = "1" if isinstance(converter, IntConverter) else "none"
        if isinstance(converter, UUIDConverter):
            value = "00000000-0000-4000-8000-000000000000"
        kinds = {"IntConverter": "int", "SlugConverter": "slug", "UUIDConverter": "uuid"}
        kinds["TokenConverter"] = "token"
        kind = kinds.get(type(converter).__name__, "str")
        route = route.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
    return route


def test_every_own_view_declares_its_access() -> None:
    undeclared = [route for route, p in own() if access_of(p) not in get_args(Access)]
    assert undeclared == []


def test_every_other_view_stands_where_a_package_guards_it() -> None:
    ours = {route for route, _ in own()}
    others = {route for route, _ in patterns()} - ours
    assert [route for route in sorted(others) if not route.startswith(THIRD_PARTY)] == []


def test_the_walk_reaches_every_part_of_the_map() -> None:
    routes = [route for route, _ in patterns()]
    for start in ("/accounts/", "/admin/", "/health/", "/me/", "/provider/", "/p/", "/a/"):
        assert any(route.startswith(start) for route in routes), start


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_views_for_members_ask_a_visitor_to_log_in(client: Client, method: str) -> None:
    let_in = {}
    for route, pattern in own():
        if access_of(pattern) not in {"customer", "provider"}:
            continue
        address = example(route, pattern)
        response = getattr(client, method)(address)
        if response.status_code == 405:  # the other method asks, in the other run of this test
            continue
        if response.status_code != 302 or not response["Location"].startswith(LOGIN):
            let_in[address] = response.status_code
    assert let_in == {}


def test_a_view_without_a_declaration_is_noticed() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise NotImplementedError

    undeclared = URLPattern(RoutePattern("x/"), view)
    assert access_of(undeclared) is None
    assert access_of(URLPattern(RoutePattern("x/"), public(view))) == "public"
