"""What the business says of itself, and its booking policy, in words rather than minutes."""

from collections.abc import Sequence
from typing import Any

from django import forms

from booking.words import say_duration
from customers.forms import timezone_choices
from providers.domain.places import CURRENCIES, country_choices
from providers.domain.profile import POLICY, PROFILE
from providers.forms.fields import LinesField, read_phone
from providers.forms.onboarding import OneLineField
from providers.models import Provider

HOUR, DAY = 60, 24 * 60


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """The profile; it checks and never saves: ``change_profile`` writes what was typed.

    ``upcoming`` is the number of bookings that are still to come: with any, another clock asks
    for a second look (``clock_known``).
    """

    name = OneLineField(label="Name of the business", max_length=120)
    description = LinesField(
        label="About you",
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5, "maxlength": 4000}),
        help_text="What makes it worth coming? Two or three sentences are enough.",
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text="Shown on your page, with buttons to call and to write by WhatsApp.",
    )
    city = OneLineField(label="Town or city", max_length=80)
    address = OneLineField(
        label="Street and number",
        required=False,
        max_length=200,
        help_text="Where customers come to. It gets a link to a map.",
    )
    country = forms.ChoiceField(label="Country")
    timezone = forms.ChoiceField(
        label="Clock",
        help_text="Your hours are meant by this clock. Change it only if it is wrong.",
    )
    currency = forms.ChoiceField(
        label="Currency",
        help_text="Prices keep their numbers; bookings that were made keep their price as it was.",
    )
    slug = forms.SlugField(
        label="Address of your page",
        max_length=80,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
        help_text="Small letters, digits and dashes. Links to the old address lead to the new one.",
    )
    clock_known = forms.BooleanField(label="I know; change the clock", required=False)

    class Meta:
        model = Provider
        fields = PROFILE
        labels = {"category": "What do you offer?"}
        help_texts = {
            "email": "Shown on your page, and where messages to you go. Empty: to your own address."
        }

    def __init__(self, *args: Any, upcoming: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider, self.upcoming, self.asks_clock = self.instance, upcoming, False
        self.before = {name: getattr(provider, name) for name in PROFILE}
        currencies = sorted({*CURRENCIES, provider.currency})
        self._offer("country", country_choices(provider.country))
        self._offer("timezone", timezone_choices(provider.timezone)[1:])
        self._offer("currency", [(code, code) for code in currencies])
        self.fields["category"].empty_label = None  # type: ignore[attr-defined]
        self.fields["email"].label = "Email"

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """Write the address in small letters."""
        return str(self.cleaned_data["slug"]).lower()

    def clean(self) -> dict[str, Any]:
        """Read the phone number as one of the country; look twice at another clock."""
        data = super().clean() or self.cleaned_data
        read_phone(self, data)
        self._look_at_clock(data)
        return data

    def _look_at_clock(self, data: dict[str, Any]) -> None:
        wanted = data.get("timezone")
        if wanted in {None, self.before["timezone"]} or not self.upcoming:
            return
        self.asks_clock = True
        if not data.get("clock_known"):
            bookings = "1 booking" if self.upcoming == 1 else f"{self.upcoming} bookings"
            self.add_error(
                "timezone",
                f"You have {bookings} to come. They stay at the same moment, so this clock shows "
                "them at another time, and your hours move. Tick below if that is right.",
            )

    def changes(self) -> dict[str, Any]:
        """Return what was typed and differs from before; for a valid form."""
        return {
            name: self.cleaned_data[name]
            for name in PROFILE
            if self.cleaned_data[name] != self.before[name]
        }


class PolicyForm(forms.Form):
    """How the business can be booked: each question is a choice in words."""

    minimum_notice = forms.TypedChoiceField(
        label="How soon before the start can customers still book?",
        coerce=int,
        help_text="Longer: fewer surprises. Shorter: free gaps still fill up on the day.",
    )
    booking_horizon = forms.TypedChoiceField(
        label="How far ahead can they book?",
        coerce=int,
        help_text="You can always book somebody later than that yourself.",
    )
    cancellation_window = forms.TypedChoiceField(
        label="Until when can they cancel or move a booking themselves?",
        coerce=int,
        help_text="After that they have to call you. You can always cancel or move.",
    )
    auto_confirm = forms.TypedChoiceField(
        label="Who confirms a booking?",
        coerce=lambda text: text == "yes",
        choices=[
            ("yes", "Nobody has to: it is confirmed at once"),
            ("no", "I do: it is a request until I accept it"),
        ],
        widget=forms.RadioSelect,
        help_text="A request keeps its time taken. One that is not answered by its start ends.",
    )
    slot_step = forms.TypedChoiceField(
        label="How often can something start?",
        coerce=int,
        help_text="Counted from when you open. Fewer starts leave fewer odd gaps.",
    )
    buffer_before = forms.TypedChoiceField(
        label="Time to prepare before each booking",
        coerce=int,
        help_text="Kept free, and not shown to customers. A service can have its own.",
    )
    buffer_after = forms.TypedChoiceField(
        label="Time to tidy up after each booking", coerce=int, help_text="The same, afterwards."
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        initial = {name: getattr(provider, name) for name in POLICY}
        initial["auto_confirm"] = "yes" if provider.auto_confirm else "no"
        super().__init__(*args, **kwargs | {"initial": initial})
        for name, (usual, say) in CHOICES.items():
            values = sorted({*usual, getattr(provider, name)})
            self.fields[name].choices = [(value, say(value)) for value in values]  # type: ignore[attr-defined]


def say_long(minutes: int) -> str:
    """Return ``30 minutes``, ``2 hours``, ``1 day``; ``1 h 30`` for what is none of these."""
    for size, word in ((7 * DAY, "week"), (DAY, "day"), (HOUR, "hour")):
        if minutes and minutes % size == 0:
            return _count(minutes // size, word)
    return _count(minutes, "minute") if minutes < HOUR else say_duration(minutes)


def say_before(minutes: int) -> str:
    """Return ``2 hours before``; at zero, ``until it starts``."""
    return f"{say_long(minutes)} before" if minutes else "Until it starts"


def say_kept(minutes: int) -> str:
    """Return ``10 minutes``; at zero, ``none``."""
    return say_long(minutes) if minutes else "None"


def say_every(minutes: int) -> str:
    """Return ``Every 15 minutes``."""
    return f"Every {say_long(minutes)}" if minutes != HOUR else "Every hour"


def say_ahead(days: int) -> str:
    """Return ``2 weeks``, ``3 months``, ``1 year`` for what is about that, else days."""
    months = {30: "1 month", 60: "2 months", 90: "3 months", 180: "6 months"}
    return {**months, 365: "1 year", 730: "2 years"}.get(days) or say_long(days * DAY)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


CHOICES = {
    "minimum_notice": ((0, 15, 30, 60, 120, 240, 720, DAY, 2 * DAY, 3 * DAY, 7 * DAY), say_before),
    "booking_horizon": ((7, 14, 30, 60, 90, 180, 365), say_ahead),
    "cancellation_window": ((0, 60, 120, 240, 720, DAY, 2 * DAY, 7 * DAY), say_before),
    "slot_step": ((5, 10, 15, 20, 30, 45, 60, 120), say_every),
    "buffer_before": ((0, 5, 10, 15, 20, 30, 45, 60), say_kept),
    "buffer_after": ((0, 5, 10, 15, 20, 30, 45, 60), say_kept),
}
"""What is offered, and how it is said; what is set already is always among them."""
