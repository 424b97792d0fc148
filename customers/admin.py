"""People, in the admin. They log in by email, so Django's own forms are told so."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from booking.domain.closing_accounts import GRACE, confirm_closing, reopen
from customers.models import MessagePreference, OptOut, User
from project import clock
from project.admin import LargeTable, NeverAdded, NeverDeleted, Table
from project.errors import NguvaError

if TYPE_CHECKING:  # these classes take a type parameter only in the stubs
    CreationForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
    Accounts = DjangoUserAdmin[User]
else:
    CreationForm, ChangeForm, Accounts = AdminUserCreationForm, UserChangeForm, DjangoUserAdmin


class UserCreationForm(CreationForm):
    """Asks for an email address where Django asks for a username."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(ChangeForm):
    """All fields; the password shows as a hash with a link to the form that changes it."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(NeverDeleted, LargeTable, Accounts):
    """Accounts are not deleted here but closed, which erases the person wherever they are."""

    actions = ("close",)
    form = UserForm
    add_form = UserCreationForm
    list_display = ("email", "name", "phone", "country", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active", "date_joined")
    search_fields = ("email", "name", "phone")
    readonly_fields = ("date_joined", "last_login", "closing_at", "shut_at")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (
            "Person",
            {"fields": ("name", "phone", "country", "timezone", "language", "reminder_leads")},
        ),
        (
            "Rights",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("History", {"fields": ("last_login", "date_joined", "closing_at", "shut_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "usable_password", "password1", "password2"),
            },
        ),
    )

    @admin.action(description="Close selected accounts", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Set the day, as the person's own confirmed wish does: told by mail, they can keep it."""
        closed = 0
        for user in queryset.order_by("pk"):
            try:
                confirm_closing(user, now=clock.now())
            except NguvaError as error:
                self.message_user(request, f"{user}: {error.message}", messages.ERROR)
            else:
                closed += 1
        if closed:
            text = f"{closed} will be deleted in {GRACE.days} days, unless they keep it."
            self.message_user(request, text, messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """An account made active again is not erased, if it was about to be."""
        if obj.is_active:
            reopen(obj)
        super().save_model(request, obj, form, change)


@admin.register(MessagePreference)
class MessagePreferenceAdmin(LargeTable):
    list_display = ("user", "kind", "channel", "wanted")
    list_filter = ("kind", "channel", "wanted")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)


@admin.register(OptOut)
class OptOutAdmin(NeverAdded, Table):
    """Deleted when a guest asks for messages again; whose it is cannot be told from it."""

    list_display = ("digest", "kind", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("digest__exact",)
    readonly_fields = ("digest", "kind", "created_at")
    ordering = ("-pk",)
