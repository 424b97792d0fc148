"""Invitations: what the business does with them, and the page that the link in the mail opens."""

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking.domain import invitations
from booking.domain.invitations import CannotJoin, InvitationOver, InvitationRefused
from booking.views.answers import keep_secret, see_other
from project import clock
from project.access import secret_link
from project.errors import NguvaError
from project.htmx import PageRequest
from providers.forms.team import InviteForm
from providers.models import Invitation
from providers.views.access import BusinessRequest, address, member
from providers.views.team import get_member, show_member, try_to_invite

if TYPE_CHECKING:
    from customers.models import User


@member
@require_POST
def member_invite(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Invite a member, or do so again; links that were sent before stop working."""
    person = get_member(request, member_id)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return show_member(request, person, invite_form=form, status=422)
    try_to_invite(request, person, form.cleaned_data["email"])
    return see_other(address(request, "provider_member", person.pk))


@member
@require_POST
def member_withdraw(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Withdraw what was sent to a member; a repeat is harmless."""
    person = get_member(request, member_id)
    invitations.withdraw(person, by=request.membership, now=clock.now())
    messages.success(request, "The invitation is withdrawn: its link does not work any more.")
    return see_other(address(request, "provider_member", person.pk))


@member
@require_POST
def member_disconnect(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Take the account from a member: they stay in the team, and cannot sign in there."""
    person = get_member(request, member_id)
    try:
        invitations.disconnect(person, by=request.membership, now=clock.now())
    except InvitationRefused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"{person} cannot sign in here any more.")
    return see_other(address(request, "provider_member", person.pk))


@secret_link
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PageRequest, token: str) -> HttpResponse:
    """Show who invites as what; on POST join, or first log in and come back.

    404 for a link that we did not make, 410 for one that is over, 409 for an account that cannot
    join.
    """
    now, user = clock.now(), request.user
    try:
        asked = invitations.read_token(token)
    except invitations.UnknownInvitation as error:
        return _show(request, None, problem=error, status=404)
    joined = user.is_authenticated and invitations.has_joined(asked, user)
    problem = None if joined else invitations.over(asked, now=now)
    if problem is not None:
        return _show(request, asked, problem=problem, status=410)
    if request.method == "POST":
        return _join(request, asked) if user.is_authenticated else _log_in_first(request, asked)
    if user.is_authenticated and not joined:
        return _show(request, asked, problem=invitations.hindrance(asked, user))
    return _show(request, asked, joined=joined)


def _join(request: PageRequest, asked: Invitation) -> HttpResponse:
    try:
        place = invitations.accept(asked, by=cast("User", request.user), now=clock.now())
    except (InvitationOver, CannotJoin) as refusal:
        status = 410 if isinstance(refusal, InvitationOver) else 409
        return _show(request, asked, problem=refusal, status=status)
    messages.success(request, f"You are in: welcome to {place.provider}.")
    return see_other(f"{reverse('provider_dashboard')}?business={place.provider.slug}")


def _log_in_first(request: PageRequest, asked: Invitation) -> HttpResponse:
    """Send the visitor to log in, or to make an account for the address that was written to.

    The link reached that address, which is all that a mail to confirm it would show.
    """
    way = urlencode({"next": request.path}, safe="/")
    if request.POST.get("via") == "login":
        return see_other(f"{resolve_url('account_login')}?{way}")
    get_adapter(request).stash_verified_email(request, asked.email)
    return see_other(f"{resolve_url('account_signup')}?{way}")


def _show(
    request: PageRequest,
    asked: Invitation | None,
    *,
    problem: NguvaError | None = None,
    joined: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {"asked": asked, "problem": problem, "joined": joined}
    if asked is not None:
        context |= {"member": asked.staff, "provider": asked.staff.provider}
    return keep_secret(render(request, "providers/invitation.html", context, status=status))
