"""The providers that somebody keeps, to find them again at once."""

from django.db.models import Exists, OuterRef

from customers.models import User
from project.errors import InvalidInput
from providers.models import Favourite, Provider
from providers.models.provider import ProviderQuerySet

MOST = 100
"""More than anybody looks through; it keeps the lists that begin with them small."""


def keep(provider: Provider, *, by: User) -> None:
    """Keep ``provider`` for ``by``; a repeat is harmless.

    Raises ``InvalidInput`` when so many are kept that they are no help any more.
    """
    if Favourite.objects.filter(user=by).exclude(provider=provider).count() >= MOST:
        raise InvalidInput(f"You keep {MOST} already. Take one away first.", field="keep")
    Favourite.objects.get_or_create(user=by, provider=provider)


def drop(provider: Provider, *, by: User) -> None:
    """Keep it no longer; a repeat is harmless."""
    Favourite.objects.filter(user=by, provider=provider).delete()


def kept_ids(user: User) -> list[int]:
    """Return the keys of what ``user`` keeps, the newest first; one query, at most ``MOST``."""
    return list(Favourite.objects.filter(user=user).values_list("provider_id", flat=True)[:MOST])


def is_kept(provider: Provider, user: User) -> bool:
    """Whether ``user`` keeps it; one query."""
    return Favourite.objects.filter(user=user, provider=provider).exists()


def within_reach(user: User) -> ProviderQuerySet:
    """Return what ``user`` may keep or drop: what everybody sees, and what is kept already."""
    kept = Favourite.objects.filter(user=user, provider=OuterRef("pk"))
    return Provider.objects.listed() | Provider.objects.filter(Exists(kept))


def favourites_of(user: User) -> ProviderQuerySet:
    """Return what ``user`` keeps, the newest first, with what a list shows of each."""
    kept = Provider.objects.filter(favourites__user=user).select_related("category")
    return kept.order_by("-favourites__created_at", "-favourites__pk")
