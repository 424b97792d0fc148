"""What the business types into its pages."""

from collections.abc import Iterator
from typing import Any

from django import forms

from booking.models import AppointmentEvent, Wording
from booking.notifications.own_words import LONGEST, validate_wording

LONGEST_REASON = AppointmentEvent._meta.get_field("reason").max_length


class ReasonForm(forms.Form):
    """Why an appointment is declined or cancelled; the customer reads it."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_REASON}),
        label="Why?",
        help_text="The customer reads this.",
    )


class LinesField(forms.CharField):
    """Text of several lines: browsers end each with two characters, one is counted and kept."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class WordingForm(forms.Form):
    """What the business says itself, by kind of message; empty says nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Wording.Kind:
            self.fields[kind.value] = LinesField(
                label=f"In {str(kind.label).lower()}",
                required=False,
                validators=[validate_wording],
                widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST}),
            )

    def texts(self) -> dict[Wording.Kind, str]:
        """Return what was typed, by kind; for a valid form."""
        return {kind: self.cleaned_data[kind.value] for kind in Wording.Kind}

    def drafts(self) -> Iterator[tuple[Wording.Kind, str, str]]:
        """Yield each kind, what stands in its box, and what is wrong with it."""
        for kind in Wording.Kind:
            box = self[kind.value]
            yield kind, box.value() or "", " ".join(map(str, box.errors))
