"""What the business writes down about its clients."""

from django import forms

from booking.models import Client
from providers.forms.fields import LinesField

LONGEST_NOTES = Client._meta.get_field("notes").max_length


class ClientNotesForm(forms.Form):
    """Notes that nobody but the business sees."""

    notes = LinesField(
        required=False,
        max_length=LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_NOTES}),
        label="Private notes",
        help_text="Only the owner and managers of your business see these.",
    )
