"""Offer your services: from the basics of a business to its public page, step by step.

The address of a step never says how far somebody is; that follows from what there is.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.cities import list_cities
from booking.views.answers import see_other
from booking.views.asking import sent
from project.errors import InvalidInput, NotAllowed
from project.numbers import parse_number
from providers.domain import onboarding
from providers.domain.access import Membership, Role
from providers.domain.kinds import kind_of
from providers.domain.onboarding import Step
from providers.domain.places import COUNTRIES, HOME
from providers.forms.onboarding import BasicsForm, FirstServiceForm, HoursForm
from providers.models import Provider
from providers.views.access import BusinessRequest, View, person

LABELS = {
    Step.BUSINESS: "Business",
    Step.SERVICE: "Service",
    Step.HOURS: "Hours",
    Step.PREVIEW: "Look",
    Step.PUBLISH: "Publish",
}
STEPS = list(Step)


class Mark(NamedTuple):
    """One step as the progress shows it; ``url`` is set for those that can be opened again."""

    label: str
    url: str
    current: bool
    done: bool


def owned(view: View) -> Callable[..., HttpResponseBase]:
    """Open to owners; 404 for everybody else.

    Sets ``request.membership`` to the own business that ``?business=<slug>`` names; else to the
    first that is not published, or else to the first.
    """

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.membership = own_business(request)
        return view(request, *args, **kwargs)

    return person(entered)


def own_business(request: BusinessRequest) -> Membership:
    """Return the own business that the address names, or that it means. Raises ``Http404``."""
    own = [place for place in request.memberships if place.role is Role.OWNER]
    slug = request.GET.get("business")
    found = [place for place in own if slug in {None, place.provider.slug}]
    if not found:
        raise Http404
    return next((place for place in found if not place.provider.published), found[0])


def drafted(view: View) -> Callable[..., HttpResponseBase]:
    """The same, while the business is not published: then to where the last step is told."""

    @wraps(view)
    def entered(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        provider = request.membership.provider
        if provider.published:
            return redirect(step_url(provider, Step.PUBLISH))
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as error:  # published, or changed, in another window
            messages.warning(request, error.message)
            return see_other(step_url(provider, Step.PREVIEW))

    return owned(entered)


@person
@require_safe
def start(request: BusinessRequest) -> HttpResponse:
    """Lead on to the next step of what was begun, or to the first."""
    drafts = onboarding.drafts_of(request.user)
    if not drafts:
        return redirect("provider_start_business")
    return redirect(step_url(drafts[0], onboarding.next_step(drafts[0])))


@person
@require_http_methods(["GET", "HEAD", "POST"])
def start_business(request: BusinessRequest) -> HttpResponse:
    """Ask what the business is: a new one, or with ``?business=`` one that was begun."""
    draft = own_business(request).provider if "business" in request.GET else None
    if draft is not None and draft.published:
        return redirect(step_url(draft, Step.PUBLISH))
    initial = BasicsForm.initial_of(draft) if draft else _guess(request)
    form = BasicsForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            provider = _keep_basics(request, draft, form)
        except InvalidInput as error:
            form.add_error(error.field, error.message)
        else:
            return see_other(step_url(provider, Step.SERVICE))
    context = {"form": form, "cities": list_cities(), "draft": draft}
    return show(request, Step.BUSINESS, context, draft)


@drafted
@require_http_methods(["GET", "HEAD", "POST"])
def start_service(request: BusinessRequest) -> HttpResponse:
    """Ask for the first service; ``?idea=`` is one of those that the trade often has."""
    provider = request.membership.provider
    service = onboarding.first_service(provider)
    if service is None and provider.services.exists():
        return show(request, Step.SERVICE, {"settled": list(provider.services.all()[:2])}, provider)
    ideas = kind_of(provider.category.slug).ideas
    idea = _chosen(request, len(ideas))
    fresh = service is None or "idea" in request.GET
    initial = FirstServiceForm.initial_for(ideas[idea])
    if service is not None and not fresh:
        initial = FirstServiceForm.initial_of(service)
    form = FirstServiceForm(sent(request), initial=initial, provider=provider)
    if request.method == "POST" and form.is_valid():
        onboarding.set_first_service(provider, form.wanted(), by=request.user)
        step = onboarding.next_step(provider)
        return see_other(step_url(provider, step))
    context = {
        "form": form,
        "ideas": [
            {"name": each.name, "url": step_url(provider, Step.SERVICE, idea=str(number))}
            | {"current": fresh and number == idea}
            for number, each in enumerate(ideas)
        ],
    }
    return show(request, Step.SERVICE, context, provider)


@drafted
@require_http_methods(["GET", "HEAD", "POST"])
def start_hours(request: BusinessRequest) -> HttpResponse:
    """Ask when the business is open."""
    provider = request.membership.provider
    if onboarding.has_own_plan(provider):
        return show(request, Step.HOURS, {"settled": True}, provider)
    hours = onboarding.simple_hours(provider) or onboarding.usual_hours(provider)
    form = HoursForm(sent(request), initial=HoursForm.initial_of(hours))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        onboarding.set_simple_hours(
            provider,
            days=typed["days"],
            start=typed["start"],
            end=typed["until"],
            by=request.user,
        )
        return see_other(step_url(provider, Step.PREVIEW))
    return show(request, Step.HOURS, {"form": form}, provider)


def show(
    request: BusinessRequest, step: Step, context: dict[str, Any], draft: Provider | None
) -> HttpResponse:
    """Show the page of a step, with status 422 for a form that was sent and cannot be kept."""
    number = STEPS.index(step)
    around = {
        "nav_here": "provider",
        "provider": draft,
        "marks": _marks(number, draft),
        "number": number + 1,
        "business_query": f"?{urlencode({'business': draft.slug})}" if draft else "",
    }
    if draft is not None and number:
        around["back"] = step_url(draft, STEPS[number - 1])
        around["onward"] = step_url(draft, STEPS[min(number + 1, len(STEPS) - 1)])
    status = 422 if getattr(context.get("form"), "errors", None) else 200
    return render(request, f"providers/start/{step}.html", around | context, status=status)


def step_url(provider: Provider, step: Step, **params: str) -> str:
    """Return the address of a step about this business, which it always names."""
    query = urlencode({"business": provider.slug, **params})
    return f"{reverse(f'provider_start_{step}')}?{query}"


def _keep_basics(request: BusinessRequest, draft: Provider | None, form: BasicsForm) -> Provider:
    if draft is None:
        return onboarding.create_business(form.basics(), by=request.user)
    try:
        return onboarding.change_basics(draft, form.basics(), by=request.user)
    except NotAllowed as error:  # published in another window
        raise InvalidInput(error.message) from error


def _guess(request: BusinessRequest) -> dict[str, str]:
    """Guess from what is known of the person, and from their browser's language.

    American and British English say nothing: phones everywhere are sold with them.
    """
    _, _, region = request.headers.get("Accept-Language", "")[:5].upper().partition("-")
    guesses = (request.user.country, "" if region in {"US", "GB"} else region, HOME)
    country = next(code for code in guesses if code in COUNTRIES)
    return {"country": country, "phone": request.user.phone}


def _chosen(request: BusinessRequest, number: int) -> int:
    wanted = parse_number(request.GET.get("idea", ""))
    return wanted if wanted is not None and wanted < number else 0


def _marks(number: int, draft: Provider | None) -> list[Mark]:
    """Return the progress; once there is a draft, what lies behind can be opened again."""
    return [
        Mark(
            label,
            step_url(draft, step) if draft and place < number and not draft.published else "",
            place == number,
            place < number,
        )
        for place, (step, label) in enumerate(LABELS.items())
    ]
