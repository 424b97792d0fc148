"""What can be booked, and what it needs."""

from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from project.pictures import PictureField
from providers.models.provider import LONGEST_BUFFER, Category, Provider, Staff

LONGEST_DURATION = 24 * 60
"""The longest a service may last, in minutes."""

MOST_MONEY = 9_999_999_999
"""What one booking may cost: as many digits as an appointment keeps."""


class Resource(models.Model):
    """A room, chair or machine; ``quantity`` identical units for ``capacity`` people each."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="resources")
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    capacity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    available = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=1, capacity__gte=1), name="resource_for_somebody"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    """How pages ask for services."""

    def active(self) -> Self:
        """Those that can be booked."""
        return self.filter(active=True)

    def bookable(self) -> Self:
        """Active ones of providers that everybody may see."""
        return self.active().filter(provider__approved=True, provider__published=True)

    def addressed(self, provider: str, service: str) -> Self:
        """The one that the slugs of a public address name."""
        return self.filter(provider__slug=provider, slug=service)


class Service(models.Model):
    """Something that customers book."""

    class Pricing(models.TextChoices):
        FIXED = "fixed", "Fixed price"
        HOURLY = "hourly", "Per hour"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="services")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="services", null=True, blank=True
    )
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    picture = PictureField()
    duration = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(LONGEST_DURATION)],
        help_text="Minutes. The usual length when customers choose.",
    )
    min_duration = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(5)]
    )
    max_duration = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(LONGEST_DURATION)]
    )
    duration_step = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(5)])
    pricing = models.CharField(max_length=6, choices=Pricing, default=Pricing.FIXED)
    price = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        help_text="For the whole, per seat in a class, or per hour.",
    )
    buffer_before = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_BUFFER)],
        help_text="Empty: as usual.",
    )
    buffer_after = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_BUFFER)],
        help_text="Empty: as usual.",
    )
    seats = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="More than one makes it a class."
    )
    needs_staff = models.BooleanField(
        default=True, help_text="Off for a room or machine that is rented by itself."
    )
    staff = models.ManyToManyField(Staff, related_name="services", blank=True)
    resources = models.ManyToManyField(Resource, related_name="services", blank=True)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=["provider", "slug"], name="service_slug_per_provider"),
            models.CheckConstraint(
                condition=Q(duration__gte=5, duration__lte=LONGEST_DURATION),
                name="service_duration_sane",
            ),
            models.CheckConstraint(
                condition=Q(min_duration__isnull=True, max_duration__isnull=True)
                | Q(min_duration__gte=5, max_duration__gte=F("min_duration")),
                name="service_duration_range",
                violation_error_message="Give both a shortest and a longest duration, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(seats=1) | Q(min_duration__isnull=True, seats__gt=1),
                name="service_class_fixed_duration",
                violation_error_message="A class has one duration for everybody.",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="service_price_positive"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep the usual duration among those to choose, and the price to what a booking keeps."""
        super().clean()
        if self.price is not None:
            check_price(self.price, hourly=self.pricing == self.Pricing.HOURLY, seats=self.seats)
        if self.min_duration and self.max_duration and self.duration not in self.durations:
            message = "The usual duration must be one that customers can choose."
            raise ValidationError({"duration": message})

    @property
    def is_class(self) -> bool:
        """Whether several customers share one session."""
        return self.seats > 1

    @property
    def durations(self) -> list[int]:
        """The durations in minutes that a customer may choose."""
        if self.min_duration is None or self.max_duration is None:
            return [self.duration]
        step = self.duration_step or self.max_duration  # nothing but forms asks for a step
        return list(range(self.min_duration, self.max_duration + 1, step))


def check_price(price: Decimal, *, hourly: bool, seats: int) -> None:
    """Raise ``ValidationError`` when all seats together, for a whole day, cost too much to keep."""
    hours = LONGEST_DURATION // 60 if hourly else 1
    highest = MOST_MONEY // (max(seats, 1) * hours)
    if price <= highest:
        return
    each = [*(["for each person"] if seats > 1 else []), *(["an hour"] if hourly else [])]
    words = f"This is too much: at most {highest:,}"
    raise ValidationError({"price": f"{' '.join([words, *each])}."})
