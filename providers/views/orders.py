"""What customers ordered of the business: the list, one order, and its next steps."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition
from booking.domain.orders import available_steps, change_order
from booking.models import Order, OrderStatus
from booking.views.answers import see_other
from project import clock
from project.htmx import render_page
from providers.forms.appointments import ReasonForm
from providers.views.access import (
    BusinessRequest,
    address,
    business_context,
    manager,
    member,
)
from providers.views.paging import take_page

ACTIONS = {
    "accept": (OrderStatus.ACCEPTED, "Accept", "Accepted: {who} can count on it."),
    "ready": (OrderStatus.READY, "It is ready", "{who} is told that it is ready."),
    "collected": (OrderStatus.COLLECTED, "It was collected", "Done: {who} has it."),
    "cancel": (OrderStatus.CANCELLED, "Cancel order", "Cancelled: it is in stock again."),
}


@dataclass(frozen=True, slots=True)
class Button:
    """A step that can be taken now."""

    slug: str
    label: str
    url: str


@manager
@require_safe
def order_list(request: BusinessRequest) -> HttpResponse:
    """List the orders that wait for something, oldest first, or with ``?show=all`` all of them."""
    orders = Order.objects.for_provider(request.membership.provider)
    show = "all" if request.GET.get("show") == "all" else "open"
    found = orders if show == "all" else orders.open().order_by("created_at", "pk")
    page = take_page(found.select_related("appointment").prefetch_related("items"), request)
    context = business_context(request, here="provider_business") | {
        "orders": page.rows,
        "page": page,
        "show": show,
        "products_url": address(request, "provider_products"),
    }
    fragments = {"orders": "providers/_orders.html"}
    return render_page(request, "providers/orders.html", context, fragments=fragments)


@member
@require_safe
def order_detail(request: BusinessRequest, reference: str) -> HttpResponse:
    """Show one order, its history, and what can be done next."""
    return _show(request, _get_order(request, reference), form=ReasonForm())


@member
@require_POST
def order_step(request: BusinessRequest, reference: str, action: str) -> HttpResponse:
    """Take the next step; 409 with the order as it is now when somebody else was quicker."""
    order = _get_order(request, reference)
    if action not in ACTIONS:
        raise Http404
    to, _, done = ACTIONS[action]
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, order, form=form, status=422)
    by, reason = Actor.provider(request.user), form.cleaned_data["reason"]
    try:
        change_order(order, to=to, by=by, now=clock.now(), reason=reason)
    except InvalidTransition as refusal:
        current = _get_order(request, reference)
        return _show(request, current, form=ReasonForm(), problem=refusal.message, status=409)
    messages.success(request, done.format(who=order.customer_name or "The customer"))
    return see_other(reverse("provider_order", args=[order.reference]))


def _get_order(request: BusinessRequest, reference: str) -> Order:
    """Return the order if the person runs its business; raise ``Http404`` otherwise.

    It makes the order's business the one that the page is about, whichever was chosen.
    """
    places = {place.provider.pk: place for place in request.memberships if place.sees_all}
    orders = Order.objects.filter(provider__in=list(places))
    orders = orders.select_related("customer", "appointment__service")
    order = get_object_or_404(orders, reference=reference.upper())
    request.membership = places[order.provider_id]
    return order


def _show(
    request: BusinessRequest,
    order: Order,
    *,
    form: ReasonForm,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    steps = available_steps(order, by=Actor.provider(request.user))
    buttons = [
        Button(slug, label, reverse("provider_order_step", args=[order.reference, slug]))
        for slug, (to, label, _) in ACTIONS.items()
        if to in steps
    ]
    context = business_context(request, here="provider_business") | {
        "order": order,
        "items": order.items.all(),
        "events": order.events.select_related("by"),
        "forward": next((button for button in buttons if button.slug != "cancel"), None),
        "cancel": next((button for button in buttons if button.slug == "cancel"), None),
        "form": form,
        "problem": problem,
        "back_url": address(request, "provider_orders"),
    }
    return render(request, "providers/order.html", context, status=status)
