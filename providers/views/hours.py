"""The week of the business or of one of its people, and the dates that differ from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from booking.domain.closing import outside_hours
from booking.views.answers import see_other
from booking.words import say_day, say_duration
from project import clock
from project.errors import InvalidInput
from project.numbers import parse_number
from providers.domain import hours as verbs
from providers.forms.hours import DatesForm, WeekForm
from providers.models import DateOverride, Staff
from providers.models.hours import clock_face
from providers.views.access import BusinessRequest, address, business_context, member

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Dates in a row that have the same special hours."""

    first: date
    last: date
    hours: str
    note: str


@member
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: BusinessRequest) -> HttpResponse:
    """Show the week; on POST keep it, or answer 422 with what is wrong beside each row."""
    provider, staff = request.membership.provider, whose(request)
    if request.method != "POST":
        return _show_week(request, staff, WeekForm.of(_week_shown(request, staff)))
    if staff is not None and request.POST.get("own") == "no":
        verbs.follow_business(staff)
        messages.success(request, f"Saved. {staff.name} works whenever the business is open.")
        return _back(request, "provider_hours", staff)
    form = WeekForm.typed(request.POST)
    if not form.is_valid() or (staff is not None and request.POST.get("own") != "yes"):
        return _show_week(request, staff, form, status=422)
    verbs.set_week(provider, staff, form.week)
    messages.success(request, f"Saved. {_preview(staff, form)}.")
    return _back(request, "provider_hours", staff)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: BusinessRequest) -> HttpResponse:
    """Show the special days and the public holidays; on POST do what ``do`` says."""
    staff = whose(request)
    if request.method != "POST":
        return _show_dates(request, staff, DatesForm())
    do = DOINGS.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    form = DatesForm(request.POST)
    try:
        done = do(request, staff, form)
    except InvalidInput as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _show_dates(request, staff, form, status=422)
    if not done:
        return _show_dates(request, staff, form, status=422)
    messages.success(request, done)
    return _back(request, "provider_dates", staff)


def whose(request: BusinessRequest) -> Staff | None:
    """Return the person that ``?staff=<id>`` names; ``None`` is the business itself.

    Staff have their own alone, also without the parameter. Raises ``Http404``.
    """
    asked, own = request.GET.get("staff", ""), request.membership.staff
    if not request.membership.sees_all:
        if own is None or asked not in {"", str(own.pk)}:
            raise Http404
        return own
    if not asked:
        return None
    people = Staff.objects.filter(provider=request.membership.provider)
    return get_object_or_404(people, pk=parse_number(asked))


def people_chips(
    request: BusinessRequest, name: str, staff: Staff | None
) -> list[dict[str, object]]:
    """Return the choices of whose hours to show; nothing for staff, who have only their own."""
    if not request.membership.sees_all:
        return []
    people = Staff.objects.active().filter(provider=request.membership.provider)
    chips: list[dict[str, object]] = [
        {"label": "The business", "url": address(request, name), "current": staff is None}
    ]
    return chips + [
        {
            "label": person.name,
            "url": address(request, name, staff=str(person.pk)),
            "current": person == staff,
        }
        for person in people
    ]


def _week_shown(request: BusinessRequest, staff: Staff | None) -> verbs.Week:
    """Return what is kept; for somebody without hours of their own, those of the business."""
    week = verbs.week_of(request.membership.provider, staff)
    if staff is not None and not any(week.values()):
        return verbs.week_of(request.membership.provider, None)
    return week


def _show_week(
    request: BusinessRequest, staff: Staff | None, form: WeekForm, *, status: int = 200
) -> HttpResponse:
    context = _context(request, staff, "provider_hours") | {
        "form": form,
        "preview": _preview(staff, form),
        "own": staff is not None and (staff.own_hours or request.method == "POST"),
        "dates_url": _url(request, "provider_dates", staff),
    }
    return render(request, "providers/hours.html", context, status=status)


def _preview(staff: Staff | None, form: WeekForm) -> str:
    """Return ``Open 44 h a week``."""
    minutes = verbs.minutes_a_week(form.week)
    word = "Open" if staff is None else f"{staff.name} works"
    return f"{word} {say_duration(minutes)} a week" if minutes else f"{word} on no day of the week"


