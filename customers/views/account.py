"""A person's data and account: take it along, delete it, or keep it after all."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from booking.domain import closing_accounts
from booking.domain.closing_accounts import GRACE, coming
from booking.feeds.own_data import write_own_data
from booking.views.answers import keep_secret, see_other
from customers.forms import PasswordForm
from customers.views.limits import count, too_often
from project import clock
from project.access import customer, secret_link
from project.errors import NguvaError
from project.htmx import MemberRequest, PageRequest

DOWNLOADS_AN_HOUR = 4
WISHES_AN_HOUR = 4
WRONG_PASSWORDS_AN_HOUR = 10


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: MemberRequest) -> HttpResponseBase:
    """Say what can be downloaded; on POST send it."""
    if request.method != "POST":
        return render(request, "customers/own_data.html")
    if too_often(request.user, "own-data", allowed=DOWNLOADS_AN_HOUR):
        return _slow_down(request, "customers/own_data.html", {})
    count(request.user, "own-data")
    name = f"nguva-{clock.now():%Y-%m-%d}.zip"
    return FileResponse(write_own_data(request.user), as_attachment=True, filename=name)


@customer
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: MemberRequest) -> HttpResponse:
    """Explain what goes; on POST, with the password, mail the link that confirms it."""
    if request.method != "POST":
        return _show(request, PasswordForm(user=request.user))
    form = PasswordForm(request.POST, user=request.user)
    if too_often(request.user, "wrong-password", allowed=WRONG_PASSWORDS_AN_HOUR) or too_often(
        request.user, "close-account", allowed=WISHES_AN_HOUR
    ):
        return _slow_down(request, "customers/close_account.html", _facts(request, form))
    if not form.is_valid():
        count(request.user, "wrong-password")
        return _show(request, form, status=422)
    try:
        closing_accounts.ask_to_close(request.user, now=clock.now())
    except NguvaError as error:
        form.add_error(None, error.message)
        return _show(request, form, status=422)
    count(request.user, "close-account")
    messages.success(request, f"We sent a mail to {request.user.email}. Open its link to go on.")
    return see_other("close_account")


@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def close_account_confirm(request: PageRequest, token: str) -> HttpResponse:
    """Ask once more, behind the link in the mail; on POST set the day. A repeat is harmless."""
    now = clock.now()
    try:
        user = closing_accounts.read_token(token)
    except closing_accounts.UnknownLink as error:
        raise Http404 from error
    if request.user.is_authenticated and request.user.pk != user.pk:
        raise Http404  # another person's wish is not to be seen, by whatever way the link came
    refusal = None
    if request.method == "POST":
        try:
            closing_accounts.confirm_closing(user, now=now)
        except NguvaError as error:
            refusal = error.message
        else:
            return keep_secret(see_other(request.path))
    context = {
        "person": user,
        "closing_at": user.closing_at,
        "refusal": refusal,
        "called_off": coming(user, now=user.closing_at or now + GRACE).count(),
        "grace": GRACE.days,
        "zone": user.timezone or "UTC",
    }
    answer = render(request, "customers/close_account_confirm.html", context)
    answer.status_code = 409 if refusal else 200
    return keep_secret(answer)


@customer
@require_POST
def keep_account(request: MemberRequest) -> HttpResponse:
    """Take the wish back."""
    try:
        closing_accounts.keep_account(request.user, now=clock.now())
    except NguvaError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Good that you stay. Your account is kept.")
    return see_other("me")


def _facts(request: MemberRequest, form: PasswordForm) -> dict[str, object]:
    now = clock.now()
    refusal = closing_accounts.obstacle(request.user, now=now)
    return {
        "form": form,
        "refusal": refusal,
        "called_off": coming(request.user, now=now + GRACE).count(),
        "grace": GRACE.days,
    }


def _show(request: MemberRequest, form: PasswordForm, *, status: int = 200) -> HttpResponse:
    return render(request, "customers/close_account.html", _facts(request, form), status=status)


def _slow_down(request: MemberRequest, template: str, context: dict[str, object]) -> HttpResponse:
    text = "That was asked for several times already. Please try again in an hour."
    answer = render(request, template, context | {"slow_down": text}, status=429)
    answer["Retry-After"] = "3600"
    return answer
