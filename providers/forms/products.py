"""A product as the business describes it, and how many of it there are."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator

from project.money import decimal_places, smallest_amount
from providers.domain.products import EDITABLE, MOST_IN_STOCK
from providers.forms.fields import LinesField
from providers.models import Product

if TYPE_CHECKING:
    ProductModelForm = forms.ModelForm[Product]
else:
    ProductModelForm = forms.ModelForm  # takes no parameter at run time

COUNT = {"inputmode": "numeric", "min": 0, "max": MOST_IN_STOCK}


class ProductForm(ProductModelForm):
    """One product; ``instance.provider`` is set and the domain writes it.

    The stock is asked for when it is new; later it has a form of its own.
    """

    description = LinesField(
        required=False, max_length=2000, widget=forms.Textarea({"rows": 4}), label="Description"
    )

    class Meta:
        model = Product
        fields = (*EDITABLE, "stock")
        labels = {"category": "Shelf", "active": "On offer", "stock": "How many do you have?"}
        help_texts = {
            "category": "Products of one shelf stand together: Shampoo, Tools.",
            "active": "Without this nobody sees it.",
            "stock": "How many can be ordered.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001 - Django's own word for it
            del self.fields["stock"]
        else:
            self.fields["stock"].validators.append(MaxValueValidator(MOST_IN_STOCK))
            self.fields["stock"].widget.attrs |= COUNT
        self._ask_for_money()

    def _ask_for_money(self) -> None:
        currency = self.instance.provider.currency
        self.fields["price"] = forms.DecimalField(
            min_value=0,
            max_digits=8 + decimal_places(currency),
            decimal_places=decimal_places(currency),
            label=f"Price in {currency}",
            widget=forms.NumberInput(
                {"inputmode": "decimal", "min": 0, "step": smallest_amount(currency)}
            ),
        )
        price = self.initial.get("price")
        if price is not None and price == price.to_integral_value() and not self.is_bound:
            self.initial["price"] = price.quantize(smallest_amount(currency))


class StockForm(forms.Form):
    """Some more or fewer (``change``), or as counted (``to``, when there were ``seen``)."""

    change = forms.IntegerField(required=False, min_value=-MOST_IN_STOCK, max_value=MOST_IN_STOCK)
    to = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_IN_STOCK,
        label="In stock",
        widget=forms.NumberInput(COUNT),
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Hold that one of the two was asked for."""
        typed = super().clean() or self.cleaned_data
        counted = typed.get("to") is not None and typed.get("seen") is not None
        if not counted and not typed.get("change") and "to" not in self.errors:
            self.add_error("to", "Say how many there are.")
        return typed
