"""What other sites and chats show of a link to a page: Open Graph, which Twitter reads as well.

https://ogp.me: title, type, url, image, description; all addresses absolute.
"""

from dataclasses import dataclass

from django.conf import settings

from booking.words import one_line
from project import pictures
from providers.models import Provider

LONGEST = 200
"""Characters of a description; chats cut it off about there."""


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """The texts, and the picture if there is one; ``card`` is Twitter's name for its layout."""

    title: str
    description: str
    url: str
    image: str = ""
    width: int = 0
    height: int = 0

    @property
    def card(self) -> str:
        return "summary_large_image" if self.width > self.height else "summary"


def link_preview(
    provider: Provider, *, title: str, description: str, path: str, picture: str = ""
) -> LinkPreview:
    """Return the preview of the page at ``path``, with ``picture`` or what the provider has."""
    shown = picture or provider.cover or provider.picture
    image, width, height = "", 0, 0
    if shown:
        width, height = pictures.kind_of(shown).size(max(pictures.kind_of(shown).widths))
        image = f"{settings.PUBLIC_URL}{pictures.url(shown, width)}"
    return LinkPreview(
        title=one_line(title),
        description=_cut(one_line(description)),
        url=f"{settings.PUBLIC_URL}{path}",
        image=image,
        width=width,
        height=height,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
