"""Small middleware: what HTMX needs on every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class HtmxMiddleware:
    """Keep caches from mixing a fragment with its page, and let HTMX follow redirects to pages.

    HTMX would put the page behind a 302 into the fragment's place; ``HX-Redirect`` makes the
    browser open it instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("HX-Request", "HX-Target"))
        if request.headers.get("HX-Request") and response.status_code in {301, 302, 303}:
            # The answer stays the same one, with its cookies and all else that it says.
            response["HX-Redirect"] = response["Location"]
            del response["Location"]
            response.status_code = 204
            response.content = b""
        return response