def _show_dates(
    request: BusinessRequest, staff: Staff | None, form: DatesForm, *, status: int = 200
) -> HttpResponse:
    provider, today = request.membership.provider, _today(request)
    special = DateOverride.objects.filter(provider=provider, staff=staff, date__gte=today)
    rows = list(special.order_by("date", "start_minute"))
    holidays = [] if staff else verbs.coming_holidays(provider.country, today=today)
    closed = {row.date for row in rows if row.start_minute is None}
    context = _context(request, staff, "provider_dates") | {
        "form": form,
        "spans": _in_spans(rows),
        "holidays": [(each, each.date in closed) for each in holidays],
        "all_closed": all(each.date in closed for each in holidays),
        "week_url": _url(request, "provider_hours", staff),
        "today": today,
    }
    return render(request, "providers/dates.html", context, status=status)


def _context(request: BusinessRequest, staff: Staff | None, name: str) -> dict[str, object]:
    """Return what both pages show, with the appointments that hours do not cover."""
    provider = request.membership.provider
    outside = outside_hours(provider, now=clock.now(), staff=staff)
    params = {"outside": "1"} | ({"staff": str(staff.pk)} if staff else {})
    return business_context(request, here="provider_business") | {
        "staff": staff,
        "people": people_chips(request, name, staff),
        "outside": outside.count(),
        "outside_url": address(request, "provider_affected", **params),
    }


def _in_spans(rows: Iterable[DateOverride]) -> list[Span]:
    """Put dates that follow one another and have the same hours into one line."""
    by_date: dict[date, list[DateOverride]] = {}
    for row in rows:
        by_date.setdefault(row.date, []).append(row)
    spans: list[Span] = []
    for day, same in by_date.items():
        before = spans[-1] if spans else None
        text, note = _say_hours(same), same[0].note
        if before and before.last + DAY == day and (before.hours, before.note) == (text, note):
            spans[-1] = Span(before.first, day, text, note)
        else:
            spans.append(Span(day, day, text, note))
    return spans


def _say_hours(rows: Sequence[DateOverride]) -> str:
    return ", ".join(
        "closed"
        if row.start_minute is None or row.end_minute is None
        else clock_face(row.start_minute, row.end_minute)
        for row in rows
    )


def _add(request: BusinessRequest, staff: Staff | None, form: DatesForm) -> str:
    if not form.is_valid():
        return ""
    first = form.cleaned_data["first"]
    last = form.cleaned_data["last"] or first
    days = verbs.date_range(first, last, today=_today(request))
    provider, note = request.membership.provider, form.cleaned_data["note"]
    verbs.set_dates(provider, staff, days, intervals=form.intervals, note=note)
    which = say_day(first) if first == last else f"{say_day(first)} to {say_day(last)}"
    return f"Saved: {which} {'has special hours' if form.intervals else 'closed'}."


def _remove(request: BusinessRequest, staff: Staff | None, form: DatesForm) -> str:
    try:
        first, last = (date.fromisoformat(form.data.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Http404 from None
    days = verbs.date_range(first, last, today=_today(request))
    verbs.forget_dates(request.membership.provider, staff, days)
    return "The usual hours count again."


def _holidays(request: BusinessRequest, staff: Staff | None, form: DatesForm) -> str:
    """Close one public holiday, all of them, or open one again; they are the business's."""
    if staff is not None:
        raise Http404
    provider, do = request.membership.provider, form.data["do"]
    known = verbs.coming_holidays(provider.country, today=_today(request))
    chosen = [each for each in known if do == "close-all" or _named(form.data, each.date)]
    if not chosen:
        raise Http404
    for each in chosen:
        if do == "open":
            verbs.forget_dates(provider, None, [each.date])
        else:
            verbs.set_dates(provider, None, [each.date], note=each.name)
    if do == "close-all":
        return "Closed on all public holidays of the next twelve months."
    return f"{say_day(chosen[0].date)}: {'the usual hours again' if do == 'open' else 'closed'}."


def _named(data: Mapping[str, str], day: date) -> bool:
    return data.get("date") == day.isoformat()


DOINGS: dict[str, Callable[[BusinessRequest, Staff | None, DatesForm], str]] = {
    "add": _add,
    "remove": _remove,
    "close": _holidays,
    "close-all": _holidays,
    "open": _holidays,
}
"""What can be done on the page of dates; each returns what to say, or nothing for a bad form."""


def _today(request: BusinessRequest) -> date:
    return clock.now().astimezone(request.membership.provider.tz).date()


def _url(request: BusinessRequest, name: str, staff: Staff | None) -> str:
    return address(request, name, **({"staff": str(staff.pk)} if staff else {}))


def _back(request: BusinessRequest, name: str, staff: Staff | None) -> HttpResponse:
    return see_other(_url(request, name, staff))
