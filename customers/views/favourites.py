"""The providers that somebody keeps: the hearts, and the list of them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.next_free import load_next_free
from booking.views.answers import see_other
from booking.words import say_when
from project import clock
from project.access import customer
from project.errors import InvalidInput
from project.htmx import MemberRequest, wants
from project.paths import own_path
from providers.domain.favourites import drop, favourites_of, is_kept, keep, within_reach
from providers.models import Provider

PAGE_SIZE = 20


@customer
@require_safe
def favourite_list(request: MemberRequest) -> HttpResponse:
    """Show what is kept, newest first, with the next free time of each."""
    now = clock.now()
    page = Paginator(favourites_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page)
    starts = load_next_free([each for each in shown if each.is_listed], now=now)
    rows = [
        (each, each.is_listed, say_when(start, each.tz, now=now) if start else "")
        for each in shown
        for start in [starts.get(each.pk)]
    ]
    context = {"page": page, "rows": rows}
    return render(request, "customers/favourites.html", context)


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def favourite(request: MemberRequest, slug: str) -> HttpResponse:
    """Keep a provider or keep it no longer, as ``keep`` says; HTMX gets the new heart alone.

    Whoever had to log in on the way comes back by GET, and is led to the provider's page.
    """
    found = get_object_or_404(within_reach(request.user), slug=slug)
    if request.method != "POST":
        return redirect(found)
    try:
        change = keep if request.POST.get("keep") == "yes" else drop
        change(found, by=request.user)
    except InvalidInput as error:
        messages.error(request, error.message)
    if wants(request, f"heart-{found.pk}"):
        kept = is_kept(found, request.user)
        context = {"pk": found.pk, "slug": found.slug, "name": found.name, "kept": kept}
        return render(request, "customers/_heart.html", context)
    return see_other(_back(request, found))


def _back(request: MemberRequest, provider: Provider) -> str:
    """Return the page on which the heart was pressed, or the provider's."""
    return own_path(request.POST.get("next", "")) or provider.get_absolute_url()
