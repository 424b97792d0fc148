"""Give a person, a business, a service or a product its picture, and take it away."""

from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from django.apps import apps
from django.db import transaction

from customers.models import User
from project import pictures
from project.db import retry_on_conflict
from project.pictures import Picture, PictureField
from providers.models import Product, Provider, Service

KEEP_UNNAMED = timedelta(days=1)
"""How old a file must be before nobody can still be about to name it."""

MOST_DELETED = 1000
"""Files that are deleted in one go."""

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


def delete_unnamed(*, now: datetime) -> int:
    """Delete old files of pictures that no row names, some at a time; return how many.

    They stay behind when a process ends between writing them and the commit, and when a row is
    deleted. Files are listed before names are read, so that a new picture is never among them. A
    media store of which no row names anything may be another database's, and stays as it is.
    """
    files = [file for kind in pictures.KINDS.values() for file in pictures.stored(kind)]
    named = _named() if files else set()
    unnamed = [file for file in files if pictures.name_of(file) not in named]
    if len(unnamed) == len(files):
        return 0
    deleted, before = 0, now - KEEP_UNNAMED
    for file in unnamed:
        if deleted == MOST_DELETED:
            break
        deleted += pictures.delete_stored(file, before=before)
    return deleted


def _named() -> set[str]:
    """Return the names of all pictures that any column of any model has."""
    return {
        name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, PictureField)
        for name in model._base_manager.exclude(**{field.name: ""})
        .values_list(field.name, flat=True)
        .iterator()
    }


@retry_on_conflict
def _swap(row: Pictured, slot: Slot, name: str) -> None:
    """Write the name; the row is locked, so that of two at once each removes what it replaced."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    with transaction.atomic():
        old = rows.select_for_update().values_list(slot, flat=True).get()
        rows.update(**{slot: name})
        transaction.on_commit(partial(pictures.delete, old), robust=True)
    setattr(row, slot, name)
