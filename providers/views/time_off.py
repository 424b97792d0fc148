"""Time off: what is coming, once or repeating; taking it, changing it, giving it back."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from booking.domain import time_off as verbs
from booking.domain.closing import affected, affected_by
from booking.recurrence import BadRule
from booking.views.answers import see_other
from booking.words import say_day, say_rule, say_when, say_which
from project import clock
from project.errors import InvalidInput
from providers.forms.time_off import CloseNowForm, TimeOffForm, initial_of, who_value
from providers.models import Resource, Staff, TimeOff, TimeOffRule
from providers.models.hours import MINUTES_A_DAY, clock_face
from providers.views.access import BusinessRequest, address, business_context, member

DAY = timedelta(days=1)
MOST_SHOWN = 100
MOST_TIMES = 12


@member
@require_http_methods(["GET", "HEAD", "POST"])
def time_off(request: BusinessRequest) -> HttpResponse:
    """Show what is coming; on POST take more, or answer 422 with what is wrong.

    It leads to the appointments that are affected, if there are any.
    """
    if request.method != "POST":
        return _show_all(request, _form(request))
    form, now = _form(request, request.POST), clock.now()
    if not form.is_valid():
        return _show_all(request, form, status=422)
    try:
        made = form.change(request.membership.provider.tz).take(now=now)
    except (InvalidInput, BadRule) as refusal:
        _add_error(form, refusal)
        return _show_all(request, form, status=422)
    messages.success(request, "Saved. Nobody can be booked then.")
    return lead_on(request, made, now=now)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def time_off_one(request: BusinessRequest, time_off_id: int) -> HttpResponse:
    """Show one time off with its form; on POST put the new one in its place.

    Of what repeats, this one and those that follow change.
    """
    row, now = _get(request, time_off_id), clock.now()
    if request.method != "POST":
        rule = verbs.rule_of(row.rule) if row.rule else None
        initial = initial_of(row, request.membership.provider.tz, rule)
        return _show_one(request, row, _form(request, initial=initial))
    form = _form(request, request.POST)
    if not form.is_valid():
        return _show_one(request, row, form, status=422)
    try:
        change = form.change(request.membership.provider.tz)
        made = verbs.change_time_off(row, now=now, new=change)
    except (InvalidInput, BadRule) as refusal:
        _add_error(form, refusal)
        return _show_one(request, row, form, status=422)
    messages.success(request, "Saved.")
    return lead_on(request, made, now=now)


@member
@require_POST
def time_off_remove(request: BusinessRequest, time_off_id: int) -> HttpResponse:
    """Give back this one, this and those that follow, or all of its repetition."""
    row = _get(request, time_off_id)
    try:
        scope = verbs.Scope(request.POST.get("scope", verbs.Scope.THIS))
    except ValueError:
        raise Http404 from None
    verbs.remove_time_off(row, scope=scope, now=clock.now())
    messages.success(request, "Removed. The time can be booked again.")
    return see_other(address(request, "provider_time_off"))


@member
@require_POST
def close_now(request: BusinessRequest) -> HttpResponse:
    """Close from this minute until a time of today: no power, somebody is ill.

    Owners and managers close the business, staff take themselves out.
    """
    form, now = CloseNowForm(request.POST, auto_id="close_%s"), clock.now()
    if not form.is_valid():
        return _show_all(request, _form(request), close=form, status=422)
    place = request.membership
    today = now.astimezone(place.provider.tz).date()
    minute = form.cleaned_data["until"] or MINUTES_A_DAY  # 00:00 is midnight
    _, end = verbs.on_the_day(place.provider.tz, today, 0, minute)
    if end <= now:
        form.add_error("until", "Choose a time later today.")
        return _show_all(request, _form(request), close=form, status=422)
    whose = verbs.Whose(provider=place.provider, staff=None if place.sees_all else place.staff)
    reason = form.cleaned_data["reason"]
    made = verbs.close_now(whose, until=end, now=now, reason=reason)
    if made.end > end:
        until = say_when(made.end, place.provider.tz, now=now)
        messages.info(request, f"Closed already, until {until}.")
    else:
        until = "the end of the day" if minute == MINUTES_A_DAY else clock_of(minute)
        messages.success(request, f"Closed until {until}. Nobody can be booked before that.")
    return lead_on(request, made, now=now)


def clock_of(minute: int) -> str:
    """Return ``17:00``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def lead_on(
    request: BusinessRequest, made: TimeOff | TimeOffRule, *, now: datetime
) -> HttpResponse:
    """Send on to the appointments that the time off affects, or back to the list without any."""
    made.provider = request.membership.provider
    if isinstance(made, TimeOffRule):
        params = {"rule": str(made.pk)}
        found = affected_by(made, now=now)
    else:
        params = span_params(made)
        found = affected(
            made.provider, start=made.start, end=made.end, staff=made.staff, resource=made.resource
        ).filter(end__gt=now)
    if found.exists():
        return see_other(address(request, "provider_affected", **params))
    return see_other(address(request, "provider_time_off"))


