"""Where people go after a change."""

from project.paths import own_path
from providers.views.access import BusinessRequest


def way_back(request: BusinessRequest, *, default: str) -> str:
    """Return the path of ours that the person came from, as the form or address says."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return own_path(url) or default
