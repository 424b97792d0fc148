"""The names of a business and its services in their addresses."""

from collections.abc import Callable, Iterable

from django.utils.text import slugify

from providers.models import FormerSlug, Provider, Service

LONGEST = 72
"""Leaves room for the number that tells namesakes apart."""


def free_slug(name: str) -> str:
    """Return ``tendai-hair-studio`` for ``Tendai Hair Studio``, numbered where that is taken."""
    return _first_free(name, usual="business", taken=_like)


def free_service_slug(provider: Provider, name: str) -> str:
    """Return the same for a new service, among those of ``provider``.

    The caller has locked the provider, else two namesakes could meet.
    """
    slugs = Service.objects.filter(provider=provider).values_list("slug", flat=True)
    return _first_free(
        name, usual="service", taken=lambda plain: slugs.filter(slug__startswith=plain)
    )


def is_free(slug: str, *, provider: Provider) -> bool:
    """Whether nobody else has the address, or had it: old links lead to whoever had it."""
    others = Provider.objects.exclude(pk=provider.pk).filter(slug=slug)
    left = FormerSlug.objects.exclude(provider=provider).filter(slug=slug)
    return not others.exists() and not left.exists()


def find_moved(slug: str) -> Provider | None:
    """Return the business that once was called ``slug``; for addresses that fail.

    It may be one that strangers must not learn of.
    """
    found = FormerSlug.objects.filter(slug=slug).select_related("provider").first()
    return found.provider if found else None


def _first_free(name: str, *, usual: str, taken: Callable[[str], Iterable[str]]) -> str:
    """Return the slug of ``name``, numbered until it is not among ``taken`` of its beginning."""
    plain = slugify(name)[:LONGEST].strip("-_") or usual
    others = set(taken(plain))
    slug, number = plain, 1
    while slug in others:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def _like(plain: str) -> list[str]:
    now = Provider.objects.filter(slug__startswith=plain).values_list("slug", flat=True)
    before = FormerSlug.objects.filter(slug__startswith=plain).values_list("slug", flat=True)
    return [*now, *before]
