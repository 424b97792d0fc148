"""Which address is the main one: one that was confirmed, and that is no other account's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase

from booking.views.answers import see_other
from customers.models import User

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """Return allauth's page of addresses, which alone would let both happen.

    Without any confirmed address it takes an unconfirmed one as the main one; and with one that
    another account logs in with, but has not confirmed, it breaks on the database's rule.
    """

    @wraps(view)
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "action_primary" in request.POST and request.user.is_authenticated:
            refusal = _refusal(request.user, request.POST.get("email", ""))
            if refusal:
                messages.error(request, refusal)
                return see_other("account_email")
        return view(request, *args, **kwargs)

    return guarded_view


def _refusal(user: User, email: str) -> str:
    """Return why it cannot become the main one. It is found exactly as allauth finds it."""
    if "\0" in email:
        return "This is not an email address."
    address = EmailAddress.objects.filter(user=user, email=email.lower()).first()
    if address is None or address.primary:
        return ""
    if not address.verified:
        return "Confirm this address first: open the link in the mail that we sent there."
    if User.objects.exclude(pk=user.pk).filter(email__iexact=address.email).exists():
        return "Another account logs in with this address. Reset its password to get in there."
    return ""
