"""Bookings, in the admin: much to look at, little to type. Changes go through the lifecycle."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

import booking.admin_orders
import booking.admin_reviews  # noqa: F401 - registers its pages
from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import (
    Appointment,
    AppointmentEvent,
    BusyTime,
    Client,
    Delivery,
    Hold,
    Notification,
    OutboxJob,
    Session,
    Wording,
)
from booking.notifications.own_words import validate_wording
from booking.notifications.post import SentTooOften, resend
from customers.models import Channel, User
from project import clock
from project.admin import LargeTable, NeverAdded, NeverDeleted, ReadOnly, Rows, Table
from project.errors import NguvaError

if TYPE_CHECKING:  # takes a type parameter only in the stubs
    Written = ModelForm[Wording]
else:
    Written = ModelForm

Change = Callable[..., Appointment]
Filters = Sequence[tuple[str, str]]


class EventInline(ReadOnly, Rows):
    model = AppointmentEvent
    fields = (
        *("created_at", "action", "actor", "by", "from_status", "to_status"),
        *("from_start", "to_start", "from_staff", "to_staff", "reason"),
    )
    extra = 0
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppointmentEvent]:
        return super().get_queryset(request).select_related("by", "from_staff", "to_staff")


@admin.register(Appointment)
class AppointmentAdmin(NeverAdded, NeverDeleted, LargeTable):
    """Only contact and notes can be edited; the secret token is not shown at all."""

    list_display = (
        *("reference", "status", "start", "provider", "service", "staff"),
        *("who", "party_size", "price", "currency", "source"),
    )
    list_filter = ("status", "source", "start", "created_at")
    list_select_related = ("provider", "service", "staff", "customer")
    search_fields = (
        *("reference__istartswith", "guest_name", "guest_email", "guest_phone__contains"),
        *("customer__email", "provider__slug__exact"),
    )
    search_help_text = "Reference, guest, phone, the customer’s email, or a provider’s exact slug"
    inlines = (EventInline,)
    actions = ("accept", "decline", "cancel", "complete", "mark_no_show")
    fields = (
        *("reference", "status", "provider", "service", "staff", "session", "start", "end"),
        *("party_size", "price", "currency", "source", "customer", "client"),
        *("guest_name", "guest_email", "guest_phone", "notes", "created_at", "updated_at"),
    )
    readonly_fields = tuple(set(fields) - {"guest_name", "guest_email", "guest_phone", "notes"})

    @admin.display(description="for")
    def who(self, appointment: Appointment) -> str:
        return appointment.contact_name

    def save_model(
        self,
        request: HttpRequest,
        obj: Appointment,
        form: "ModelForm[Appointment]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Write what was typed and nothing else: the status may have changed meanwhile."""
        obj.save(update_fields=[*form.changed_data, "updated_at"])

    @admin.action(description="Accept", permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        self._change_each(request, queryset, lifecycle.accept)

    @admin.action(description="Decline", permissions=["change"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        self._change_each(request, queryset, lifecycle.decline)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        self._change_each(request, queryset, lifecycle.cancel)

    @admin.action(description="Complete", permissions=["change"])
    def complete(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        self._change_each(request, queryset, lifecycle.complete)

    @admin.action(description="Mark as no-show", permissions=["change"])
    def mark_no_show(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        self._change_each(request, queryset, lifecycle.mark_no_show)

    def _change_each(
        self, request: HttpRequest, appointments: QuerySet[Appointment], change: Change
    ) -> None:
        """Change one by one, each in its own transaction; what is refused says why."""
        assert isinstance(request.user, User)  # noqa: S101 - the admin is closed to everybody else
        by, now = Actor.admin(request.user), clock.now()
        changed = 0
        for appointment in appointments:
            try:
                change(appointment, by=by, now=now)
                changed += 1
            except NguvaError as error:
                self.message_user(
                    request, f"{appointment.reference}: {error.message}", messages.ERROR
                )
        if changed:
            self.message_user(request, f"Changed: {changed}.", messages.SUCCESS)


@admin.register(Client)
class ClientAdmin(NeverAdded, NeverDeleted, LargeTable):
    """Whom each business knows. Its private notes are its own and not shown here."""

    list_display = ("name", "provider", "email", "phone", "user", "blocked", "created_at")
    list_filter = ("blocked", "created_at")
    list_select_related = ("provider", "user")
    search_fields = ("name", "email", "phone__contains", "user__email", "provider__slug__exact")
    search_help_text = "Name, email, phone, the account’s email, or a provider’s exact slug"
    fields = (
        *("provider", "identity", "user", "merged_into"),
        *("name", "email", "phone", "blocked", "created_at"),
    )
    readonly_fields = ("provider", "identity", "user", "merged_into", "created_at")

    def save_model(
        self,
        request: HttpRequest,
        obj: Client,
        form: "ModelForm[Client]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Write what was typed and nothing else: the business may have merged it meanwhile."""
        obj.save(update_fields=form.changed_data)


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(ReadOnly, LargeTable):
    list_display = (
        *("created_at", "appointment", "action", "actor", "by"),
        *("from_status", "to_status", "reason"),
    )
    list_filter = ("action", "actor", "created_at")
    list_select_related = ("appointment", "by")
    search_fields = ("appointment__reference__istartswith", "by__email")


@admin.register(Session)
class SessionAdmin(ReadOnly, LargeTable):
    list_display = (
        *("start", "end", "provider", "service", "staff"),
        *("occupied_from", "occupied_until", "seats_taken", "seats", "active"),
    )
    list_filter = ("active", "start")
    list_select_related = ("provider", "service", "staff")
    search_fields = ("provider__name", "staff__name")


@admin.register(Hold)
class HoldAdmin(ReadOnly, Table):
    """Neither the token nor the visitor is shown: with them anybody could use the hold."""

    list_display = ("start", "provider", "service", "staff", "party_size", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("provider", "service", "staff")
    search_fields = ("provider__name", "staff__name")
    ordering = ("-pk",)
    exclude = ("visitor",)


@admin.register(BusyTime)
class BusyTimeAdmin(LargeTable):
    list_display = ("staff", "start", "end", "uid")
    list_filter = ("start",)
    list_select_related = ("staff",)
    search_fields = ("staff__name", "uid")
    autocomplete_fields = ("staff",)


class StateFilter(admin.SimpleListFilter):
    """Open, done or failed."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Filters:
        return [("open", "Open"), ("done", "Done"), ("failed", "Failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        match self.value():
            case "open":
                return queryset.filter(done_at__isnull=True, failed_at__isnull=True)
            case "done":
                return queryset.filter(done_at__isnull=False)
            case "failed":
                return queryset.filter(failed_at__isnull=False)
        return queryset


@admin.register(OutboxJob)
class OutboxJobAdmin(ReadOnly, LargeTable):
    list_display = ("kind", "state", "run_at", "attempts", "max_attempts", "last_error")
    list_filter = (StateFilter, "run_at")
    search_fields = ("kind", "dedupe", "last_error")
    actions = ("retry",)

    @admin.display(description="state")
    def state(self, job: OutboxJob) -> str:
        if job.done_at:
            return "Done"
        return "Failed" if job.failed_at else "Open"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may have failed jobs run again; everything else here is read-only."""
        return request.user.has_perm("booking.change_outboxjob")

    @admin.action(description="Run failed jobs again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboxJob]) -> None:
        again = queryset.filter(failed_at__isnull=False, done_at__isnull=True).update(
            failed_at=None,
            run_at=clock.now(),
            attempts=0,
            leased_until=None,
            lease="",
        )
        self.message_user(request, f"Queued again: {again}.")


class DeliveryInline(ReadOnly, Rows):
    model = Delivery
    fields = (
        *("channel", "number", "status", "attempts", "error", "reference"),
        *("created_at", "sent_at"),
    )
    extra = 0


@admin.register(Notification)
class NotificationAdmin(ReadOnly, LargeTable):
    """Its words are not shown in the list, and its secret link nowhere."""

    list_display = ("created_at", "kind", "side", "provider", "appointment", "recipient", "read_at")
    list_filter = ("kind", "side", "created_at")
    list_select_related = ("provider", "appointment", "recipient")
    search_fields = (
        *("appointment__reference__istartswith", "recipient__email", "provider__slug__exact"),
    )
    search_help_text = "Reference, the person’s email, or a provider’s exact slug"
    inlines = (DeliveryInline,)
    exclude = ("path", "message", "dedupe")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, LargeTable):
    """The log of what left: ids, outcomes and codes; whom it went to is with the message."""

    list_display = (
        *("created_at", "channel", "status", "kind", "side", "appointment"),
        *("number", "attempts", "error", "sent_at"),
    )
    list_filter = ("channel", "status", "notification__kind", "created_at")
    list_select_related = ("notification__appointment",)
    search_fields = ("notification__appointment__reference__istartswith", "reference", "error")
    search_help_text = "Reference of the booking, the carrier’s id, or an error code"
    actions = ("send_again",)

    @admin.display(description="kind")
    def kind(self, delivery: Delivery) -> str:
        return delivery.notification.get_kind_display()

    @admin.display(description="side")
    def side(self, delivery: Delivery) -> str:
        return delivery.notification.get_side_display()

    @admin.display(description="appointment")
    def appointment(self, delivery: Delivery) -> str:
        return str(delivery.notification.appointment or "–")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may send messages again; everything else here is read-only."""
        return request.user.has_perm("booking.change_delivery")

    @admin.action(description="Send again", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Add a delivery to each message by the same channel; what is on its way is not doubled."""
        now, queued, refused = clock.now(), 0, 0
        for delivery in queryset.exclude(channel=Channel.IN_APP).select_related("notification"):
            try:
                added = resend(delivery.notification, channel=Channel(delivery.channel), now=now)
            except SentTooOften:
                refused += 1
                continue
            queued += sum(one.status == Delivery.Status.QUEUED for one in added)
        self.message_user(request, f"Queued again: {queued}.")
        if refused:
            self.message_user(request, f"Sent too often lately: {refused}.", messages.WARNING)


class WordingForm(Written):
    """Refuses placeholders that nothing would be put into."""

    class Meta:
        model = Wording
        fields = ("provider", "kind", "text")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        validate_wording(text)
        return text


@admin.register(Wording)
class WordingAdmin(Table):
    form = WordingForm
    list_display = ("provider", "kind", "text")
    list_filter = ("kind",)
    list_select_related = ("provider",)
    search_fields = ("provider__name", "text")
    autocomplete_fields = ("provider",)