def span_params(row: TimeOff) -> dict[str, str]:
    """Return what names the span of a time off in the address of the affected."""
    params = {"from": f"{row.start:%Y-%m-%dT%H:%M:%SZ}", "until": f"{row.end:%Y-%m-%dT%H:%M:%SZ}"}
    if row.staff_id is not None:
        params["staff"] = str(row.staff_id)
    if row.resource_id is not None:
        params["resource"] = str(row.resource_id)
    return params


def _form(request: BusinessRequest, data: Any = None, **kwargs: Any) -> TimeOffForm:
    place = request.membership
    choices: list[tuple[str, str, dict[str, Any]]]
    if not place.sees_all:
        people = [place.staff] if place.staff else []
        choices = [(f"staff-{one.pk}", one.name, {"staff": one}) for one in people]
    else:
        staff = Staff.objects.active().filter(provider=place.provider)
        units = Resource.objects.filter(provider=place.provider)
        choices = [("", f"All of {place.provider.name}", {})]
        choices += [(f"staff-{one.pk}", one.name, {"staff": one}) for one in staff]
        choices += [(f"resource-{one.pk}", one.name, {"resource": one}) for one in units]
    whom = {key: verbs.Whose(provider=place.provider, **which) for key, _, which in choices}
    labels = [choice[:2] for choice in choices]
    today = clock.now().astimezone(place.provider.tz).date()
    return TimeOffForm(data, whom=whom, labels=labels, today=today, **kwargs)


def _add_error(form: TimeOffForm, refusal: InvalidInput | BadRule) -> None:
    if isinstance(refusal, BadRule):
        form.add_error("repeat", str(refusal))
        return
    known = refusal.field if refusal.field in form.fields else None
    form.add_error(known, refusal.message)


def _seen(request: BusinessRequest) -> Q:
    """Return the part that the person sees: all; or what is theirs, and what closes them too."""
    mine = Q(provider=request.membership.provider)
    if request.membership.sees_all:
        return mine
    whole = Q(staff=None, resource=None)
    return mine & (whole | Q(staff=request.membership.staff))


def _own(request: BusinessRequest) -> Q:
    """Return the part that the person may change."""
    mine = Q(provider=request.membership.provider)
    return mine if request.membership.sees_all else mine & Q(staff=request.membership.staff)


def _get(request: BusinessRequest, time_off_id: int) -> TimeOff:
    rows: QuerySet[TimeOff] = TimeOff.objects.select_related("rule", "staff", "resource")
    row = get_object_or_404(rows.filter(_own(request)), pk=time_off_id)
    row.provider = request.membership.provider
    return row


