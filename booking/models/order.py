"""What customers order of a business's products, to be picked up."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.appointment import Appointment, new_reference
from customers.models import User
from providers.models import Product, Provider


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    PLACED = "placed", "Placed"
    ACCEPTED = "accepted", "Accepted"
    READY = "ready", "Ready to pick up"
    COLLECTED = "collected", "Collected"
    CANCELLED = "cancelled", "Cancelled"


OPEN_ORDERS = frozenset({OrderStatus.PLACED, OrderStatus.ACCEPTED, OrderStatus.READY})
"""These hold stock back."""

ORDER_STEPS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.ACCEPTED, OrderStatus.CANCELLED}),
    OrderStatus.ACCEPTED: frozenset({OrderStatus.READY, OrderStatus.CANCELLED}),
    OrderStatus.READY: frozenset({OrderStatus.COLLECTED, OrderStatus.CANCELLED}),
    OrderStatus.COLLECTED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}


class OrderQuerySet(models.QuerySet["Order"]):
    """How pages ask for orders."""

    def open(self) -> Self:
        """Those not collected and not cancelled."""
        return self.filter(status__in=OPEN_ORDERS)

    def for_customer(self, user: User) -> Self:
        """Those that ``user`` placed."""
        return self.filter(customer=user)

    def for_provider(self, provider: Provider) -> Self:
        """Those of one business."""
        return self.filter(provider=provider)


class Order(models.Model):
    """Products for pick-up, alone or with an appointment; ``total`` is as when it was placed."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="orders",
        null=True,
        blank=True,
    )
    customer_name = models.CharField(max_length=150, blank=True)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, related_name="orders", null=True, blank=True
    )
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PLACED)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    notes = models.TextField(blank=True, max_length=1000)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    idempotency_key = models.CharField(
        max_length=120, unique=True, null=True, blank=True, editable=False
    )
    request_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["provider", "-created_at"], name="order_by_provider"),
            models.Index(fields=["customer", "-created_at"], name="order_by_customer"),
            models.Index(
                fields=["provider", "created_at"],
                name="order_open",
                condition=Q(status__in=["placed", "accepted", "ready"]),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(total__gte=0), name="order_total_positive"),
            models.CheckConstraint(condition=Q(status__in=list(OrderStatus)), name="order_status"),
        )

    def __str__(self) -> str:
        return self.reference


class OrderItem(models.Model):
    """One line of an order; name and price stay as they were when it was placed."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_items")
    name = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_item_some"),
            models.CheckConstraint(condition=Q(price__gte=0), name="order_item_price_positive"),
            models.UniqueConstraint(fields=["order", "product"], name="order_item_once"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class OrderEvent(models.Model):
    """One change of an order: who, when, from, to. Never edited."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    actor = models.CharField(max_length=10)
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10, choices=OrderStatus)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.order_id}: {self.to_status}"
