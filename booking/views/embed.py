"""Pages that other sites may show inside their own: ``?embed=1``.

Inside a frame on a foreign site browsers send us no cookies and keep none (ours are SameSite=Lax),
so neither a hold nor a form with a token can work there. Hence what can be framed only looks: a
provider's page and the grids of times, by GET, without navigation and without anything that changes
something; and therefore there is nothing in them that a hostile page could have pressed by stealth.
A pressed time opens a new tab on the ordinary booking page, where everything is our own again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

PARAM = "embed"
View = Callable[..., HttpResponse]


def is_embedded(request: HttpRequest) -> bool:
    """Say whether the page is asked for to be shown within another site's."""
    return request.GET.get(PARAM) == "1"


def keep_embed(request: HttpRequest) -> dict[str, str]:
    """Return the parameter that keeps the following pages slim, if this one is."""
    return {PARAM: "1"} if is_embedded(request) else {}


def embeddable(view: View) -> View:
    """Let any site frame the answers of ``view`` to ``?embed=1``, and none of its others."""

    @wraps(view)
    def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if is_embedded(request):
            response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]  # noqa: SLF001
            response.xframe_options_exempt = True
        return response

    return framed
