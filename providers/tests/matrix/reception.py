"""Booking for a client."""

from providers.tests.matrix import Page

PAGES = (
    Page(
        "provider_reception",
        get=(200, 200, 200, 200, 200, 404),
        post=(422, 422, 422, 422, 422, 404),
        sends={"name": "Ours", "start": "2026-11-26T08:00:00Z"},
    ),
)
