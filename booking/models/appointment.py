"""Appointments, their lifecycle's states, and the history of each."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from booking.models.client import Client
from booking.models.session import Session, new_token
from customers.models import User
from customers.validators import validate_phone
from providers.models import Provider, Service, Staff
from providers.models.service import LONGEST_DURATION

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Return a short code that people can read out on the phone, such as ``K7QP3MXA``."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


class Status(models.TextChoices):
    """Where an appointment stands."""

    PENDING = "pending", "Waiting for an answer"
    CONFIRMED = "confirmed", "Confirmed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "Did not come"


ACTIVE = frozenset({Status.PENDING, Status.CONFIRMED})
"""These occupy time."""

FINAL = frozenset(Status) - ACTIVE
"""Nothing comes after these."""

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {Status.CONFIRMED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED}
    ),
    Status.CONFIRMED: frozenset({Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}),
    **{status: frozenset() for status in FINAL},
}


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """How pages and jobs ask for appointments."""

    def active(self) -> Self:
        """Those that occupy time."""
        return self.filter(status__in=ACTIVE)

    def pending(self) -> Self:
        """Those that wait for the provider's answer."""
        return self.filter(status=Status.PENDING)

    def confirmed(self) -> Self:
        """Those that will take place."""
        return self.filter(status=Status.CONFIRMED)

    def for_customer(self, user: User) -> Self:
        """Those that ``user`` booked."""
        return self.filter(customer=user)

    def of_guests_at(self, addresses: Collection[str]) -> Self:
        """Those that no account has, made with one of ``addresses``, which are in lower case."""
        without = self.filter(customer=None).exclude(guest_email="")
        return without.alias(guest_address=Lower("guest_email")).filter(guest_address__in=addresses)

    def for_staff(self, staff: Staff) -> Self:
        """Those that ``staff`` performs."""
        return self.filter(staff=staff)

    def for_provider(self, provider: Provider) -> Self:
        """Those of the whole business."""
        return self.filter(provider=provider)

    def starting(self, start: datetime, end: datetime) -> Self:
        """Those that start in ``[start, end)``."""
        return self.filter(start__gte=start, start__lt=end)

    def upcoming(self, now: datetime) -> Self:
        """Active ones that are not over, soonest first."""
        # None is longer, so that the index on start leaves the history alone.
        begun = now - timedelta(minutes=LONGEST_DURATION)
        return self.active().filter(start__gt=begun, end__gt=now).order_by("start", "pk")

    def past(self, now: datetime) -> Self:
        """Those that are over or will not take place, latest first."""
        return self.filter(Q(end__lte=now) | Q(status__in=FINAL)).order_by("-start", "-pk")

    def unanswered(self, now: datetime) -> Self:
        """Pending ones whose start has passed."""
        return self.filter(status=Status.PENDING, start__lte=now)

    def with_names(self) -> Self:
        """Fetch with them what a list shows of each."""
        return self.select_related("provider", "service", "staff", "customer")


class Appointment(models.Model):
    """What a customer or guest booked; the time itself is held by its session."""

    class Source(models.TextChoices):
        WEB = "web", "Web"
        API = "api", "API"
        ADMIN = "admin", "Admin"
        PROVIDER = "provider", "Provider"

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="appointments")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="appointments",
        null=True,
        blank=True,
    )
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    guest_name = models.CharField(max_length=150, blank=True)
    guest_email = models.EmailField(blank=True)
    guest_phone = models.CharField(max_length=16, blank=True, validators=[validate_phone])
    start = models.DateTimeField()
    end = models.DateTimeField()
    party_size = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    notes = models.TextField(blank=True, max_length=1000)
    business_notes = models.TextField(
        blank=True, max_length=2000, help_text="Only the business sees these."
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    attending_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the customer said: I will come."
    )
    asked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the business asked the customer to choose another time.",
    )
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    idempotency_key = models.CharField(
        max_length=120, unique=True, null=True, blank=True, editable=False
    )
    request_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ("-start", "-pk")
        indexes = (
            models.Index(fields=["provider", "start"], name="appointment_by_provider"),
            models.Index(fields=["staff", "start"], name="appointment_by_staff"),
            models.Index(fields=["customer", "start"], name="appointment_by_customer"),
            models.Index(fields=["client", "start"], name="appointment_by_client"),
            models.Index(
                Lower("guest_email"),
                name="appointment_guest_address",
                condition=Q(customer__isnull=True),
            ),
            models.Index(
                fields=["start"], name="appointment_pending", condition=Q(status=Status.PENDING)
            ),
            models.Index(
                fields=["start"],
                name="appointment_confirmed",
                condition=Q(status=Status.CONFIRMED),
            ),
            models.Index(
                fields=["provider", "start"],
                name="appointment_provider_pending",
                condition=Q(status=Status.PENDING),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="appointment_in_order"),
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="appointment_status"),
            models.CheckConstraint(condition=Q(price__gte=0), name="appointment_price_positive"),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="appointment_party_size"),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Return the secret link by which anybody who has it can manage this booking."""
        return reverse("appointment_manage", args=[self.token])

    @property
    def is_active(self) -> bool:
        """Whether it occupies time."""
        return self.status in ACTIVE

    @property
    def duration(self) -> int:
        """Length in minutes."""
        return int((self.end - self.start).total_seconds()) // 60

    @property
    def seats_used(self) -> int:
        """Seats that it takes of its session: its people in a class, else the one there is."""
        return self.party_size if self.session.seats > 1 else 1

    @property
    def contact_name(self) -> str:
        """Whom the provider expects."""
        return self.guest_name or (str(self.customer) if self.customer else "Guest")

    @property
    def contact_email(self) -> str:
        """Where to write to, or nothing."""
        return self.guest_email or (self.customer.email if self.customer else "")

    @property
    def contact_phone(self) -> str:
        """Where to call, or nothing."""
        return self.guest_phone or (self.customer.phone if self.customer else "")

    def changeable_until(self) -> datetime:
        """Return the last instant at which the customer may still cancel or move it."""
        return self.start - timedelta(minutes=self.provider.cancellation_window)


class AppointmentEvent(models.Model):
    """One change of an appointment: who, when, from, to, and why. Never edited."""

    class Action(models.TextChoices):
        REQUESTED = "requested", "Requested"
        BOOKED = "booked", "Booked"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"
        RESCHEDULED = "rescheduled", "Moved"
        COMPLETED = "completed", "Completed"
        NO_SHOW = "no_show", "Did not come"
        EXPIRED = "expired", "Expired"
        ATTENDING = "attending", "Will come"
        ASKED = "asked", "Asked to choose another time"
        CLAIMED = "claimed", "Added to an account"

    class Actor(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        GUEST = "guest", "Guest"
        PROVIDER = "provider", "Provider"
        ADMIN = "admin", "Administrator"
        SYSTEM = "system", "Nguva"

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="events")
    action = models.CharField(max_length=12, choices=Action)
    actor = models.CharField(max_length=10, choices=Actor)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    from_status = models.CharField(max_length=10, choices=Status, blank=True)
    to_status = models.CharField(max_length=10, choices=Status)
    from_start = models.DateTimeField(null=True, blank=True)
    to_start = models.DateTimeField(null=True, blank=True)
    from_staff = models.ForeignKey(
        Staff, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    to_staff = models.ForeignKey(
        Staff, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.get_action_display()} by {self.get_actor_display()}"
