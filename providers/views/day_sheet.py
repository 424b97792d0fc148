"""The day on paper: one small page, for when the phone is empty or the hands are wet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking.domain.diary import Diary, Visit, load_diary
from booking.models import Appointment
from booking.views.asking import clamp, read_date
from booking.words import say_day, say_time
from project import clock
from project.errors import InvalidInput
from providers.models import Staff
from providers.views.access import BusinessRequest, address, member
from providers.views.calendar import FAR, NOBODY, whose_calendar


@member
@require_safe
def day_sheet(request: BusinessRequest) -> HttpResponse:
    """Show who comes on ``date`` (today) to whom, in black on white; staff have their own.

    400 with today's when the date cannot be read.
    """
    now, provider = clock.now(), request.membership.provider
    today, status = now.astimezone(provider.tz).date(), 200
    try:
        day = read_date(request.GET)
    except InvalidInput:
        day, status = None, 400
    day = clamp(day or today, today - FAR, today + FAR)
    only = whose_calendar(request.membership, None)
    diary = load_diary(request.membership, first=day, last=day, now=now, only=only)
    context = {
        "provider": provider,
        "title": say_day(day, year=True),
        "tables": _tables(diary),
        "printed": say_time(now, provider.tz),
        "back": address(request, "provider_calendar", view="day", date=day.isoformat()),
    }
    return render(request, "providers/day_sheet.html", context, status=status)


def _tables(diary: Diary) -> list[tuple[str, list[tuple[str, Appointment]]]]:
    """Return for each person who has somebody coming, the times and the appointments."""
    whose: list[Staff | None] = [*diary.people, None]
    tables = []
    for person in whose:
        visits = diary.visits_of(person, diary.first)
        rows = [row for visit in visits for row in _rows(diary, visit)]
        if rows:
            tables.append((person.name if person else NOBODY, rows))
    return tables


def _rows(diary: Diary, visit: Visit) -> list[tuple[str, Appointment]]:
    """Return the visit's appointments that touch the day, not its buffers alone."""
    zone = diary.provider.tz
    return [
        (f"{say_time(each.start, zone)}–{say_time(each.end, zone)}", each)
        for each in visit.appointments
        if diary.first in {each.start.astimezone(zone).date(), each.end.astimezone(zone).date()}
    ]
