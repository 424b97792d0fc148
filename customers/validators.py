"""Rules for what people type about themselves, shared by models, forms and the API."""

import zoneinfo

import phonenumbers
from django.core.exceptions import ValidationError

NOWHERE = {"Factory", "localtime"}
"""Names in the timezone database that stand for no place: for a clock that nobody has set."""


def parse_phone(text: str, *, country: str = "") -> str:
    """Return ``text`` as an E.164 number such as ``+263771234567``.

    A national number ("077 123 4567") is read as one of ``country`` (ISO 3166 alpha-2).
    Raises ``ValidationError`` for what cannot be dialled.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        message = "Enter a phone number, for example +263 77 123 4567."
        raise ValidationError(message, code="phone") from error
    if not phonenumbers.is_valid_number(number):
        raise ValidationError("This phone number does not exist. Please check it.", code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def validate_phone(value: str) -> None:
    """Refuse anything but a valid number already in E.164 form."""
    if parse_phone(value) != value:
        raise ValidationError("Enter the number in the form +263771234567.", code="phone")


def validate_timezone(value: str) -> None:
    """Refuse what is not an IANA timezone name such as ``Africa/Harare``."""
    if value in NOWHERE or value not in zoneinfo.available_timezones():
        raise ValidationError("%(value)s is not a timezone.", params={"value": value})
