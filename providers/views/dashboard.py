"""The first page of a business: what waits for an answer, today, and the days after."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking.models import Status
from project import clock
from project.htmx import render_page
from providers.views.access import (
    BusinessRequest,
    appointments_of,
    business_context,
    enter,
    person,
)
from providers.views.rows import Row, make_rows

MOST_REQUESTS = 5
"""So that on a phone today's agenda is not far below; the others are a press away."""

MOST_COUNTED = 20
"""Up to here the number of requests is told exactly."""

MOST_COMING = 12
ON_THE_AGENDA = {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}


@person
@require_safe
def dashboard(request: BusinessRequest) -> HttpResponse:
    """Show the agenda; to people without a business, what this place is for."""
    if not request.memberships and "business" not in request.GET:
        return render(request, "providers/no_business.html", {"nav_here": "provider"})
    enter(request)
    now = clock.now()
    zone = request.membership.provider.tz
    visible = appointments_of(request.membership)
    upcoming = visible.upcoming(now)
    start, end = day_bounds(now, zone)
    requests = list(upcoming.pending()[: MOST_COUNTED + 1])
    today = visible.filter(status__in=ON_THE_AGENDA).starting(start, end).order_by("start", "pk")
    coming = list(upcoming.confirmed().filter(start__gte=end)[: MOST_COMING + 1])
    context = business_context(request, here="provider_dashboard") | {
        "now": now,
        "requests": make_rows(request, requests[:MOST_REQUESTS], now=now),
        "more_requests": len(requests) > MOST_REQUESTS,
        "request_count": _say_count(len(requests)),
        "agenda": _mark_next(make_rows(request, today, now=now)),
        "coming": make_rows(request, coming[:MOST_COMING], now=now),
        "more_coming": len(coming) > MOST_COMING,
    }
    return render_page(
        request, "providers/dashboard.html", context, fragments={"board": "providers/_board.html"}
    )


def _say_count(number: int) -> str:
    """Return ``number`` in digits, and ``20+`` above what was counted."""
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def day_bounds(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants (UTC) between which it is today in ``zone``."""
    today = now.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    start = datetime.combine(today, time.min, zone).astimezone(UTC)
    return start, datetime.combine(tomorrow, time.min, zone).astimezone(UTC)


def _mark_next(rows: list[Row]) -> list[Row]:
    """Mark the first that has not begun."""
    for index, row in enumerate(rows):
        if not row.phase:
            return [*rows[:index], replace(row, phase="next"), *rows[index + 1 :]]
    return rows
