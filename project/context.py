"""What every page knows beside its own content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from providers.models import Provider


def business(request: HttpRequest) -> dict[str, Any]:
    """Return ``has_business``: whether the person owns a business or works for one.

    It costs one EXISTS when a template first asks for it; nothing for visitors, on the provider's
    own pages (which know already), and in fragments (which do not ask).
    """
    return {"has_business": SimpleLazyObject(lambda: _has_business(request))}


def _has_business(request: HttpRequest) -> bool:
    known = getattr(request, "memberships", None)
    if known is not None:
        return bool(known)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return Provider.objects.for_member(user).exists()
