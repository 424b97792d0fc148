"""The customer's orders: all of them with what was spent, and one of them."""

from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from booking.domain.actors import Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy
from booking.domain.orders import available_steps, change_order
from booking.forms import CancelForm
from booking.models import Order, OrderStatus
from booking.models.order import OrderQuerySet
from booking.views.answers import see_other
from customers.models import User
from project import clock
from project.access import customer
from project.htmx import MemberRequest, render_page

PAGE_SIZE = 20


@customer
@require_safe
def order_list(request: MemberRequest) -> HttpResponse:
    """Show the orders, latest first, a page at a time, and what they come to."""
    own = _own(request.user).prefetch_related("items")
    page = Paginator(own, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"nav_here": "me", "page": page, "totals": _totals(request.user)}
    fragments = {"orders": "customers/_orders.html"}
    return render_page(request, "customers/orders.html", context, fragments=fragments)


@customer
@require_safe
def order_detail(request: MemberRequest, reference: str) -> HttpResponse:
    """Show one own order with its history, and the way to cancel it."""
    return _show(request, _get_order(request, reference), CancelForm())


@customer
@require_POST
def order_cancel(request: MemberRequest, reference: str) -> HttpResponse:
    """Cancel an own order; a repeat is harmless, 409 when it is too late."""
    order = _get_order(request, reference)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _show(request, order, form, status=422)
    by, reason = Actor.customer(request.user), form.cleaned_data["reason"]
    try:
        change_order(order, to=OrderStatus.CANCELLED, by=by, now=clock.now(), reason=reason)
    except (InvalidTransition, OutsidePolicy) as refusal:
        current = _get_order(request, reference)
        return _show(request, current, CancelForm(), problem=refusal.message, status=409)
    messages.success(request, "Your order is cancelled.")
    return see_other(reverse("me_order", args=[order.reference]))


def _own(user: User) -> OrderQuerySet:
    return Order.objects.for_customer(user).select_related("provider", "appointment__service")


def _get_order(request: MemberRequest, reference: str) -> Order:
    return get_object_or_404(_own(request.user), reference=reference.upper())


def _totals(user: User) -> list[tuple[str, Decimal]]:
    """Return what was ordered in each currency; what was cancelled is left out."""
    counted = Order.objects.for_customer(user).exclude(status=OrderStatus.CANCELLED)
    sums = counted.order_by("currency").values_list("currency").annotate(amount=Sum("total"))
    return list(sums)


def _show(
    request: MemberRequest, order: Order, form: CancelForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    steps = available_steps(order, by=Actor.customer(request.user))
    context = {
        "nav_here": "me",
        "order": order,
        "provider": order.provider,
        "items": order.items.all(),
        "events": order.events.all(),
        "can_cancel": OrderStatus.CANCELLED in steps,
        "form": form,
        "problem": problem,
    }
    return render(request, "customers/order.html", context, status=status)
