"""What customers say of completed appointments."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.appointment import Appointment
from providers.models import Provider


class ReviewQuerySet(models.QuerySet["Review"]):
    """How pages ask for reviews."""

    def shown(self) -> Self:
        """Those that everybody may read, and that count."""
        return self.filter(hidden_at=None)

    def for_provider(self, provider: Provider) -> Self:
        """Those about one business."""
        return self.filter(provider=provider)

    def unanswered(self) -> Self:
        """Those to which the business has said nothing."""
        return self.filter(reply="")

    def newest(self) -> Self:
        """The latest first."""
        return self.order_by("-created_at", "-pk")

    def best(self) -> Self:
        """Those with most stars first, the latest of them before the others."""
        return self.order_by("-rating", "-created_at", "-pk")

    def worst(self) -> Self:
        """Those with fewest stars first, the latest of them before the others."""
        return self.order_by("rating", "-created_at", "-pk")


class Review(models.Model):
    """One person's word on one completed appointment; the provider's one answer is public.

    ``author`` is empty when the account is gone. Hidden ones are kept, and do not count.
    """

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="review")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="reviews",
        null=True,
        blank=True,
    )
    rating = models.PositiveSmallIntegerField(help_text="Stars, one to five.")
    text = models.TextField(blank=True, max_length=2000)
    reply = models.TextField(blank=True, max_length=2000)
    replied_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_because = models.CharField(max_length=200, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["provider", "-created_at"],
                name="review_newest",
                condition=Q(hidden_at__isnull=True),
            ),
            models.Index(
                fields=["provider", "-rating", "-created_at"],
                name="review_best",
                condition=Q(hidden_at__isnull=True),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="review_one_to_five"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rating} of 5 for {self.provider_id}"

    @property
    def author_name(self) -> str:
        """What everybody may read of the author: the first name, and nothing of the rest."""
        words = self.author.name.split() if self.author else []
        return words[0] if words else "A customer"


class ReviewReportQuerySet(models.QuerySet["ReviewReport"]):
    """How the admin asks for reports."""

    def open(self) -> Self:
        """Those that nobody has settled."""
        return self.filter(settled_at=None)


class ReviewReport(models.Model):
    """Somebody asks an admin to look at a review; each person once."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewReportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["review", "by"], name="report_once"),)

    def __str__(self) -> str:
        return f"Report of review {self.review_id}"
