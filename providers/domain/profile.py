"""What a business says of itself, and the policy by which it can be booked."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from project.db import retry_on_conflict
from project.errors import InvalidInput
from providers.domain.catalogue import refresh_search_text
from providers.domain.locking import lock_provider
from providers.domain.slugs import is_free
from providers.models import FormerSlug, Provider

PROFILE = (
    *("name", "category", "description", "phone", "email", "address", "city", "country"),
    *("timezone", "currency", "slug"),
)
POLICY = (
    *("minimum_notice", "booking_horizon", "slot_step", "cancellation_window"),
    *("auto_confirm", "buffer_before", "buffer_after"),
)


@retry_on_conflict
def change_profile(provider: Provider, changes: Mapping[str, Any]) -> Provider:
    """Write what of PROFILE is in ``changes``; what search reads and old links follow.

    Whoever calls has made sure that the person may. Raises ``InvalidInput`` for a slug that is
    taken.
    """
    try:
        with transaction.atomic():
            locked = lock_provider(provider.pk)
            _move(locked, changes.get("slug", locked.slug))
            _write(locked, changes, allowed=PROFILE)
            refresh_search_text(locked)
    except IntegrityError as error:  # somebody took the slug at the same moment
        raise InvalidInput(TAKEN, field="slug") from error
    return locked


@retry_on_conflict
def change_policy(provider: Provider, changes: Mapping[str, Any]) -> Provider:
    """Write what of POLICY is in ``changes``. Bookings that were made stay as they are."""
    with transaction.atomic():
        locked = lock_provider(provider.pk)
        _write(locked, changes, allowed=POLICY)
    return locked


TAKEN = "This address is taken. Try another one."


def _move(provider: Provider, slug: str) -> None:
    """Let links to the old address lead to the new one."""
    if slug == provider.slug:
        return
    if not is_free(slug, provider=provider):
        raise InvalidInput(TAKEN, field="slug")
    FormerSlug.objects.filter(provider=provider, slug=slug).delete()
    FormerSlug.objects.create(provider=provider, slug=provider.slug)


def _write(provider: Provider, changes: Mapping[str, Any], *, allowed: tuple[str, ...]) -> None:
    names = [name for name in allowed if name in changes]
    for name in names:
        setattr(provider, name, changes[name])
    provider.save(update_fields=names)
