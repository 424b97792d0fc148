"""Messages to people: one about one event to one person, and how each channel carried it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from booking.models.appointment import Appointment, AppointmentEvent
from customers.models import Channel, MessageKind, User
from project import clock
from providers.models import Provider, Staff


class Side(models.TextChoices):
    """Whom a message is for."""

    CUSTOMER = "customer", "Customer"
    PROVIDER = "provider", "Business"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """How pages and jobs ask for messages."""

    def for_user(self, user: User) -> Self:
        """Those to ``user`` that they may read, newest first."""
        mine = self.filter(recipient=user).readable_by(user.pk)
        return mine.order_by("-created_at", "-pk")

    def readable_by(self, user: int) -> Self:
        """Those that ``user`` (an id) may read by what they are at the businesses today.

        As a customer all; of a business's bookings and agenda, while they belong to it; of its
        other news (orders, reviews, its team), while they run it.
        """
        works = Staff.objects.active().filter(provider=OuterRef("provider"), user=user)
        runs = Staff.objects.managers().filter(provider=OuterRef("provider"), user=user)
        news = Q(kind=MessageKind.BUSINESS, event__isnull=True)
        return self.filter(
            Q(side=Side.CUSTOMER)
            | Q(provider__owner=user)
            | Q(Exists(runs))
            | (~news & Q(Exists(works)))
        )

    def unread(self) -> Self:
        """Those that were not opened on the site."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One message to one person. Guests have no account: ``recipient`` is empty.

    ``dedupe`` names the event (or the reminder, or the day) and the person, so that whatever runs
    twice writes it once. The words are kept as they were said, for a bounded time.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        null=True,
        blank=True,
    )
    side = models.CharField(max_length=10, choices=Side)
    kind = models.CharField(max_length=10, choices=MessageKind)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.CASCADE,
        related_name="notifications",
        null=True,
        blank=True,
    )
    event = models.ForeignKey(
        AppointmentEvent, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)
    path = models.CharField(max_length=200, help_text="The page on the site that it leads to.")
    message = models.JSONField(
        default=dict, editable=False, help_text="All of its words, as the channels carry them."
    )
    dedupe = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["recipient", "-created_at"], name="notification_by_recipient"),
            models.Index(
                fields=["recipient"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(fields=["created_at"], name="notification_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """How jobs and the admin ask for deliveries."""

    def of(self, appointment: Appointment) -> Self:
        """Those of all messages about ``appointment``, in order."""
        return self.filter(notification__appointment=appointment).order_by("created_at", "pk")


class Delivery(models.Model):
    """One try to carry a message by one channel; sending again is another one.

    ``error`` is a code such as ``no contact``, never the words of a server.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "On its way"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        IMPOSSIBLE = "impossible", "No way to reach them"
        SKIPPED = "skipped", "Not wanted"

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=10, choices=Channel)
    number = models.PositiveSmallIntegerField(default=1, help_text="2 and more: sent again.")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=100, blank=True)
    reference = models.CharField(max_length=100, blank=True, help_text="The carrier's own id.")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (models.Index(fields=["status", "created_at"], name="delivery_by_status"),)
        constraints = (
            models.UniqueConstraint(
                fields=["notification", "channel", "number"], name="delivery_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()} #{self.pk}: {self.get_status_display()}"


class Wording(models.Model):
    """A provider's own words in messages of one kind, with placeholders such as ``{name}``."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmations"
        REMINDER = "reminder", "Reminders"

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="wordings")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField(max_length=600)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["provider", "kind"], name="wording_once"),)

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_kind_display()}"
