"""Fields that several forms use."""

from typing import TYPE_CHECKING, Any

from django import forms

from customers.validators import parse_phone
from project.numbers import parse_number

if TYPE_CHECKING:
    ManyRowsField = forms.ModelMultipleChoiceField[Any]
else:
    ManyRowsField = forms.ModelMultipleChoiceField  # takes no parameter at run time


class LinesField(forms.CharField):
    """Text of several lines: browsers end each with two characters, one is counted and kept."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class OwnChoicesField(ManyRowsField):
    """Several rows of the business by their ids, each with a box to tick."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """Return the rows. Raises ``ValidationError``, also for numbers that are no ids of ours.

        Django asks the database for all of a list at once, and SQLite's numbers end at 64 bits.
        """
        for text in value if isinstance(value, (list, tuple)) else ():
            if parse_number(str(text)) is None:
                message = self.error_messages["invalid_choice"]
                raise forms.ValidationError(message, "invalid_choice", {"value": text})
        return super().clean(value)


def read_phone(form: forms.BaseForm, data: dict[str, Any]) -> None:
    """Write the phone number in ``data`` as one of the country beside it, or say what is wrong."""
    if data.get("phone"):
        try:
            data["phone"] = parse_phone(data["phone"], country=data.get("country", ""))
        except forms.ValidationError as error:
            form.add_error("phone", error)