def _show_all(
    request: BusinessRequest,
    form: TimeOffForm,
    *,
    close: CloseNowForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    single = TimeOff.objects.filter(_seen(request), rule=None, end__gt=now)
    rows = list(single.select_related("staff", "resource").order_by("start", "pk"))
    coming = TimeOff.objects.filter(rule=OuterRef("pk"), end__gt=now).order_by("start")
    rules = TimeOffRule.objects.filter(_seen(request)).select_related("staff", "resource")
    rules = rules.annotate(
        next_pk=Subquery(coming.values("pk")[:1]), next_start=Subquery(coming.values("start")[:1])
    )
    context = business_context(request, here="provider_business") | {
        "form": form,
        "close": close or CloseNowForm(auto_id="close_%s"),
        "rows": [_line(request, row, now=now) for row in rows[:MOST_SHOWN]],
        "more": max(0, len(rows) - MOST_SHOWN),
        "rules": [_rule_line(request, rule, now=now) for rule in rules if rule.next_pk],
    }
    return render(request, "providers/time_off.html", context, status=status)


def _show_one(
    request: BusinessRequest, row: TimeOff, form: TimeOffForm, *, status: int = 200
) -> HttpResponse:
    now = clock.now()
    coming = row.rule.times.filter(end__gt=now) if row.rule else TimeOff.objects.none()
    zone = request.membership.provider.tz
    context = business_context(request, here="provider_business") | {
        "form": form,
        "row": row,
        "line": _line(request, row, now=now),
        "repeats": _say_rule(row.rule) if row.rule else "",
        "times": [
            {
                "url": address(request, "provider_time_off_one", each.pk),
                "when": say_when(each.start, zone, now=now),
            }
            for each in coming.exclude(pk=row.pk).order_by("start")[:MOST_TIMES]
        ],
        "affected_url": address(request, "provider_affected", **span_params(row)),
    }
    return render(request, "providers/time_off_one.html", context, status=status)


def _line(request: BusinessRequest, row: TimeOff, *, now: datetime) -> dict[str, object]:
    provider = request.membership.provider
    own = request.membership.reads_reason(row.staff_id)
    return {
        "when": say_span(row, now=now, request=request),
        "who": str(row.staff or row.resource or f"All of {provider.name}"),
        "reason": row.reason if own else "",
        "url": address(request, "provider_time_off_one", row.pk) if own else "",
        "key": who_value(row),
    }


def _rule_line(request: BusinessRequest, rule: Any, *, now: datetime) -> dict[str, object]:
    provider = request.membership.provider
    own = request.membership.reads_reason(rule.staff_id)
    return {
        "when": _say_rule(rule),
        "who": str(rule.staff or rule.resource or f"All of {provider.name}"),
        "reason": rule.reason if own else "",
        "next": say_when(rule.next_start, provider.tz, now=now),
        "url": address(request, "provider_time_off_one", rule.next_pk) if own else "",
    }


def _say_rule(rule: TimeOffRule) -> str:
    often = say_rule(verbs.rule_of(rule), rule.first)
    whole = (rule.start_minute, rule.end_minute) == (0, MINUTES_A_DAY)
    face = "all day" if whole else clock_face(rule.start_minute, rule.end_minute)
    return f"{often[:1].upper()}{often[1:]}, {face}"


def say_span(row: TimeOff, *, now: datetime, request: BusinessRequest) -> str:
    """Return ``Tue 24 Nov, 13:00–14:00``, ``Tue 24 Nov``, or ``Tue 24 Nov – Fri 27 Nov``."""
    zone = request.membership.provider.tz
    end = row.end.astimezone(zone)
    first, last = verbs.dates_of(zone, row.start, row.end)
    year = now.astimezone(zone).year != end.year
    if verbs.is_all_day(zone, row.start, row.end):
        days = say_day(first, year=year)
        return days if last == first else f"{days} – {say_day(last, year=year)}"
    until = f"{end:%H:%M}{say_which(end)}"
    if last != first:
        return f"{say_when(row.start, zone, now=now)} – {say_when(row.end, zone, now=now)}"
    return f"{say_when(row.start, zone, now=now)}–{until}"
