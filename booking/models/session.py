"""What occupies time: sessions, holds, and busy time from outside."""

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from booking.constraints import NoOverlap, overlapping
from providers.models import Provider, Resource, Service, Staff


def new_token() -> str:
    """Return an unguessable text (192 bits) for a secret link."""
    return secrets.token_urlsafe(24)


class SessionQuerySet(models.QuerySet["Session"]):
    """How the loader asks for sessions."""

    def active(self) -> Self:
        """Those that occupy time."""
        return self.filter(active=True)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Those whose occupied range overlaps ``[start, end)``."""
        return self.filter(overlapping(start, end))


class Session(models.Model):
    """One occupied range of a staff member or of resources; a class's appointments share one."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    resources = models.ManyToManyField(Resource, related_name="+", blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    occupied_from = models.DateTimeField(help_text="Start, less the buffer before.")
    occupied_until = models.DateTimeField(help_text="End, plus the buffer after.")
    seats = models.PositiveSmallIntegerField(default=1)
    seats_taken = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["provider", "occupied_from"],
                name="session_by_provider",
                condition=Q(active=True),
            ),
            models.Index(
                fields=["staff", "occupied_from"],
                name="session_by_staff",
                condition=Q(active=True),
            ),
        )
        constraints = (
            NoOverlap(
                name="session_no_overlap",
                resource="staff",
                start="occupied_from",
                end="occupied_until",
                condition=Q(active=True),
                violation_error_message="This time is taken already.",
            ),
            models.CheckConstraint(
                condition=Q(
                    occupied_from__lte=F("start"),
                    start__lt=F("end"),
                    occupied_until__gte=F("end"),
                ),
                name="session_in_order",
            ),
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("seats")), name="session_seats_not_oversold"
            ),
        )

    def __str__(self) -> str:
        return f"{self.start:%d %b %Y %H:%M} UTC, {self.seats_taken} of {self.seats}"

    @property
    def seats_left(self) -> int:
        """Seats that can still be booked."""
        return self.seats - self.seats_taken


class BusyTime(models.Model):
    """An interval in which an outside calendar says that a staff member is busy."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="busy_time")
    start = models.DateTimeField()
    end = models.DateTimeField()
    uid = models.CharField(max_length=255, help_text="The event's id in the outside calendar.")

    class Meta:
        verbose_name_plural = "busy time"
        indexes = (models.Index(fields=["staff", "end"], name="busy_by_end"),)
        constraints = (
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="busy_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.start:%d %b %Y %H:%M}–{self.end:%d %b %Y %H:%M} UTC"


class HoldQuerySet(models.QuerySet["Hold"]):
    """How the loader asks for holds."""

    def live(self, now: datetime) -> Self:
        """Those that still count at ``now``."""
        return self.filter(expires_at__gt=now)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Those whose occupied range overlaps ``[start, end)``."""
        return self.filter(overlapping(start, end))


class Hold(models.Model):
    """A slot kept for one visitor for a few minutes; over when ``expires_at`` has passed."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    anyone = models.BooleanField(default=False, help_text="The visitor asked for anyone.")
    start = models.DateTimeField()
    end = models.DateTimeField()
    occupied_from = models.DateTimeField()
    occupied_until = models.DateTimeField()
    party_size = models.PositiveSmallIntegerField(default=1)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    visitor = models.CharField(max_length=40, db_index=True, help_text="Whose browser made it.")
    network = models.CharField(
        max_length=16,
        blank=True,
        editable=False,
        help_text="Keyed hash of where it came from, so that one network holds a few times only.",
    )
    expires_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["provider", "expires_at"], name="hold_live"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    occupied_from__lte=F("start"),
                    start__lt=F("end"),
                    occupied_until__gte=F("end"),
                ),
                name="hold_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.start:%d %b %Y %H:%M} UTC until {self.expires_at:%H:%M:%S}"

    @property
    def duration(self) -> int:
        """Length in minutes."""
        return int((self.end - self.start).total_seconds()) // 60
