"""Forms that people fill in about themselves."""

from django import forms
from django.http import HttpRequest

from customers.models import User


class SignupForm(forms.Form):
    """What we ask at sign-up beside email and password."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": "Rudo Moyo"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the extra answers on the account that was just made."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
