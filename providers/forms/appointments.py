"""What is said when an appointment changes."""

from django import forms

from booking.models import Appointment, AppointmentEvent
from providers.forms.fields import LinesField

LONGEST_REASON = AppointmentEvent._meta.get_field("reason").max_length
LONGEST_NOTES = Appointment._meta.get_field("business_notes").max_length


class ReasonForm(forms.Form):
    """Why an appointment is declined or cancelled; the customer reads it."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_REASON}),
        label="Why?",
        help_text="The customer reads this.",
    )


class BusinessNotesForm(forms.Form):
    """What the business writes down about an appointment, for itself."""

    business_notes = LinesField(
        required=False,
        max_length=LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_NOTES}),
        label="Notes",
        help_text="Only your business sees these.",
    )


class AnswersForm(forms.Form):
    """One answer to several requests; which ones is in the ticked boxes beside them."""

    answer = forms.ChoiceField(choices=(("accept", "Accept"), ("decline", "Decline")))
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
