"""Requests for pages: their addresses, and how browsers ask for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from project.bench.databases import query
from project.bench.load import Repeated, encode
from project.bench.measures.bench import Bench
from project.bench.measures.rows import Counts
from project.bench.server import Server

BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}
PROVIDERS = 40


def fragment(target: str) -> dict[str, str]:
    """Return the headers by which HTMX asks for the part of a page with this DOM id."""
    return BROWSER | {"HX-Request": "true", "HX-Target": target}


def gets(
    server: Server, paths: Iterable[str], headers: Mapping[str, str] | None = None
) -> Repeated:
    """Return the work of asking for these paths over and over."""
    return Repeated(server.port, [encode("GET", path, headers=headers) for path in paths])


def booking_page(slug: str, service: str = "standard-visit") -> str:
    """Return the address of a booking page."""
    return f"/p/{slug}/book/{service}/"


def ordinary_pages(bench: Bench) -> list[str]:
    """Return the booking pages of some ordinary providers; both databases have the same."""
    rows = query(
        bench.databases.small,
        "SELECT slug FROM providers_provider WHERE slug ~ '^scale-[0-9]' ORDER BY id LIMIT %s",
        PROVIDERS,
    )
    return [booking_page(slug) for (slug,) in rows]


def count_queries(bench: Bench, pages: Mapping[str, tuple[str, Mapping[str, str]]]) -> Counts:
    """Count the queries of pages (path and headers by name) in both databases."""
    paths: dict[str, Any] = {
        name: {"path": path, "headers": headers} for name, (path, headers) in pages.items()
    }
    return {
        "small": bench.small_clerk.do("count_queries", paths=paths),
        "large": bench.large_clerk.do("count_queries", paths=paths),
    }
