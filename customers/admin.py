"""People, in the admin. They log in by email, so Django's own forms are told so."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from customers.models import User
from project.admin import LargeTable

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
class UserAdmin(LargeTable, Accounts):
    form = UserForm
    add_form = UserCreationForm
    list_display = ("email", "name", "phone", "country", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active", "date_joined")
    search_fields = ("email", "name", "phone")
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("name", "phone", "country", "timezone", "language")}),
        (
            "Rights",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("History", {"fields": ("last_login", "date_joined")}),
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
