"""Providers and the people who work for them."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from customers.models import User
from customers.validators import validate_phone, validate_timezone
from project.pictures import PictureField

validate_currency = RegexValidator(
    r"\A[A-Z]{3}\Z", "Enter the three capital letters of a currency: USD, KES, ZWG."
)

LONGEST_BUFFER = 4 * 60
"""The longest time kept free on one side of an appointment, in minutes."""


def mean_stars(total: int, count: int) -> Decimal | None:
    """Return the mean of ``count`` ratings to one place; nothing without any."""
    if not count:
        return None
    return (Decimal(total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP)


class Category(models.Model):
    """A kind of business or service: hairdressing, dental, tutoring and so on."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=30, blank=True, help_text="Name in the icon sprite.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "name")
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class ProviderQuerySet(models.QuerySet["Provider"]):
    """How pages ask for providers."""

    def listed(self) -> Self:
        """Those that everybody may see."""
        return self.filter(approved=True, published=True)

    def matching(self, text: str) -> Self:
        """Those whose search text holds every word of ``text``."""
        found = self
        for word in text.lower().split()[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def in_city(self, city: str) -> Self:
        """Those in ``city``."""
        return self.filter(city=city)

    def of_category(self, slug: str) -> Self:
        """Those of the category called ``slug``."""
        return self.filter(category__slug=slug)

    def featured(self) -> Self:
        """Those that the front page shows."""
        return self.filter(featured=True)

    def for_member(self, user: User) -> Self:
        """Those that ``user`` owns or actively works for."""
        works_for = Staff.objects.filter(user=user, active=True).values("provider_id")
        return self.filter(Q(owner=user) | Q(pk__in=works_for))


class Provider(models.Model):
    """A business, with its booking policy."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="providers"
    )
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=4000)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="providers")
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166: ZW, KE")
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=16, blank=True, validators=[validate_phone])
    email = models.EmailField(blank=True)
    picture = PictureField()
    cover = PictureField()
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    currency = models.CharField(
        max_length=3, validators=[validate_currency], help_text="ISO 4217: USD, KES, ZWG"
    )
    approved = models.BooleanField(default=True)
    published = models.BooleanField(default=False)
    featured = models.BooleanField(default=False, help_text="Shown on the home page.")
    # Kept with each change of a review, so that lists need no further query.
    rating_total = models.PositiveIntegerField(
        default=0, editable=False, help_text="The stars of all shown reviews together."
    )
    rating_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many reviews are shown."
    )
    search_text = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # The booking policy. Times in minutes unless named otherwise.
    minimum_notice = models.PositiveIntegerField(
        default=30,
        validators=[MaxValueValidator(60 * 24 * 90)],
        help_text="Minutes between now and the earliest start that customers can book.",
    )
    booking_horizon = models.PositiveSmallIntegerField(
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text="How many days ahead customers can book.",
    )
    slot_step = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(24 * 60)],
        help_text="Minutes between possible starts.",
    )
    cancellation_window = models.PositiveIntegerField(
        default=120,
        validators=[MaxValueValidator(60 * 24 * 90)],
        help_text="Minutes before the start until which customers can still cancel or move.",
    )
    auto_confirm = models.BooleanField(
        default=True, help_text="Off: each request waits until you accept it."
    )
    buffer_before = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(LONGEST_BUFFER)],
        help_text="Minutes kept free before.",
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(LONGEST_BUFFER)],
        help_text="Minutes kept free after.",
    )

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        indexes = (
            models.Index(
                fields=["name", "id"],
                name="provider_listed",
                condition=Q(approved=True, published=True),
            ),
            models.Index(fields=["category", "name"], name="provider_category"),
            models.Index(fields=["city", "name"], name="provider_city"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(slot_step__gte=5), name="provider_step_sane"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the public page."""
        return reverse("provider_detail", args=[self.slug])

    @property
    def is_listed(self) -> bool:
        """Whether everybody may see it; `ProviderQuerySet.listed` asks the database the same."""
        return self.approved and self.published

    @property
    def rating(self) -> Decimal | None:
        """The mean of its shown reviews, to one place; nothing without any."""
        return mean_stars(self.rating_total, self.rating_count)

    @property
    def tz(self) -> ZoneInfo:
        """The timezone that its hours are meant in."""
        return ZoneInfo(self.timezone)


class FormerSlug(models.Model):
    """An address that a business had: links to it lead to where it is now."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class StaffQuerySet(models.QuerySet["Staff"]):
    """How pages ask for staff."""

    def active(self) -> Self:
        """Those who can be booked."""
        return self.filter(active=True)

    def managers(self) -> Self:
        """Those who run the business beside its owner, and can log in."""
        return self.active().filter(role=Staff.Role.MANAGER, user__isnull=False)

    def performing(self, service: int) -> Self:
        """Those who can be booked for the service with this id."""
        return self.active().filter(services=service)


class Staff(models.Model):
    """A person who performs services."""

    class Role(models.TextChoices):
        STAFF = "staff", "Staff"
        MANAGER = "manager", "Manager"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="staff_roles",
        null=True,
        blank=True,
    )
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.STAFF)
    active = models.BooleanField(default=True)
    own_hours = models.BooleanField(
        default=False, help_text="Off: works whenever the business is open."
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = StaffQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name_plural = "staff"
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "user"],
                name="staff_once_per_provider",
                violation_error_message="This person works for this business already.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """How pages ask for invitations."""

    def open(self, now: datetime) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A person was asked, by email, to sign in as a member of the staff; kept as history."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"Invitation {self.pk}"
