"""The three forms by which a business begins."""

from datetime import time
from decimal import Decimal
from typing import Any

from django import forms

from booking.words import one_line, say_duration
from project.money import decimal_places, smallest_amount
from providers.domain.kinds import Idea, category_choices
from providers.domain.onboarding import Basics, FirstService, SimpleHours
from providers.domain.places import country_choices
from providers.forms.fields import read_phone
from providers.models import Provider, Service, WeeklyHours
from providers.models.service import check_price

LENGTHS = (10, 15, 20, 30, 40, 45, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480)
"""Minutes that are offered at first; others can be typed once the business is there."""

MIDNIGHT = 24 * 60


class OneLineField(forms.CharField):
    """A name or a place: on one line, and as it looks."""

    def to_python(self, value: Any) -> str:
        return one_line(str(super().to_python(value)))


class BasicsForm(forms.Form):
    """What the business is, where it is, and how to call it."""

    name = OneLineField(
        label="Name of the business",
        max_length=120,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    category = forms.ChoiceField(label="What do you offer?")
    city = OneLineField(
        label="Town or city",
        max_length=80,
        widget=forms.TextInput({"autocomplete": "address-level2", "list": "cities"}),
    )
    country = forms.ChoiceField(label="Country")
    phone = forms.CharField(
        label="Phone",
        max_length=32,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text="Customers can call you, or write by WhatsApp.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category, country = self.fields["category"], self.fields["country"]
        category.choices = [("", "Choose …"), *category_choices()]  # type: ignore[attr-defined]
        country.choices = country_choices(self.initial.get("country", ""))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Read the phone number as one of the country beside it."""
        data = super().clean() or self.cleaned_data
        read_phone(self, data)
        return data

    def basics(self) -> Basics:
        """Return what was typed; for a valid form."""
        return Basics(**self.cleaned_data)

    @staticmethod
    def initial_of(provider: Provider) -> dict[str, Any]:
        """Return what the form shows of a business that was begun."""
        return {
            "name": provider.name,
            "category": provider.category.slug,
            "city": provider.city,
            "country": provider.country,
            "phone": provider.phone,
        }


class FirstServiceForm(forms.Form):
    """One service: enough to be booked."""

    name = OneLineField(label="Name of the service", max_length=120)
    duration = forms.TypedChoiceField(label="How long it takes", coerce=int)
    price = forms.DecimalField(min_value=0)
    pricing = forms.ChoiceField(
        label="The price is",
        choices=[("fixed", "For the whole"), ("hourly", "For an hour")],
        widget=forms.RadioSelect,
    )
    alone = forms.TypedChoiceField(
        label="Who does it?",
        choices=[("no", "I do"), ("yes", "Nobody: a room or a thing is rented")],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.initial.get("duration", 60)
        lengths = [(minutes, say_duration(minutes)) for minutes in sorted({*LENGTHS, own})]
        self.fields["duration"].choices = lengths  # type: ignore[attr-defined]
        currency = provider.currency
        places = decimal_places(currency)
        self.fields["price"] = forms.DecimalField(
            label=f"Price in {currency}",
            min_value=0,
            max_digits=10 + places,
            decimal_places=places,
            help_text="0 when it is free.",
            widget=forms.NumberInput(
                {"inputmode": "decimal", "min": 0, "step": smallest_amount(currency)}
            ),
        )
        self.order_fields(["name", "duration", "price", "pricing", "alone"])

    def clean(self) -> dict[str, Any]:
        """Keep the price to what a booking can cost."""
        typed = super().clean() or self.cleaned_data
        if typed.get("price") is not None:
            try:
                check_price(typed["price"], hourly=typed.get("pricing") == "hourly", seats=1)
            except forms.ValidationError as error:
                self.add_error(None, error)
        return typed

    def wanted(self) -> FirstService:
        """Return what was typed; for a valid form."""
        typed = self.cleaned_data
        return FirstService(
            name=typed["name"],
            duration=typed["duration"],
            price=typed["price"],
            hourly=typed["pricing"] == "hourly",
            alone=typed["alone"],
        )

    @staticmethod
    def initial_of(service: Service) -> dict[str, Any]:
        """Return what the form shows of the service that was made before."""
        price = service.price
        return {
            "name": service.name,
            "duration": service.duration,
            "price": price.quantize(Decimal(1)) if price == price.to_integral_value() else price,
            "pricing": service.pricing,
            "alone": "no" if service.needs_staff else "yes",
        }

    @staticmethod
    def initial_for(idea: Idea) -> dict[str, Any]:
        """Return what the form suggests."""
        return {
            "name": idea.name,
            "duration": idea.duration,
            "pricing": "hourly" if idea.hourly else "fixed",
            "alone": "yes" if idea.alone else "no",
        }


class HoursForm(forms.Form):
    """The days of the week, and from when until when."""

    days = forms.TypedMultipleChoiceField(
        label="On which days?",
        coerce=int,
        choices=WeeklyHours.Weekday.choices,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": "Tick the days on which you work."},
    )
    start = forms.TimeField(label="From", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    until = forms.TimeField(label="Until", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        """Turn times into minutes since midnight; a day that ends at 00:00 ends at midnight."""
        data = super().clean() or self.cleaned_data
        start, until = data.get("start"), data.get("until")
        if start is not None and until is not None:
            data["start"], data["until"] = minutes_of(start), minutes_of(until) or MIDNIGHT
            if data["until"] <= data["start"]:
                self.add_error("until", "Closing must come after opening.")
        return data

    @staticmethod
    def initial_of(hours: SimpleHours) -> dict[str, Any]:
        """Return what the form shows of hours."""
        return {
            "days": list(hours.days),
            "start": clock_time(hours.start),
            "until": clock_time(hours.end),
        }


def minutes_of(clock: time) -> int:
    """Return the minutes since midnight."""
    return clock.hour * 60 + clock.minute


def clock_time(minutes: int) -> time:
    """Return the time of day so many minutes after midnight; 24:00 is shown as 00:00."""
    return time(minutes // 60 % 24, minutes % 60)
