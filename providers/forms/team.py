"""Who works at the business, and as what."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.words import one_line
from customers.models import User
from providers.domain.access import Membership, Role
from providers.domain.team import services_with_people
from providers.forms.fields import OwnChoicesField
from providers.models import Service, Staff


class MemberForm(forms.Form):
    """A member of the team; the role is there for the owner, and not for the owner's own row."""

    name = forms.CharField(max_length=120, help_text="As customers see it.")
    title = forms.CharField(
        max_length=120, required=False, help_text="Stylist, dentist, tutor: customers see it."
    )
    role = forms.ChoiceField(
        choices=[
            (Staff.Role.STAFF, "Staff: sees own bookings and hours"),
            (Staff.Role.MANAGER, "Manager: runs the business with you"),
        ],
        initial=Staff.Role.STAFF,
        widget=forms.RadioSelect,
    )
    services = OwnChoicesField(Service.objects.none(), required=False, label="Performs")

    def __init__(
        self, *args: Any, place: Membership, member: Staff | None = None, **kwargs: Any
    ) -> None:
        if member is not None:
            performed = [service.pk for service in member.services.all()]
            kwargs["initial"] = {
                "name": member.name,
                "title": member.title,
                "role": member.role,
                "services": performed,
            }
        super().__init__(*args, **kwargs)
        offered = services_with_people(place.provider)
        self.fields["services"].queryset = offered  # type: ignore[attr-defined]
        owners_own = member is not None and member.user_id == place.provider.owner_id
        if place.role is not Role.OWNER or owners_own:
            del self.fields["role"]

    def clean_name(self) -> str:
        """Return the name on one line; one of nothing but what cannot be seen is none."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("Enter a name.")
        return name

    def clean_title(self) -> str:
        """Return the title on one line."""
        return one_line(self.cleaned_data["title"])

    def role_or(self, default: Staff.Role | None) -> Staff.Role | None:
        """Return the role that was chosen, or ``default`` where there is no choice."""
        chosen = self.cleaned_data.get("role")
        return Staff.Role(chosen) if chosen else default


class NewMemberForm(MemberForm):
    """Somebody new: asked by email at once, or the owner in person."""

    email = forms.EmailField(
        required=False,
        help_text="They get a link by which they sign in. You can do this later.",
    )
    me = forms.BooleanField(
        required=False, label="This is me: I perform services myself", help_text=""
    )

    field_order = ("name", "title", "me", "email", "role", "services")

    def __init__(self, *args: Any, place: Membership, owner_works: bool, **kwargs: Any) -> None:
        super().__init__(*args, place=place, **kwargs)
        if owner_works or place.role is not Role.OWNER:
            del self.fields["me"]

    def clean(self) -> dict[str, Any]:
        """Nobody invites themselves."""
        cleaned = super().clean() or {}
        if cleaned.get("me") and cleaned.get("email"):
            self.add_error("email", "You are signed in already: leave this empty.")
        return cleaned

    def user(self, place: Membership) -> User | None:
        """Return the account to link at once."""
        return place.provider.owner if self.cleaned_data.get("me") else None


class InviteForm(forms.Form):
    """Where the invitation goes."""

    email = forms.EmailField(label="Email")
