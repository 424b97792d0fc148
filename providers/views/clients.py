"""Everybody who has booked at a business: the list, each one's page, and what is done there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from booking.domain.actors import Actor
from booking.domain.client_figures import SORTS, Figures, figures_of, sort_clients
from booking.domain.clients import (
    find_clients,
    keep_client_notes,
    possible_doubles,
    set_blocked,
)
from booking.models import Client
from booking.views.answers import see_other
from booking.words import one_line
from project import clock
from project.htmx import render_page
from providers.forms.clients import ClientNotesForm
from providers.views.access import (
    BusinessRequest,
    address,
    appointments_of,
    business_context,
    manager,
)
from providers.views.paging import take_page
from providers.views.rows import make_rows

LONGEST_SEARCH = 100
MOST_HISTORY = 5
MOST_DOUBLES = 5


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client with what they amount to."""

    client: Client
    figures: Figures


@manager
@require_safe
def client_list(request: BusinessRequest) -> HttpResponse:
    """List everybody who has booked, narrowed and sorted as the address says."""
    now = clock.now()
    text = one_line(request.GET.get("q", "")[:LONGEST_SEARCH])
    sort = request.GET.get("sort", "name")
    if sort not in SORTS:
        raise Http404
    provider = request.membership.provider
    found = find_clients(provider, text)
    page = take_page(sort_clients(found, sort, provider=provider, now=now), request)
    context = business_context(request, here="provider_clients") | {
        "text": text,
        "sort": sort,
        "sorts": SORTS.items(),
        "page": page,
        "rows": make_client_rows(page.rows, now=now),
    }
    fragments = {"clients": "providers/_clients.html"}
    return render_page(request, "providers/clients.html", context, fragments=fragments)


@manager
@require_safe
def client_detail(request: BusinessRequest, client_id: int) -> HttpResponse:
    """Show one client: how to reach them, what they booked, and the business's notes."""
    client = get_client(request, client_id)
    if client.merged_into_id:
        return redirect(address(request, "provider_client", client.merged_into_id))
    return show_client(request, client)


def show_client(
    request: BusinessRequest,
    client: Client,
    *,
    notes: ClientNotesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of a client that was fetched for this person."""
    now = clock.now()
    booked = appointments_of(request.membership).filter(client=client)
    booked = booked.order_by("-start", "-pk")[: MOST_HISTORY + 1]
    history = make_rows(request, booked, now=now)
    context = business_context(request, here="provider_clients") | {
        "client": client,
        "figures": figures_of([client], now=now)[client.pk],
        "history": history[:MOST_HISTORY],
        "all_url": address(request, "provider_appointments", client=str(client.pk)),
        "has_more": len(history) > MOST_HISTORY,
        "book_url": address(request, "provider_reception", client=str(client.pk)),
        "doubles": possible_doubles(client)[:MOST_DOUBLES],
        "notes_form": notes or ClientNotesForm(initial={"notes": client.notes}),
    }
    return render(request, "providers/client.html", context, status=status)


@manager
@require_POST
def client_notes(request: BusinessRequest, client_id: int) -> HttpResponse:
    """Keep what the business writes down about a client."""
    client = get_client(request, client_id)
    form = ClientNotesForm(request.POST)
    if not form.is_valid():
        return show_client(request, client, notes=form, status=422)
    by, now = Actor.provider(request.user), clock.now()
    client = keep_client_notes(client, text=form.cleaned_data["notes"], by=by, now=now)
    messages.success(request, "Your notes are saved.")
    return see_other(address(request, "provider_client", client.pk))


@manager
@require_POST
def client_block(request: BusinessRequest, client_id: int, *, blocked: bool) -> HttpResponse:
    """Take no more online bookings from a client, or take them again."""
    client = get_client(request, client_id)
    by, now = Actor.provider(request.user), clock.now()
    client = set_blocked(client, blocked=blocked, by=by, now=now)
    said = "cannot book online any more" if client.blocked else "can book online again"
    messages.success(request, f"{client} {said}.")
    return see_other(address(request, "provider_client", client.pk))


def get_client(request: BusinessRequest, client_id: int) -> Client:
    """Return a client of the business that the page is about; raise ``Http404`` otherwise."""
    rows = Client.objects.for_provider(request.membership.provider).select_related("user")
    return get_object_or_404(rows, pk=client_id)


def make_client_rows(clients: Sequence[Client], *, now: datetime) -> list[ClientRow]:
    """Put each client together with their figures, in one query for all."""
    figures = figures_of(clients, now=now)
    return [ClientRow(client, figures[client.pk]) for client in clients]
