"""What a business sells beside its services."""

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from project.pictures import PictureField
from providers.models.provider import Provider


class ProductQuerySet(models.QuerySet["Product"]):
    """How pages ask for products."""

    def active(self) -> Self:
        """Those that are on offer, in stock or not."""
        return self.filter(active=True)

    def for_provider(self, provider: Provider) -> Self:
        """Those of one business."""
        return self.filter(provider=provider)


class Product(models.Model):
    """Something to take home; ``stock`` is how many can still be ordered."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    category = models.CharField(max_length=60, blank=True, help_text="As on a shelf: Shampoo.")
    price = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    stock = models.PositiveIntegerField(default=0)
    picture = PictureField()
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ("category", "position", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_positive"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="product_stock_not_negative"),
        )

    def __str__(self) -> str:
        return self.name
