"""Give a person, a business, a service or a product its picture, and take it away."""

from functools import partial
from typing import Literal

from django.db import transaction

from customers.models import User
from project import pictures
from project.db import retry_on_conflict
from project.pictures import Picture
from providers.models import Product, Provider, Service

Slot = Literal["picture", "cover"]
"""The columns that name a picture; all but businesses have the first alone."""

Pictured = Provider | Service | Product | User


def set_picture(*, of: Pictured, slot: Slot = "picture", picture: Picture) -> None:
    """Show ``picture`` from now on; the files of the one before go once that is certain.

    The new files are written first. Whatever fails, none of them stays behind.
    """
    name = pictures.store(picture)
    try:
        _swap(of, slot, name)
    except BaseException:
        pictures.delete(name)
        raise


def remove_picture(*, of: Pictured, slot: Slot = "picture") -> None:
    """Show none from now on; a repeat is harmless."""
    _swap(of, slot, "")


@retry_on_conflict
def _swap(row: Pictured, slot: Slot, name: str) -> None:
    """Write the name; the row is locked, so that of two at once each removes what it replaced."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    with transaction.atomic():
        old = rows.select_for_update().values_list(slot, flat=True).get()
        rows.update(**{slot: name})
        transaction.on_commit(partial(pictures.delete, old), robust=True)
    setattr(row, slot, name)
