"""The business's own words in confirmations and reminders, with a look at what they become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from booking.models import Appointment, Wording
from booking.notifications.own_words import (
    PLACEHOLDERS,
    fill_in,
    keep_own_text,
    own_texts,
    own_word_values,
)
from booking.views.answers import see_other
from project import clock
from project.htmx import render_page
from providers.forms.messages import WordingForm
from providers.models import Provider, Service, Staff
from providers.views.access import BusinessRequest, View, business_context, person

HEADLINES = {
    Wording.Kind.CONFIRMATION: "Your booking is confirmed",
    Wording.Kind.REMINDER: "Your booking is coming up",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """How a customer would read the words; empty when there are none, or when they are refused."""

    label: str
    headline: str
    text: str
    problem: str


def runs_it(view: View) -> Callable[..., HttpResponseBase]:
    """Open to owners and managers; 404 for everybody else.

    Sets ``request.membership`` to the business that ``?business=<slug>`` names, else to the first
    that they run.
    """

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        slug = request.GET.get("business")
        for place in request.memberships:
            if place.sees_all and slug in {None, place.provider.slug}:
                request.membership = place
                return view(request, *args, **kwargs)
        raise Http404

    return person(entered)


@runs_it
@require_http_methods(["GET", "HEAD", "POST"])
def message_settings(request: BusinessRequest) -> HttpResponse:
    """Show the business's own words; on POST keep them, or answer 422 with what is wrong."""
    provider = request.membership.provider
    if request.method != "POST":
        return _show(request, WordingForm(initial=own_texts(provider)))
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    with transaction.atomic():
        for kind, text in form.texts().items():
            keep_own_text(provider, kind, text)
    messages.success(request, "Saved. The next messages say it.")
    return see_other(request.get_full_path())


@runs_it
@require_POST
def message_preview(request: BusinessRequest) -> HttpResponse:
    """Show what the words would become, and keep nothing."""
    return _show(request, WordingForm(request.POST))


def _show(request: BusinessRequest, form: WordingForm, *, status: int = 200) -> HttpResponse:
    provider = request.membership.provider
    query = request.META["QUERY_STRING"]
    context = business_context(request) | {
        "form": form,
        "previews": _previews(form, sample_values(provider, now=clock.now())),
        "placeholders": PLACEHOLDERS.items(),
        "query": f"?{query}" if query else "",
    }
    return render_page(
        request,
        "providers/messages.html",
        context,
        fragments={"preview": "providers/_preview.html"},
        status=status,
    )


def _previews(form: WordingForm, values: Mapping[str, str]) -> list[Preview]:
    return [
        Preview(
            label=str(kind.label),
            headline=HEADLINES[kind],
            text=fill_in(text, values) if not problem else "",
            problem=problem,
        )
        for kind, text, problem in form.drafts()
    ]


def sample_values(provider: Provider, *, now: datetime) -> dict[str, str]:
    """Return what placeholders would become for a booking that does not exist, the day after next.

    Its service and person are the first of the business, in two queries.
    """
    service = Service.objects.filter(provider=provider, active=True).first()
    staff = Staff.objects.filter(provider=provider, active=True).first()
    day = now.astimezone(provider.tz).date() + timedelta(days=2)
    start = datetime.combine(day, time(14, 30), provider.tz)
    sample = Appointment(
        provider=provider,
        service=service or Service(name="Haircut"),
        staff=staff,
        guest_name="Tariro Moyo",
        start=start,
        end=start + timedelta(hours=1),
        price=service.price if service else Decimal(20),
        currency=provider.currency,
        reference="K7QP3MXA",
        token="example",  # noqa: S106 - leads nowhere
    )
    return own_word_values(sample, now=now)
