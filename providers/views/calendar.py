"""The calendar: a day with a column for each person, or a week with one for each day."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from booking.domain.diary import Diary, load_diary
from booking.views.asking import View, clamp, read_date, read_number
from project import clock
from project.errors import InvalidInput
from project.htmx import wants
from providers.domain.access import Membership
from providers.models import Staff
from providers.views.access import BusinessRequest, address, business_context, member
from providers.views.calendar_columns import Column, Who, lay_board, title_of

DAYS = 7
FAR = timedelta(days=3653)
"""Nobody's calendar reaches further back or ahead."""

EVERYBODY = "Everybody"
NOBODY = "Without staff"


@dataclass(frozen=True, slots=True)
class Page:
    """What one address shows; ``person`` is whose calendar it is, empty for everybody's."""

    view: View
    chosen: date
    today: date
    person: Staff | None
    locked: bool

    @property
    def first(self) -> date:
        """The first day: the week's Monday."""
        back = self.chosen.weekday() if self.view == "week" else 0
        return self.chosen - timedelta(days=back)

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=DAYS - 1 if self.view == "week" else 0)


@member
@require_safe
def calendar(request: BusinessRequest) -> HttpResponse:
    """Show the day or week that ``view``, ``date`` and ``staff`` name; staff have their own.

    400 with today where they cannot be read, 404 for somebody who is not there for this person.
    """
    now = clock.now()
    try:
        page, problem = read_page(request, request.GET, now=now), ""
    except InvalidInput as error:
        page, problem = read_page(request, {}, now=now), error.message
    if wants(request, "calendar") and not problem:
        return _respond(request, calendar_context(request, page, now=now))
    return show_calendar(request, page, now=now, status=400 if problem else 200, problem=problem)


def show_calendar(
    request: BusinessRequest, page: Page, *, now: datetime, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with the whole page, ``more`` for its template."""
    context = business_context(request, here="provider_calendar")
    context |= calendar_context(request, page, now=now) | more
    return render(request, "providers/calendar.html", context, status=status)


def read_page(request: BusinessRequest, params: Any, *, now: datetime) -> Page:
    """Read what is asked for. Raises ``InvalidInput``, and ``Http404`` for a strange person."""
    today = now.astimezone(request.membership.provider.tz).date()
    view = params.get("view", "") or "day"
    if view not in {"day", "week"}:
        raise InvalidInput("Please choose the day or the week.", field="view")
    day = clamp(read_date(params) or today, today - FAR, today + FAR)
    person = whose_calendar(request.membership, read_number(params, "staff"))
    locked = not request.membership.sees_all
    return Page("week" if view == "week" else "day", day, today, person, locked)


def whose_calendar(membership: Membership, staff_id: int | None) -> Staff | None:
    """Return the person with this id; staff members themselves in any case.

    Raises ``Http404`` for anybody else's calendar than this person may see.
    """
    if not membership.sees_all:
        if membership.staff is None or staff_id not in {None, membership.staff.pk}:
            raise Http404
        return membership.staff
    if staff_id is None:
        return None
    person = membership.provider.staff.filter(pk=staff_id).first()
    if person is None:
        raise Http404
    return person


def calendar_context(request: BusinessRequest, page: Page, *, now: datetime) -> dict[str, Any]:
    """Load and lay out what the page shows, in a fixed number of queries."""
    place, provider = request.membership, request.membership.provider
    diary = load_diary(place, first=page.first, last=page.last, now=now, only=page.person)
    board = lay_board(diary, _whose(diary, page), now=now)
    step = timedelta(days=DAYS if page.view == "week" else 1)
    return {
        "zone": provider.timezone,
        "membership": request.membership,
        "page": page,
        "board": board,
        "title": title_of(diary.days, page.today),
        "url": _url(request, page),
        "earlier": _url(request, page, day=page.chosen - step),
        "later": _url(request, page, day=page.chosen + step),
        "today_url": _url(request, page, day=page.today) if page.today not in diary.days else "",
        "day_url": _url(request, page, view="day"),
        "week_url": _url(request, page, view="week"),
        "people": [] if page.locked else _choices(request, page),
        "columns": [(column, _column_url(request, page, column)) for column in board.columns],
        "sheet_url": address(request, "provider_day_sheet", date=page.chosen.isoformat()),
        "move_url": address(request, "provider_calendar_move"),
        "book_url": book_url(request),
        "step": provider.slot_step,
    }


def book_url(request: BusinessRequest) -> str:
    """Return the address for a booking by the business, ready for more parameters."""
    url = address(request, "provider_reception")
    return f"{url}&" if "?" in url else f"{url}?"


def _whose(diary: Diary, page: Page) -> Sequence[Who]:
    """Return whose columns each day has."""
    if page.person is not None:
        return [Who([page.person], page.person.name, shared=False)]
    if page.view == "week":
        return [Who([*diary.people, None], EVERYBODY, shared=True)]
    columns = [Who([person], person.name, shared=False) for person in diary.people]
    if not columns or any(visit.first.staff_id is None for visit in diary.visits):
        columns.append(Who([None], NOBODY if columns else diary.provider.name, shared=True))
    return columns


def _choices(request: BusinessRequest, page: Page) -> list[dict[str, Any]]:
    """Return the links to everybody's and each person's calendar."""
    people = [None, *request.membership.provider.staff.active()]
    return [
        {
            "label": person.name if person else EVERYBODY,
            "url": _url(request, page, person=person),
            "current": person == page.person,
        }
        for person in people
    ]


def _column_url(request: BusinessRequest, page: Page, column: Column) -> str:
    """Return where a column's heading leads: from the day to a person's week, and back."""
    if page.view == "week":
        return _url(request, page, view="day", day=column.day)
    return _url(request, page, view="week", person=column.staff) if column.staff else ""


SAME: Any = object()


def _url(
    request: BusinessRequest,
    page: Page,
    *,
    view: str = "",
    day: date | None = None,
    person: Staff | None = SAME,
) -> str:
    """Return the address of the page with some of it changed."""
    person = page.person if person is SAME else person
    params = {"view": view or page.view, "date": (day or page.chosen).isoformat()}
    if person is not None and not page.locked:
        params["staff"] = str(person.pk)
    return address(request, "provider_calendar", **params)


def _respond(request: BusinessRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer with the calendar alone, or 304 when the browser has this very one."""
    answer = render(request, "providers/_calendar.html", context)
    etag = f'"{hashlib.blake2b(answer.content, digest_size=12).hexdigest()}"'
    response = get_conditional_response(request, etag=etag) or answer
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
