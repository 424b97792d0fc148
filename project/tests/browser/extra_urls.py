"""The site, with addresses at which it answers what it otherwise answers in bad moments only."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import requires_csrf_token

from project.urls import urlpatterns as site


def bad(request: HttpRequest) -> HttpResponse:
    raise BadRequest


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


@requires_csrf_token
def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


urlpatterns = [
    path("extra/bad/", bad),
    path("extra/forbidden/", forbidden),
    path("extra/broken/", broken),
    path("extra/too-many/", too_many),
    *site,
]
