"""The one lock behind which capacity is taken and appointments change."""

from providers.models import Provider


def lock_provider(provider_id: int) -> Provider:
    """Wait for, take and return the provider's row, until the transaction ends.

    It serialises whatever takes or frees time at one business, across staff, resources, seats and
    holds; different businesses do not wait for one another. ``no_key`` lets rows that refer to the
    provider be inserted meanwhile. On SQLite the immediate transaction is itself the lock.
    """
    return Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
