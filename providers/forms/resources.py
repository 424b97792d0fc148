"""A room, chair or machine as the business describes it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator

from providers.models import Resource

MOST_UNITS = 1000

if TYPE_CHECKING:
    ResourceModelForm = forms.ModelForm[Resource]
else:
    ResourceModelForm = forms.ModelForm  # takes no parameter at run time


class ResourceForm(ResourceModelForm):
    """One resource; ``instance.provider`` is set and the domain writes it."""

    class Meta:
        model = Resource
        fields = ("name", "description", "quantity", "capacity", "available")
        labels = {
            "quantity": "How many of these do you have?",
            "capacity": "How many people does one hold?",
            "available": "Available",
        }
        help_texts = {
            "name": "A room, a chair, a machine: what two bookings cannot both use.",
            "quantity": "Count those that are alike: it does not matter who gets which.",
            "available": "Without this nothing that needs it can be booked.",
        }
        widgets = {"description": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("quantity", "capacity"):
            field = self.fields[name]
            field.validators.append(MaxValueValidator(MOST_UNITS))
            field.widget.attrs |= {"inputmode": "numeric", "min": 1, "max": MOST_UNITS}
