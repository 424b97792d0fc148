"""A service as the business describes it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from booking.domain.pricing import price_of
from booking.words import say_duration, say_price
from project.money import decimal_places, smallest_amount
from providers.forms.fields import LinesField, OwnChoicesField
from providers.forms.lengths import LengthField
from providers.models import Category, Provider, Resource, Service, Staff
from providers.models.provider import LONGEST_BUFFER
from providers.models.service import LONGEST_DURATION

SHORTEST = 5
MOST_SEATS = 1000
NEEDS_STAFF = [("True", "Somebody of the team"), ("False", "Nobody: a room or a thing to rent")]

if TYPE_CHECKING:
    ServiceModelForm = forms.ModelForm[Service]
else:
    ServiceModelForm = forms.ModelForm  # takes no parameter at run time


class ResourcesField(OwnChoicesField):
    """Resources by name, saying which are not available."""

    def label_from_instance(self, obj: Resource) -> str:
        """Return what stands beside a box."""
        return obj.name if obj.available else f"{obj.name} (not available)"


class ServiceForm(ServiceModelForm):
    """Everything about one service but its picture and its place among the others.

    ``instance.provider`` is set. The service itself is written by the domain, which is also given
    ``cleaned_data["staff"]`` and ``cleaned_data["resources"]``.
    """

    description = LinesField(
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text="What is included, what to bring.",
    )
    duration = LengthField(shortest=SHORTEST, longest=LONGEST_DURATION, label="How long it takes")
    flexible = forms.BooleanField(required=False, label="Customers choose how long")
    min_duration = LengthField(
        shortest=SHORTEST, longest=LONGEST_DURATION, required=False, label="Shortest"
    )
    max_duration = LengthField(
        shortest=SHORTEST, longest=LONGEST_DURATION, required=False, label="Longest"
    )
    duration_step = LengthField(
        shortest=SHORTEST, longest=LONGEST_DURATION, required=False, label="In steps of"
    )
    needs_staff = forms.TypedChoiceField(
        choices=NEEDS_STAFF,
        coerce=lambda text: text == "True",
        widget=forms.RadioSelect,
        label="Who is needed?",
    )
    staff = OwnChoicesField(
        Staff.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        label="Who performs it?",
    )
    resources = ResourcesField(
        Resource.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        label="Rooms and things it needs",
    )

    class Meta:
        model = Service
        fields = (
            *("name", "description", "category", "duration", "min_duration", "max_duration"),
            *("duration_step", "pricing", "price", "seats", "needs_staff", "staff", "resources"),
            *("buffer_before", "buffer_after"),
        )
        widgets = {"pricing": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider: Provider = self.instance.provider
        self._offer_own()
        self._ask_for_money()
        self._ask_for_numbers()
        self.initial.setdefault("flexible", self.instance.min_duration is not None)
        self.initial["needs_staff"] = str(self.initial.get("needs_staff", True))

    def clean(self) -> dict[str, Any]:
        """Make the range of lengths whole, or leave it out."""
        typed = super().clean() or self.cleaned_data
        if not typed.get("flexible"):
            typed |= {"min_duration": None, "max_duration": None}
        elif typed.get("seats", 1) > 1:
            self.add_error("flexible", "A class takes as long for everybody: leave this out.")
        else:
            self._check_range()
        if not typed.get("duration_step"):
            typed["duration_step"] = self.instance.duration_step
        return typed

    def examples(self) -> Iterator[tuple[str, str]]:
        """Yield what some lengths cost, as ``("1 h 30", "USD 30.00")``, of what was typed.

        Nothing while something is wrong.
        """
        service = self.instance
        if self.errors or service.price is None:
            return
        lengths = service.durations
        shown = [lengths[0], service.duration, lengths[-1]]
        for minutes in sorted(set(shown)):
            price = price_of(service=service, duration=minutes, party_size=1)
            yield say_duration(minutes), say_price(price, self.provider.currency)

    def _check_range(self) -> None:
        typed = self.cleaned_data
        for name in ("min_duration", "max_duration", "duration_step"):
            if name not in self.errors and not typed.get(name):
                self.add_error(name, "Customers choose, so say this too.")
        shortest, longest = typed.get("min_duration"), typed.get("max_duration")
        if shortest and longest and shortest > longest:
            self.add_error("max_duration", "This is shorter than the shortest.")

    def _offer_own(self) -> None:
        """Offer the active people and the resources of this business."""
        staff = cast("OwnChoicesField", self.fields["staff"])
        staff.queryset = Staff.objects.active().filter(provider=self.provider)
        resources = cast("ResourcesField", self.fields["resources"])
        resources.queryset = Resource.objects.filter(provider=self.provider)
        category = cast("forms.ModelChoiceField[Category]", self.fields["category"])
        category.required = True
        category.empty_label = None
        if self.instance.category_id is None:
            self.initial["category"] = self.provider.category_id

    def _ask_for_money(self) -> None:
        currency = self.provider.currency
        self.fields["price"] = forms.DecimalField(
            min_value=0,
            max_digits=12 - 2 + decimal_places(currency),
            decimal_places=decimal_places(currency),
            label=f"Price in {currency}",
            help_text="Nothing to pay is 0. In a class, for each person.",
            widget=forms.NumberInput(
                {"inputmode": "decimal", "min": 0, "step": smallest_amount(currency)}
            ),
        )
        price = self.initial.get("price")
        if price is not None and price == price.to_integral_value() and not self.is_bound:
            self.initial["price"] = price.quantize(smallest_amount(currency))

    def _ask_for_numbers(self) -> None:
        seats = self.fields["seats"]
        seats.label = "Seats"
        seats.help_text = "1: one customer at a time. More: a class, which several join."
        seats.validators += [MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
        seats.widget.attrs |= {"inputmode": "numeric", "min": 1, "max": MOST_SEATS}
        usual = {
            "buffer_before": ("Minutes kept free before", self.provider.buffer_before),
            "buffer_after": ("Minutes kept free after", self.provider.buffer_after),
        }
        for name, (label, minutes) in usual.items():
            field = self.fields[name]
            field.label = label
            field.help_text = f"Empty: as usual, {say_duration(minutes) if minutes else 'none'}."
            field.widget.attrs |= {"inputmode": "numeric", "min": 0, "max": LONGEST_BUFFER}
