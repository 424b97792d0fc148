"""Orders, in the admin: their steps go through the domain, what was ordered stays as it is."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from booking.domain.actors import Actor
from booking.domain.orders import change_order
from booking.models import Order, OrderEvent, OrderItem, OrderStatus
from customers.models import User
from project import clock
from project.admin import LargeTable, NeverAdded, NeverDeleted, ReadOnly, Rows
from project.errors import NguvaError


class ItemInline(ReadOnly, Rows):
    """What was ordered, as it was called and what it cost then."""

    model = OrderItem
    fields = ("product", "name", "price", "quantity")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderItem]:
        return super().get_queryset(request).select_related("product")


class OrderEventInline(ReadOnly, Rows):
    """What happened to the order."""

    model = OrderEvent
    fields = ("created_at", "actor", "by", "from_status", "to_status", "reason")
    extra = 0
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderEvent]:
        return super().get_queryset(request).select_related("by")


@admin.register(Order)
class OrderAdmin(NeverAdded, NeverDeleted, LargeTable):
    """Nothing can be edited; the steps of an order are actions."""

    list_display = (
        *("reference", "status", "created_at", "provider", "customer_name"),
        *("total", "currency", "appointment"),
    )
    list_filter = ("status", "created_at")
    list_select_related = ("provider", "appointment")
    search_fields = ("reference__istartswith", "customer__email", "provider__slug__exact")
    search_help_text = "Reference, the customer’s email, or a provider’s exact slug"
    inlines = (ItemInline, OrderEventInline)
    actions = ("accept", "make_ready", "collected", "cancel")
    fields = (
        *("reference", "status", "provider", "customer", "customer_name", "appointment"),
        *("total", "currency", "notes", "created_at", "updated_at"),
    )
    readonly_fields = fields

    @admin.action(description="Accept", permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Accept each."""
        self._change_each(request, queryset, OrderStatus.ACCEPTED)

    @admin.action(description="Mark as ready", permissions=["change"])
    def make_ready(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Mark as ready each."""
        self._change_each(request, queryset, OrderStatus.READY)

    @admin.action(description="Mark as collected", permissions=["change"])
    def collected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Mark as collected each."""
        self._change_each(request, queryset, OrderStatus.COLLECTED)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Cancel each."""
        self._change_each(request, queryset, OrderStatus.CANCELLED)

    def _change_each(self, request: HttpRequest, orders: QuerySet[Order], to: OrderStatus) -> None:
        """Change one by one, each in its own transaction; what is refused says why."""
        assert isinstance(request.user, User)  # noqa: S101 - the admin is closed to everybody else
        by, now = Actor.admin(request.user), clock.now()
        changed = 0
        for order in orders:
            try:
                change_order(order, to=to, by=by, now=now)
                changed += 1
            except NguvaError as error:
                self.message_user(request, f"{order.reference}: {error.message}", messages.ERROR)
        if changed:
            self.message_user(request, f"Changed: {changed}.", messages.SUCCESS)


@admin.register(OrderItem)
class OrderItemAdmin(ReadOnly, LargeTable):
    """Lines of all orders."""

    list_display = ("order", "name", "price", "quantity")
    list_select_related = ("order",)
    search_fields = ("order__reference__istartswith", "name")


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnly, LargeTable):
    """What happened to all orders."""

    list_display = ("created_at", "order", "actor", "by", "from_status", "to_status", "reason")
    list_filter = ("to_status", "created_at")
    list_select_related = ("order", "by")
    search_fields = ("order__reference__istartswith", "by__email")
