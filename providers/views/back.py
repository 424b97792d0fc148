"""Where people go after a change."""

from django.utils.http import url_has_allowed_host_and_scheme

from providers.views.access import BusinessRequest


def way_back(request: BusinessRequest, *, default: str) -> str:
    """Return the path of ours that the person came from, as the form or address says."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return url
    return default
