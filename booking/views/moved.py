"""Old addresses of a business, and pages that only its own people may see yet."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from booking.views.lookup import logged_in
from project.htmx import PageRequest
from providers.domain.slugs import find_moved
from providers.models import Provider

View = Callable[..., HttpResponseBase]


def follow_moves(view: View) -> View:
    """Lead from a business's former address to its page; it costs a query where nothing is found.

    For views that only read, and whose address begins with the slug. Of a business that is not
    listed nobody but its own people learns the new address.
    """

    @wraps(view)
    def found(request: PageRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, slug, **kwargs)
        except Http404:
            moved = find_moved(slug)
            if moved is None or request.resolver_match is None:
                raise
        is_hidden(request, moved)
        address = {"slug": moved.slug, **kwargs}
        path = reverse(str(request.resolver_match.url_name), kwargs=address)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{path}?{query}" if query else path)

    return found


def is_hidden(request: PageRequest, provider: Provider) -> bool:
    """Whether the page is shown to its own people alone; raises ``Http404`` for others."""
    if provider.is_listed:
        return False
    user = logged_in(request)
    if user is None or not Provider.objects.for_member(user).filter(pk=provider.pk).exists():
        raise Http404
    return True
