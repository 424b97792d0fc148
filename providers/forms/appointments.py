"""What is said when an appointment changes."""

from django import forms

from booking.models import AppointmentEvent

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
