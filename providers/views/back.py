"""Where people go after a change."""

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from providers.views.access import BusinessRequest


def way_back(request: BusinessRequest, *, default: str) -> str:
    """Return the path of ours that the person came from, as the form or address says."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return url
    return default


def see_other(url: str) -> HttpResponse:
    """Lead the browser on by GET after a POST, so that a reload does not repeat it."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
