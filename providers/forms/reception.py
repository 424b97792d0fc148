"""Whom the business books for: a client it knows, or somebody new."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.domain.clients import Contact
from booking.models import Client
from booking.words import one_line
from customers.validators import parse_phone


class ReceptionForm(forms.Form):
    """``client`` is one of ``choices``, or empty for somebody new, who has a name at least."""

    client = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label="Email",
        required=False,
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "off", "inputmode": "email", "class": "form-control"}
        ),
    )
    notes = forms.CharField(
        label="What they asked for",
        required=False,
        max_length=1000,
        help_text="They read this too.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )

    def __init__(self, *args: Any, known: list[Client], country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {client.pk: client for client in known}
        self.country = country
        self.fields["client"].choices = [(pk, str(one)) for pk, one in self.known.items()]  # type: ignore[attr-defined]
        self.fields["client"].error_messages["invalid_choice"] = "Choose one of your clients."

    def clean_name(self) -> str:
        """Return the name as it looks on one line."""
        return one_line(self.cleaned_data["name"])

    def clean_phone(self) -> str:
        """Return the number as E.164, read as one of the business's country."""
        text = self.cleaned_data["phone"].strip()
        return parse_phone(text, country=self.country) if text else ""

    def clean(self) -> dict[str, Any] | None:
        """Ask for the name of somebody new."""
        data = super().clean() or {}
        if self.known and "client" not in self.data:
            self.add_error("client", ValidationError("Choose who it is, or somebody new."))
        elif data.get("client") is None and "client" not in self.errors and not data.get("name"):
            self.add_error("name", ValidationError("Who is it? A first name is enough."))
        return data

    def chosen(self) -> Client | None:
        """Return the client who was chosen; for a valid form."""
        return self.known.get(self.cleaned_data["client"])

    def contact(self) -> Contact | None:
        """Return what was typed of somebody new; nothing for a client."""
        data = self.cleaned_data
        if data["client"] is not None:
            return None
        return Contact(name=data["name"], email=data["email"], phone=data["phone"])
