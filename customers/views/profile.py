"""Who somebody is: name, phone, clock, language and picture; and ending their log-ins."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from booking.views.answers import see_other
from booking.words import say_zone
from customers.domain.sessions import sign_out_everywhere
from customers.forms import ProfileForm, SignOutForm, TimezoneForm
from customers.models import User
from project.access import customer
from project.htmx import MemberRequest
from project.pictures import PICTURE
from providers.domain.pictures import remove_picture, set_picture
from providers.forms.pictures import PictureForm


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """Show what we know of the person; on POST keep it, or answer 422 with what cannot be."""
    if request.method != "POST":
        return _show(request)
    form = ProfileForm(request.POST, instance=_own(request))
    if not form.is_valid():
        return _show(request, form=form)
    form.instance.save(update_fields=ProfileForm.Meta.fields)
    messages.success(request, "Saved.")
    return see_other("profile")


@customer
@require_POST
def picture(request: MemberRequest) -> HttpResponse:
    """Replace or remove the person's picture."""
    if "remove" in request.POST:
        remove_picture(of=_own(request))
        messages.success(request, "Removed.")
        return see_other("profile")
    form = PictureForm(request.POST, request.FILES, kind=PICTURE)
    if not form.is_valid():
        return _show(request, picture_form=form)
    set_picture(of=_own(request), picture=form.picture())
    messages.success(request, "Saved.")
    return see_other("profile")


@customer
@require_POST
def keep_timezone(request: MemberRequest) -> HttpResponse:
    """Keep the clock that the browser told of and its person found right."""
    form = TimezoneForm(request.POST, instance=_own(request))
    if form.is_valid():
        form.instance.save(update_fields=["timezone"])
        messages.success(request, f"Your clock is set to {say_zone(form.instance.timezone)}.")
    else:
        messages.error(request, "We do not know this clock. Choose yours from the list.")
    return see_other("profile")


@customer
@require_POST
def sign_out(request: MemberRequest) -> HttpResponse:
    """End all log-ins of the account, or all but this one."""
    form = SignOutForm(request.POST)
    user = _own(request)
    sign_out_everywhere(user)
    if form.is_valid() and form.cleaned_data["keep"]:
        update_session_auth_hash(request, user)
        messages.success(request, "You are logged out everywhere else.")
        return see_other("profile")
    end_session(request)
    messages.success(request, "You are logged out everywhere.")
    return see_other("account_login")


def _own(request: MemberRequest) -> User:
    """Return a copy of the person to change: the page's head still shows what is stored."""
    return User.objects.get(pk=request.user.pk)


def _show(
    request: MemberRequest,
    *,
    form: ProfileForm | None = None,
    picture_form: PictureForm | None = None,
) -> HttpResponse:
    address = EmailAddress.objects.filter(user=request.user, email__iexact=request.user.email)
    context: dict[str, Any] = {
        "form": form or ProfileForm(instance=_own(request)),
        "picture_form": picture_form or PictureForm(kind=PICTURE),
        "sign_out_form": SignOutForm(),
        "email_confirmed": address.filter(verified=True).exists(),
    }
    status = 422 if form or picture_form else 200
    return render(request, "customers/profile.html", context, status=status)
