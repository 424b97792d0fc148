"""Work for outside, written in the transaction of the change that it belongs to."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from project import clock


class OutboxQuerySet(models.QuerySet["OutboxJob"]):
    """How workers and the admin ask for jobs."""

    def open(self) -> Self:
        """Those neither done nor given up."""
        return self.filter(done_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Open ones whose time has come and that nobody holds: urgent ones, then oldest first."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        return self.open().filter(free, run_at__lte=now).order_by("priority", "run_at", "pk")


class OutboxJob(models.Model):
    """One piece of work; delivered at least once, so its handler must bear a repeat."""

    class Priority(models.IntegerChoices):
        """Somebody waits for the answer to what they just did, while thousands of reminders go."""

        SOON = 0, "Soon"
        IN_TURN = 1, "In turn"

    kind = models.CharField(max_length=60)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.SOON)
    payload = models.JSONField(default=dict, help_text="Ids only, never personal data.")
    run_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    dedupe = models.CharField(max_length=200, null=True, blank=True, unique=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=40, blank=True, help_text="Which claim holds it.")
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ("run_at", "pk")
        indexes = (
            models.Index(
                fields=["priority", "run_at"],
                name="outbox_next",
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(
                fields=["done_at"], name="outbox_done", condition=Q(done_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
