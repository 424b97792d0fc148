"""The name of a business in its address."""

from django.utils.text import slugify

from providers.models import FormerSlug, Provider

LONGEST = 80


def free_slug(name: str) -> str:
    """Return ``tendai-hair-studio`` for ``Tendai Hair Studio``, numbered where that is taken."""
    plain = slugify(name)[: LONGEST - 8].strip("-") or "business"
    taken = set(_like(plain))
    slug, number = plain, 1
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def is_free(slug: str, *, provider: Provider) -> bool:
    """Whether nobody else has the address, or had it: old links lead to whoever had it."""
    others = Provider.objects.exclude(pk=provider.pk).filter(slug=slug)
    left = FormerSlug.objects.exclude(provider=provider).filter(slug=slug)
    return not others.exists() and not left.exists()


def find_moved(slug: str) -> str | None:
    """Return where the business that once was called ``slug`` is now; for addresses that fail."""
    found = FormerSlug.objects.filter(slug=slug).values_list("provider__slug", flat=True)
    return found.first()


def _like(plain: str) -> list[str]:
    now = Provider.objects.filter(slug__startswith=plain).values_list("slug", flat=True)
    before = FormerSlug.objects.filter(slug__startswith=plain).values_list("slug", flat=True)
    return [*now, *before]
