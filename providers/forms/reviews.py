"""What a business answers to a review."""

from django import forms

from booking.domain.reviews import LONGEST_TEXT
from providers.forms.fields import LinesField


class ReplyForm(forms.Form):
    """An answer that everybody can read."""

    text = LinesField(
        label="Your answer",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_TEXT}),
        help_text="Everybody can read it on your page.",
        error_messages={"required": "Write an answer."},
    )
