"""The one lock behind which capacity is taken, and what a business offers or books changes."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from project.prepared import Prepared
from providers.models import Provider

COLUMNS = [field.attname for field in Provider._meta.concrete_fields]


def lock_provider(provider_id: int) -> Provider:
    """Wait for, take and return the provider's row, until the transaction ends.

    It serialises whatever takes or frees time at one business, across staff, resources, seats and
    holds; different businesses do not wait for one another. ``no_key`` lets rows that refer to the
    provider be inserted meanwhile. On SQLite the immediate transaction is itself the lock.
    """
    rows = LOCKED.rows(provider=provider_id)
    if not rows:
        raise Provider.DoesNotExist
    return Provider.from_db(connection.alias, COLUMNS, rows[0])


def _locked_query(*, provider: int) -> QuerySet[Any, tuple[Any, ...]]:
    locked = Provider.objects.select_for_update(no_key=True)
    return locked.filter(pk=provider).order_by().values_list(*COLUMNS)


LOCKED = Prepared(_locked_query)
