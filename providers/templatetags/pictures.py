"""Addresses of stored pictures, for every app's templates: ``{% load pictures %}``."""

from django import template

from project import pictures

register = template.Library()
register.filter("picture_srcset", pictures.srcset)


@register.filter
def picture_url(name: str, width: int) -> str:
    """Return where the picture called ``name`` is served in that width: one of its kind's."""
    return pictures.url(name, width)
