"""Forms that people fill in about themselves."""

import zoneinfo
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField
from django.http import HttpRequest

from booking.words import one_line
from customers.domain.preferences import set_preference, wanted_channels
from customers.models import REMINDER_LEADS, Channel, MessageKind, User
from customers.validators import parse_phone
from providers.domain.places import country_choices

LANGUAGES = {"en": "English"}
"""What the site speaks; mails and pages follow the choice as soon as there is one."""

REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


class SignupForm(forms.Form):
    """What we ask at sign-up beside email and password."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": "Rudo Moyo"}),
    )

    def clean_name(self) -> str:
        """Keep a name on one line, as it looks; refuse one of which nothing can be seen."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Say your name.", code="required")
        return name

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the extra answers on the account that was just made."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who somebody is, how to reach them, and by which clock they live."""

    country = forms.ChoiceField(
        label="Country",
        required=False,
        help_text="So that 077 123 4567 is enough. Elsewhere begin with + and the country’s code.",
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    timezone = forms.ChoiceField(
        label="Your clock",
        required=False,
        help_text="Times are told by the business’s clock, and by yours where it differs. "
        "Reminders keep to your night.",
    )
    language = forms.ChoiceField(label="Language")

    class Meta:
        model = User
        fields = ("name", "country", "phone", "timezone", "language")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: User = self.instance
        countries = [("", "Another country"), *country_choices(own.country)]
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        self.fields["timezone"].choices = timezone_choices(own.timezone)  # type: ignore[attr-defined]
        spoken = LANGUAGES | ({own.language: own.language} if own.language not in LANGUAGES else {})
        self.fields["language"].choices = list(spoken.items())  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """Keep a name on one line, as it looks."""
        return one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any] | None:
        """Read the phone number as one of the country that was chosen beside it."""
        data = super().clean() or self.cleaned_data
        try:
            text = data.get("phone", "").strip()
            data["phone"] = parse_phone(text, country=data.get("country", "")) if text else ""
        except forms.ValidationError as error:
            self.add_error("phone", error)
        return data


class TimezoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """The clock that the browser told of, once its person has said that it is right."""

    class Meta:
        model = User
        fields = ("timezone",)

    def clean_timezone(self) -> str:
        """Refuse nothing: that is no clock."""
        chosen: str = self.cleaned_data["timezone"]
        if not chosen:
            raise forms.ValidationError("Choose your clock.", code="required")
        return chosen


class SignOutForm(forms.Form):
    """Whether this very log-in stays when all others end."""

    keep = forms.BooleanField(label="Stay logged in here", required=False, initial=True)


class PasswordForm(forms.Form):
    """Shows that it is the person themselves; for an account without a password it asks nothing."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        """Compare it with the account's."""
        typed: str = self.cleaned_data["password"]
        if not self.user.check_password(typed):
            raise forms.ValidationError("This is not your password.", code="password")
        return typed


class RemindersForm(forms.ModelForm):  # type: ignore[type-arg]
    """When to remind somebody."""

    reminder_leads = forms.TypedMultipleChoiceField(
        label="Remind me before a booking",
        required=False,
        coerce=int,
        choices=list(REMINDER_LEADS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = User
        fields = ("reminder_leads",)


class ChannelsForm(forms.Form):
    """By which ways somebody wants each kind of message that concerns them.

    What is shown on the site itself needs no choice, save for the agenda: nobody gets it unasked.
    """

    def __init__(
        self, *args: Any, user: User, kinds: list[MessageKind], ways: list[Channel], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kinds = user, kinds
        for kind in kinds:
            offered = [Channel.IN_APP, *ways] if kind is MessageKind.DIGEST else ways
            wanted = wanted_channels(user, kind)
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=kind.label,
                required=False,
                choices=[(way.value, way.label) for way in offered],
                initial=[way.value for way in offered if way in wanted],
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )

    def by_kind(self) -> Iterator[tuple[MessageKind, BoundField]]:
        """Yield each kind with its boxes."""
        for kind in self.kinds:
            yield kind, self[kind.value]

    def save(self) -> None:
        """Keep what was changed; what was not offered stays as it is."""
        for kind in self.kinds:
            before = set(self.fields[kind.value].initial)
            after = set(self.cleaned_data[kind.value])
            changed = before ^ after
            if changed and kind is MessageKind.DIGEST:
                # That it is shown on the site followed from another way; now it is a choice.
                changed |= {Channel.IN_APP}
            for way in sorted(changed):
                set_preference(self.user, kind, Channel(way), wanted=way in after)


@transaction.atomic
def save_all(reminders: RemindersForm, channels: ChannelsForm) -> None:
    """Keep both forms' answers, or neither's."""
    reminders.instance.save(update_fields=RemindersForm.Meta.fields)
    channels.save()


def timezone_choices(own: str) -> list[tuple[str, Any]]:
    """Return the timezones by region for a select, with ``own`` if it is an odd one."""
    listed = [("", "The business’s clock"), *_timezones()]
    known = {name for _, cities in _timezones() for name, _ in cities}
    return listed if not own or own in known else [*listed, (own, own)]


@cache
def _timezones() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return regions with their places, as `zoneinfo` knows them."""
    names = sorted(n for n in zoneinfo.available_timezones() if n.partition("/")[0] in REGIONS)
    return tuple(
        (region, tuple((name, _place(name)) for name in group))
        for region, group in groupby(names, key=lambda name: name.partition("/")[0])
    )


def _place(name: str) -> str:
    """Return ``Buenos Aires, Argentina`` for ``America/Argentina/Buenos_Aires``."""
    return ", ".join(reversed(name.replace("_", " ").split("/")[1:]))
