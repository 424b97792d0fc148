"""A length of time, typed as hours and minutes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from booking.words import say_duration


class LengthWidget(forms.MultiWidget):
    """Two small boxes: hours and minutes."""

    template_name = "providers/widgets/length.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.NumberInput(
                {"class": "form-control", "inputmode": "numeric", "min": 0, "aria-label": name}
            )
            for name in ("hours", "minutes")
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[int | None]:
        """Split minutes."""
        return [None, None] if value is None else list(divmod(int(value), 60))


class LengthField(forms.MultiValueField):
    """A length in minutes, between ``shortest`` and ``longest``; ``None`` when left empty."""

    widget = LengthWidget

    def __init__(self, *, shortest: int, longest: int, **kwargs: Any) -> None:
        whole = {"required": False, "min_value": 0, "max_value": longest}
        fields = (forms.IntegerField(**whole), forms.IntegerField(**whole))  # type: ignore[arg-type]
        super().__init__(fields, require_all_fields=False, **kwargs)
        self.validators = [
            MinValueValidator(shortest, f"At least {say_duration(shortest)}."),
            MaxValueValidator(longest, f"At most {say_duration(longest)}."),
        ]

    def compress(self, data_list: list[int | None]) -> int | None:
        """Return hours and minutes as minutes."""
        if not data_list or data_list == [None, None]:
            return None
        hours, minutes = data_list
        return (hours or 0) * 60 + (minutes or 0)

    def clean(self, value: Any) -> Any:
        """Tell that both boxes were left empty once, not for each."""
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(list(dict.fromkeys(error.messages))) from None
