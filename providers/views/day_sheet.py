"""The day on paper: one small page, for when the phone is empty or the hands are wet."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True)
class Table:
    """One person's day: when they are away, and the times with their appointments."""

    name: str
    away: str
    rows: list[tuple[str, Appointment]]


def _tables(diary: Diary) -> list[Table]:
    """Return a table for each person who has somebody coming or is away."""
    whose: list[Staff | None] = [*diary.people, None]
    tables = []
    for person in whose:
        visits = diary.visits_of(person, diary.first)
        rows = [row for visit in visits for row in _rows(diary, visit)]
        away = _away(diary, person)
        if rows or (person is not None and away):
            tables.append(Table(person.name if person else NOBODY, away, rows))
    return tables


def _away(diary: Diary, person: Staff | None) -> str:
    """Say when this person, or the whole business, has time off: ``away 12:00–13:00``."""
    off = [
        say_span(each.span.start, each.span.end, diary.provider.tz, day=diary.first)
        for each in diary.absences_of(person, diary.first)
        if each.kind == "off" and not each.resource
    ]
    return f"away {', '.join(off)}" if off else ""


def say_span(start: datetime, end: datetime, zone: ZoneInfo, *, day: date) -> str:
    """Return ``12:00–13:00`` of that day, ``all day``, or up to where the day ends."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    begins = first.date() < day or (first.date() == day and first.time() == time.min)
    ends = last.date() > day
    if begins and ends:
        return "all day"
    since = "00:00" if begins else say_time(start, zone)
    return f"{since}–{'24:00' if ends else say_time(end, zone)}"


def _rows(diary: Diary, visit: Visit) -> list[tuple[str, Appointment]]:
    """Return the visit's appointments that touch the day, not its buffers alone."""
    zone = diary.provider.tz
    return [
        (f"{say_time(each.start, zone)}–{say_time(each.end, zone)}", each)
        for each in visit.appointments
        if diary.first in {each.start.astimezone(zone).date(), each.end.astimezone(zone).date()}
    ]
