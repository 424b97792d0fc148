"""Two clients that are one person: find the other, look at both, make them one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from booking.domain.actors import Actor
from booking.domain.clients import find_clients, merge_clients, possible_doubles, which_stays
from booking.domain.errors import CannotMerge
from booking.models import Client
from booking.views.answers import see_other
from booking.words import one_line
from project import clock
from providers.views.access import BusinessRequest, address, business_context, manager
from providers.views.clients import LONGEST_SEARCH, get_client, make_client_rows

MOST_FOUND = 20


@manager
@require_safe
def client_doubles(request: BusinessRequest, client_id: int) -> HttpResponse:
    """List who may be the same person, or who fits what was typed."""
    client = get_client(request, client_id)
    if client.merged_into_id:
        return redirect(address(request, "provider_client", client.merged_into_id))
    text = one_line(request.GET.get("q", "")[:LONGEST_SEARCH])
    found = possible_doubles(client)
    if text:
        found = find_clients(request.membership.provider, text).exclude(pk=client.pk)
    shown = list(found[:MOST_FOUND])
    context = business_context(request, here="provider_clients") | {
        "client": client,
        "text": text,
        "rows": make_client_rows(shown, now=clock.now()),
    }
    return render(request, "providers/client_doubles.html", context)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def client_merge(request: BusinessRequest, client_id: int, other_id: int) -> HttpResponse:
    """Show both and ask; on POST make them one."""
    one, other = get_client(request, client_id), get_client(request, other_id)
    if request.method != "POST":
        if one.merged_into_id or other.merged_into_id:
            return redirect(address(request, "provider_client", one.merged_into_id or one.pk))
        return _ask(request, one, other)
    try:
        stays = merge_clients(one, other, by=Actor.provider(request.user), now=clock.now())
    except CannotMerge as refusal:
        return _ask(request, one, other, problem=refusal.message, status=409)
    messages.success(request, f"Merged: all bookings of both are with {stays} now.")
    return see_other(address(request, "provider_client", stays.pk))


def _ask(
    request: BusinessRequest, one: Client, other: Client, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show who stays and who goes, and what cannot be undone."""
    stays, goes = one, other
    try:
        stays, goes = which_stays(one, other)
    except CannotMerge as refusal:
        problem = problem or refusal.message
    context = business_context(request, here="provider_clients") | {
        "client": one,
        "problem": problem,
        "rows": make_client_rows([stays, goes], now=clock.now()),
    }
    return render(request, "providers/client_merge.html", context, status=status)
