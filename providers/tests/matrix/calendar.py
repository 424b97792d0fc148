"""The calendar, moving in it, and the day on paper."""

from providers.tests.matrix import Page

PAGES = (
    Page(
        "provider_calendar",
        get=(200, 200, 200, 200, 200, 404),
        post=(405, 405, 405, 405, 405, 404),
    ),
    Page(
        "provider_calendar",
        variant="week",
        query="view=week&date=2026-11-24",
        get=(200, 200, 200, 200, 200, 404),
        post=(405, 405, 405, 405, 405, 404),
    ),
    Page(
        "provider_calendar_move",
        get=(405, 405, 405, 405, 405, 404),
        post=(404, 404, 404, 404, 404, 404),
    ),
    Page(
        "provider_day_sheet",
        get=(200, 200, 200, 200, 200, 404),
        post=(405, 405, 405, 405, 405, 404),
    ),
)
