"""What the business adds to messages."""

from collections.abc import Iterator
from typing import Any

from django import forms

from booking.models import Wording
from booking.notifications.own_words import LONGEST, validate_wording
from providers.forms.fields import LinesField


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
