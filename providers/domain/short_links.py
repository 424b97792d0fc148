"""Short links that people can print, read out or put into a profile.

A code is a letter for the sort of thing and its id in base 36: ``p1z`` is provider 71. Nothing is
kept of it, so a link lives as long as what it is about; what is not public is not found.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from providers.models import Provider, Service, Staff

CODE_PATTERN = "[psw][0-9a-z]{1,12}"
"""Provider, service, worker. The longest id that fits is one that every database takes."""

LETTERS: dict[type[Provider | Service | Staff], str] = {Provider: "p", Service: "s", Staff: "w"}


def code_of(thing: Provider | Service | Staff) -> str:
    """Return the code of a business, a service or a person who works there."""
    return LETTERS[type(thing)] + int_to_base36(thing.pk)


def short_url(code: str) -> str:
    """Return the absolute address for a code."""
    return f"{settings.PUBLIC_URL}{reverse('short_link', args=[code])}"


def resolve(code: str) -> str | None:
    """Return the path of the public page that a code stands for, if everybody may see it."""
    pk = base36_to_int(code[1:])
    if code[0] == "p":
        return _provider_path(pk)
    return _service_path(pk) if code[0] == "s" else _worker_path(pk)


def _provider_path(pk: int) -> str | None:
    found = Provider.objects.listed().filter(pk=pk).first()
    return found.get_absolute_url() if found else None


def _service_path(pk: int) -> str | None:
    found = Service.objects.bookable().select_related("provider").filter(pk=pk).first()
    return reverse("booking", args=[found.provider.slug, found.slug]) if found else None


def _worker_path(pk: int) -> str | None:
    """Lead to the times of somebody with one service, else to the choice among theirs."""
    listed = Staff.objects.active().filter(provider__approved=True, provider__published=True)
    found = listed.select_related("provider").filter(pk=pk).first()
    if found is None:
        return None
    slug = found.provider.slug
    services = found.services.filter(active=True, provider=found.provider, needs_staff=True)
    slugs = list(services.values_list("slug", flat=True)[:2])
    if len(slugs) == 1:
        path = reverse("booking", args=[slug, slugs[0]])
    else:
        path = reverse("provider_detail", args=[slug])
    return f"{path}?{urlencode({'staff': found.pk})}" if slugs else path
