"""Messages on the site: the bell of the navigation, and the list behind it."""

import re

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from booking.models import Notification
from booking.notifications.reading import mark_all_read, mark_read, unread, unread_in_session
from booking.views.answers import see_other
from project import clock
from project.access import customer, declare
from project.htmx import MemberRequest
from project.paths import own_path

PAGE_SIZE = 20
KEY = re.compile(r"[0-9]{1,18}")
STOP_POLLING = 286
"""What htmx takes as: do not ask again."""


def bell(request: HttpRequest) -> HttpResponseBase:
    """Answer with the bell's inside, or 304 while the number is what the browser has.

    A page whose person has logged out meanwhile keeps what it shows and asks no more; it must not
    be led to the log-in page in the middle of something.
    """
    number = unread_in_session(request.session)
    if number is None:
        return _not_logged_in(request)
    etag = f'"bell-{number}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "customers/_bell.html", {"unread": number})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


bell = declare(require_safe(bell), "customer")


@customer
@require_safe
def notification_list(request: MemberRequest) -> HttpResponse:
    """Show the messages that the person may read, newest first, a page at a time."""
    mine = Notification.objects.for_user(request.user).select_related("provider").defer("message")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    number, newest = unread(request.user)
    context = {"page": page, "unread": number, "newest": newest}
    return render(request, "customers/notifications.html", context)


@customer
@require_POST
def read_one(request: MemberRequest, notification_id: int) -> HttpResponse:
    """Mark one own message as read and open the page that it is about."""
    try:
        found = mark_read(request.user, notification_id, now=clock.now())
    except Notification.DoesNotExist:
        raise Http404 from None
    return see_other(own_path(found.path) or "notifications")


@customer
@require_POST
def read_all(request: MemberRequest) -> HttpResponse:
    """Mark all own messages as read that the page knew; what came since stays new."""
    newest = request.POST.get("newest", "")
    up_to = int(newest) if KEY.fullmatch(newest) else None
    marked = mark_all_read(request.user, up_to=up_to, now=clock.now())
    messages.success(request, "All messages are marked as read." if marked else "Nothing was new.")
    return see_other("notifications")


def _not_logged_in(request: HttpRequest) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(status=STOP_POLLING)
    response["HX-Reswap"] = "none"
    return response
