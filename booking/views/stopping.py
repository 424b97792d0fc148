"""The page behind "stop these messages": a button for people, one request for mail programs."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking.notifications import unsubscribe
from booking.views.answers import keep_secret
from project.access import secret_link
from project.htmx import PageRequest


# A mail program posts here by itself (RFC 8058), with neither cookies nor our token, so the CSRF
# check must let it through. The signed token in the address is what permits it, and it is the same
# for whoever sends it: a foreign site that knows it could as well open the page.
@csrf_exempt
@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def messages_stop(request: PageRequest, token: str) -> HttpResponse:
    """Ask whether messages of this kind shall stop; on POST stop them. A repeat is harmless."""
    try:
        stop = unsubscribe.read_token(token)
    except unsubscribe.UnknownStop as error:
        raise Http404 from error
    if request.method == "POST":
        unsubscribe.apply(stop)
    context = {
        "kind": stop.kind,
        "has_account": stop.user is not None,
        "stopped": request.method == "POST",
    }
    return keep_secret(render(request, "booking/stop.html", context))
