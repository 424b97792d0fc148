"""What people type when they book or change a booking."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from booking.domain.booking import Contact
from booking.domain.reviews import LONGEST_REPORT, LONGEST_TEXT, MOST_STARS
from booking.models import Appointment
from booking.words import one_line
from customers.models import User
from customers.validators import parse_phone
from providers.forms.fields import LinesField

NOTES = {"rows": 3}


class NotesForm(forms.Form):
    """What somebody with an account adds: we know the rest."""

    notes = forms.CharField(
        label="Anything they should know?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs=NOTES),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def contact(self) -> Contact | None:
        """Return whom to reach, or nothing when the account says it."""
        return None


class PhoneForm(NotesForm):
    """The same for an account without a phone number."""

    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        help_text="So that they can reach you on the day.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    field_order: tuple[str, ...] = ("phone", "notes")

    def clean_phone(self) -> str:
        """Return the number as E.164, read as one of the provider's country."""
        text = self.cleaned_data["phone"].strip()
        return parse_phone(text, country=self.country) if text else ""

    def contact(self) -> Contact | None:
        """Return the phone number, when there is one."""
        phone = self.cleaned_data["phone"]
        return Contact(name="", email="", phone=phone) if phone else None


class GuestForm(PhoneForm):
    """Somebody without an account: a name, and an email address or a phone number."""

    name = forms.CharField(
        label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Email",
        required=False,
        max_length=254,
        help_text="An email address or a phone number is enough.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    field_order = ("name", "email", "phone", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = ""

    def clean_name(self) -> str:
        """Return the name as it looks on one line; it stands among other lines in mails."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("Please tell us your name.", code="required")
        return name

    def clean(self) -> dict[str, Any] | None:
        """Ask for one way to reach them, and complain once."""
        data = super().clean()
        given = self.data.get("email", "").strip() or self.data.get("phone", "").strip()
        if not given:
            self.add_error("email", "Give an email address or a phone number, either will do.")
        return data

    def contact(self) -> Contact:
        """Return whom to reach."""
        data = self.cleaned_data
        return Contact(name=data["name"], email=data["email"], phone=data["phone"])


class CancelForm(forms.Form):
    """Why a booking is cancelled; nobody has to say."""

    reason = forms.CharField(
        label="Why? (you need not say)",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def details_form(user: User | None, **kwargs: Any) -> NotesForm:
    """Return the form for what we do not know yet of ``user``; ``None`` is a guest."""
    if user is None:
        return GuestForm(**kwargs)
    return NotesForm(**kwargs) if user.phone else PhoneForm(**kwargs)


class OrderForm(forms.Form):
    """When an order is picked up, and what they should know.

    ``appointments`` are the ones to choose from, each with what is said of it.
    """

    appointment = forms.ChoiceField(
        label="When will you pick it up?",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "This appointment has changed. Choose again."},
    )
    notes = forms.CharField(
        label="Anything they should know?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs=NOTES),
    )

    def __init__(
        self, *args: Any, appointments: Sequence[tuple[Appointment, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.appointments = {str(each.pk): each for each, _ in appointments}
        field = cast("forms.ChoiceField", self.fields["appointment"])
        coming = [(str(each.pk), f"At my appointment, {said}") for each, said in appointments]
        field.choices = [("", "On its own, when it is ready"), *coming]

    def chosen(self) -> Appointment | None:
        """Return the appointment that was chosen, if one was."""
        return self.appointments.get(self.cleaned_data["appointment"])


class ReviewForm(forms.Form):
    """What a customer says of a visit: stars, and words that may be left out."""

    rating = forms.TypedChoiceField(
        label="How many stars?",
        coerce=int,
        choices=[(n, f"{n} star{'' if n == 1 else 's'}") for n in range(1, MOST_STARS + 1)],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one to five stars."},
    )
    text = LinesField(
        label="What was good, what was not?",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_TEXT}),
    )


class ReportForm(forms.Form):
    """Why an administrator should look at a review."""

    reason = LinesField(
        label="What is wrong with it?",
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REPORT}),
        error_messages={"required": "Say in a few words what is wrong."},
    )
