"""The supply side, in the admin. Each change of what search reads brings the search text along."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from booking.domain.supply import refit_seats, save_resource
from booking.notifications.approval import tell_approved
from project import clock
from project.admin import LargeTable, NeverAdded, NeverDeleted, ReadOnly, Rights, Table
from providers.domain.catalogue import refresh_search_text, refresh_search_texts
from providers.models import (
    Category,
    DateOverride,
    Favourite,
    FormerSlug,
    Invitation,
    Product,
    Provider,
    Resource,
    Service,
    Staff,
    TimeOff,
    TimeOffRule,
    WeeklyHours,
)
from providers.models.belonging import check_same_business

if TYPE_CHECKING:  # takes a type parameter only in the stubs
    ServiceModelForm = ModelForm[Service]
else:
    ServiceModelForm = ModelForm

AT_ONCE = 500


class KeptWhenBooked(Rights):
    """Deleted one at a time, and only while no appointment names it; else it is switched off."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.appointments.exists():
            return False
        return super().has_delete_permission(request, obj)


class StaysWithItsBusiness(Rights):
    """Its business is chosen once: hours, services and bookings of the one hang on it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, "provider")


@admin.register(Category)
class CategoryAdmin(Table):
    list_display = ("name", "slug", "icon", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def save_model(
        self,
        request: HttpRequest,
        obj: Category,
        form: "ModelForm[Category]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            providers = obj.providers.only("pk")
            for start in range(0, providers.count(), AT_ONCE):
                refresh_search_texts(providers.order_by("pk")[start : start + AT_ONCE])


@admin.register(Provider)
class ProviderAdmin(KeptWhenBooked, LargeTable):
    list_display = (
        *("name", "category", "city", "owner", "currency"),
        *("approved", "published", "featured", "auto_confirm", "created_at"),
    )
    list_filter = ("approved", "published", "featured", "auto_confirm", "category", "country")
    list_select_related = ("category", "owner")
    search_fields = ("name", "slug", "city", "owner__email")
    autocomplete_fields = ("owner", "category")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    actions = ("approve", "unpublish")
    fieldsets = (
        (None, {"fields": ("name", "slug", "owner", "category", "description")}),
        ("Market", {"fields": ("approved", "published", "featured", "created_at")}),
        (
            "Place and contact",
            {"fields": ("address", "city", "country", "timezone", "currency", "phone", "email")},
        ),
        (
            "Booking policy",
            {
                "fields": (
                    *("auto_confirm", "minimum_notice", "booking_horizon", "slot_step"),
                    *("cancellation_window", "buffer_before", "buffer_after"),
                )
            },
        ),
    )

    def save_model(
        self,
        request: HttpRequest,
        obj: Provider,
        form: "ModelForm[Provider]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Write what was typed and nothing else: a review may have been counted meanwhile."""
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            super().save_model(request, obj, form, change)
        refresh_search_text(obj)
        if change and "approved" in form.changed_data and obj.approved:
            tell_approved(obj, now=clock.now())

    @admin.action(description="Approve selected providers", permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        approved = 0
        for provider in queryset.filter(approved=False).select_related("owner"):
            with transaction.atomic():
                if Provider.objects.filter(pk=provider.pk, approved=False).update(approved=True):
                    tell_approved(provider, now=clock.now())
                    approved += 1
        self.message_user(request, f"Approved: {approved}.")

    @admin.action(description="Unpublish selected providers", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        changed = queryset.filter(published=True).update(published=False)
        self.message_user(request, f"Unpublished: {changed}.")


@admin.register(FormerSlug)
class FormerSlugAdmin(StaysWithItsBusiness, Table):
    list_display = ("slug", "provider")
    list_select_related = ("provider",)
    search_fields = ("slug", "provider__name")
    autocomplete_fields = ("provider",)


@admin.register(Staff)
class StaffAdmin(StaysWithItsBusiness, KeptWhenBooked, LargeTable):
    list_display = ("name", "provider", "title", "role", "user", "own_hours", "active")
    list_filter = ("role", "active", "own_hours")
    list_select_related = ("provider", "user")
    search_fields = ("name", "provider__name", "user__email")
    autocomplete_fields = ("provider", "user")


@admin.register(Resource)
class ResourceAdmin(StaysWithItsBusiness, NeverDeleted, Table):
    """Bookings name the resources they use: one is taken out of use by ``available``."""

    list_display = ("name", "provider", "quantity", "capacity", "available")
    list_filter = ("available",)
    list_select_related = ("provider",)
    search_fields = ("name", "provider__name")
    autocomplete_fields = ("provider",)
    ordering = ("-pk",)

    def save_model(
        self,
        request: HttpRequest,
        obj: Resource,
        form: "ModelForm[Resource]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        save_resource(obj, now=clock.now())


class ServiceForm(ServiceModelForm):
    """Refuses people and resources of another business."""

    class Meta:
        model = Service
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        super().clean()
        chosen = self.cleaned_data
        # Once the service is there, its business is no field of the form any more.
        provider_id = getattr(chosen.get("provider"), "pk", self.instance.provider_id)
        check_same_business(
            provider_id, staff=chosen.get("staff"), resources=chosen.get("resources")
        )
        return chosen


@admin.register(Service)
class ServiceAdmin(StaysWithItsBusiness, KeptWhenBooked, LargeTable):
    form = ServiceForm
    list_display = (
        *("name", "provider", "category", "duration", "pricing", "price"),
        *("currency", "seats", "needs_staff", "active"),
    )
    list_filter = ("active", "pricing", "needs_staff", "category")
    list_select_related = ("provider", "category")
    search_fields = ("name", "provider__name")
    autocomplete_fields = ("provider", "category", "staff", "resources")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(ordering="provider__currency")
    def currency(self, service: Service) -> str:
        return service.provider.currency

    def save_model(
        self,
        request: HttpRequest,
        obj: Service,
        form: "ModelForm[Service]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        super().save_model(request, obj, form, change)
        refresh_search_text(obj.provider)

    def save_related(
        self,
        request: HttpRequest,
        form: "ModelForm[Service]",
        formsets: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        super().save_related(request, form, formsets, change)
        refit_seats(form.instance, now=clock.now())

    def delete_model(self, request: HttpRequest, obj: Service) -> None:
        provider = obj.provider
        super().delete_model(request, obj)
        refresh_search_text(provider)


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(LargeTable):
    list_display = ("provider", "staff", "weekday", "start_minute", "end_minute")
    list_filter = ("weekday",)
    list_select_related = ("provider", "staff")
    search_fields = ("provider__name", "staff__name")
    autocomplete_fields = ("provider", "staff")


@admin.register(DateOverride)
class DateOverrideAdmin(Table):
    list_display = ("provider", "staff", "date", "start_minute", "end_minute", "note")
    list_select_related = ("provider", "staff")
    search_fields = ("provider__name", "staff__name", "note")
    autocomplete_fields = ("provider", "staff")
    date_hierarchy = "date"


@admin.register(TimeOff)
class TimeOffAdmin(Table):
    list_display = ("provider", "staff", "resource", "start", "end", "reason")
    list_select_related = ("provider", "staff", "resource")
    search_fields = ("provider__name", "staff__name", "resource__name", "reason")
    autocomplete_fields = ("provider", "staff", "resource")
    date_hierarchy = "start"
    readonly_fields = ("rule",)


@admin.register(Product)
class ProductAdmin(NeverAdded, NeverDeleted, LargeTable):
    """The stock is not edited here: orders change it at any moment. Switch off what must go."""

    list_display = ("name", "provider", "category", "price", "stock", "active", "created_at")
    list_filter = ("active", "created_at")
    list_select_related = ("provider",)
    search_fields = ("name", "category", "provider__name")
    fields = (
        *("provider", "name", "description", "category", "price"),
        *("stock", "active", "position", "created_at"),
    )
    readonly_fields = ("provider", "stock", "created_at")

    def save_model(
        self,
        request: HttpRequest,
        obj: Product,
        form: "ModelForm[Product]",
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Write what was typed and nothing else: it may have been ordered meanwhile."""
        obj.save(update_fields=form.changed_data)


@admin.register(Favourite)
class FavouriteAdmin(ReadOnly, LargeTable):
    """What people keep to find it again."""

    list_display = ("user", "provider", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("user", "provider")
    search_fields = ("user__email", "provider__name")


@admin.register(TimeOffRule)
class TimeOffRuleAdmin(NeverAdded, Table):
    """Its rows are written by the domain alone; deleting it takes them with it."""

    list_display = ("provider", "staff", "resource", "rrule", "first", "reason")
    list_select_related = ("provider", "staff", "resource")
    search_fields = ("provider__name", "staff__name", "resource__name", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, Table):
    """Written by the team's page alone; their links are not shown to anybody."""

    list_display = (
        *("staff", "business", "email", "created_at", "expires_at"),
        *("accepted_at", "withdrawn_at"),
    )
    list_select_related = ("staff__provider",)
    search_fields = ("email", "staff__name", "staff__provider__name")

    @admin.display(description="business")
    def business(self, invitation: Invitation) -> str:
        return str(invitation.staff.provider)
