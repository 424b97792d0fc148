"""The border between businesses: what one has is not used by another."""

from collections.abc import Iterable
from typing import Protocol

from django.core.exceptions import ValidationError


class Belonging(Protocol):
    """A row that belongs to one business."""

    provider_id: int


def check_same_business(
    provider_id: int | None, **chosen: Iterable[Belonging | None] | None
) -> None:
    """Refuse what belongs to another business than ``provider_id``, field by field.

    ``chosen`` holds the rows of each field. Without a provider nothing is said: that it is missing
    is told elsewhere. Raises ``ValidationError``.
    """
    if provider_id is None:
        return
    crossing = {
        field
        for field, rows in chosen.items()
        if any(row is not None and row.provider_id != provider_id for row in rows or ())
    }
    if crossing:
        message = "Choose from the same business."
        raise ValidationError(dict.fromkeys(sorted(crossing), message))
