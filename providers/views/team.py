"""The team: who works at the business, as what, and in which order."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.domain.invitations import InvitationRefused, invite
from booking.domain.reassign import coming
from booking.views.answers import see_other
from booking.views.asking import sent
from project import clock
from project.errors import InvalidInput
from providers.domain.team import (
    add_member,
    change_member,
    may_edit,
    move_member,
    services_with_people,
    team_of,
)
from providers.forms.team import InviteForm, MemberForm, NewMemberForm
from providers.models import Invitation, Service, Staff
from providers.views.access import BusinessRequest, address, business_context, manager, member


@manager
@require_safe
def team(request: BusinessRequest) -> HttpResponse:
    """List everybody who works there, and whom to invite; archived ones below."""
    place = request.membership
    people = list(team_of(place.provider, now=clock.now()))
    for each in people:
        each.editable = may_edit(place, each)  # type: ignore[attr-defined]
    context = business_context(request, here="provider_business") | {
        "people": [each for each in people if each.active],
        "archived": [each for each in people if not each.active],
        "owner_works": any(each.user_id == place.provider.owner_id for each in people),
    }
    return render(request, "providers/team.html", context)


@manager
@require_http_methods(["GET", "HEAD", "POST"])
def member_new(request: BusinessRequest) -> HttpResponse:
    """Add somebody, and invite them at once where there is an address."""
    place = request.membership
    working = Staff.objects.filter(provider=place.provider, user=place.provider.owner_id)
    data = sent(request)
    form = NewMemberForm(data, place=place, owner_works=working.exists())
    if data is None:
        return _show_form(request, form)
    if not form.is_valid():
        return _show_form(request, form, status=422)
    try:
        added = add_member(
            by=place,
            name=form.cleaned_data["name"],
            title=form.cleaned_data["title"],
            role=form.role_or(Staff.Role.STAFF) or Staff.Role.STAFF,
            services=list(form.cleaned_data["services"]),
            user=form.user(place),
        )
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _show_form(request, form, status=422)
    messages.success(request, f"{added} is in the team.")
    if email := form.cleaned_data["email"]:
        try_to_invite(request, added, email)
    return see_other(address(request, "provider_team"))


@member
@require_http_methods(["GET", "HEAD", "POST"])
def member_page(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Show one member; on POST keep what was changed."""
    person = get_member(request, member_id)
    if request.method != "POST":
        return show_member(request, person)
    form = MemberForm(request.POST, place=request.membership, member=person)
    if not form.is_valid():
        return show_member(request, person, form=form, status=422)
    orphans = change_member(
        person,
        by=request.membership,
        name=form.cleaned_data["name"],
        title=form.cleaned_data["title"],
        role=form.role_or(None),
        services=list(form.cleaned_data["services"]),
    )
    messages.success(request, "Saved.")
    warn_of_orphans(request, orphans)
    return see_other(address(request, "provider_member", person.pk))


@member
@require_POST
def member_move(request: BusinessRequest, member_id: int) -> HttpResponse:
    """Move a member one place up or down; managers order everybody."""
    person = get_colleague(request, member_id)
    move_member(person, up=request.POST.get("to") == "up", by=request.membership)
    return see_other(f"{address(request, 'provider_team')}#member-{person.pk}")


def get_colleague(request: BusinessRequest, member_id: int) -> Staff:
    """Return somebody of a business that the person runs, with account and services.

    It makes that business the one that the page is about. Raises ``Http404`` otherwise.
    """
    runs = {place.provider.pk: place for place in request.memberships if place.sees_all}
    wanted = Staff.objects.select_related("user").prefetch_related(
        Prefetch("services", queryset=Service.objects.active())
    )
    person = get_object_or_404(wanted.filter(provider__in=list(runs)), pk=member_id)
    request.membership = runs[person.provider_id]
    person.provider = request.membership.provider
    return person


def get_member(request: BusinessRequest, member_id: int) -> Staff:
    """Return a colleague whom the person may change; raise ``Http404`` otherwise."""
    person = get_colleague(request, member_id)
    if not may_edit(request.membership, person):
        raise Http404
    return person


def show_member(
    request: BusinessRequest,
    person: Staff,
    *,
    form: MemberForm | None = None,
    invite_form: InviteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of one member, fetched for this person."""
    now = clock.now()
    asked = Invitation.objects.filter(staff=person, accepted_at=None).first()
    context = business_context(request, here="provider_business") | {
        "person": person,
        "is_owner": person.user_id == request.membership.provider.owner_id,
        "form": form or MemberForm(place=request.membership, member=person),
        "invite_form": invite_form or InviteForm(initial={"email": asked.email if asked else ""}),
        "asked": asked,
        "asked_open": asked is not None and asked.withdrawn_at is None and asked.expires_at > now,
        "hours_url": address(request, "provider_hours", staff=str(person.pk)),
        "coming_count": coming(person, now=now).count(),
    }
    return render(request, "providers/member.html", context, status=status)


def try_to_invite(request: BusinessRequest, person: Staff, email: str) -> bool:
    """Invite, and say what came of it; whether it is on its way."""
    try:
        invite(person, email=email, by=request.user, now=clock.now())
    except InvitationRefused as refusal:
        messages.warning(request, refusal.message)
        return False
    messages.success(request, f"An invitation is on its way to {email}.")
    return True


def warn_of_orphans(request: BusinessRequest, services: list[Service]) -> None:
    """Say which services nobody performs any more."""
    if services:
        names = ", ".join(service.name for service in services)
        messages.warning(request, f"Nobody performs {names} now, so it cannot be booked.")


def _show_form(request: BusinessRequest, form: NewMemberForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = business_context(request, here="provider_business") | {
        "form": form,
        "has_services": services_with_people(request.membership.provider).exists(),
    }
    return render(request, "providers/member_new.html", context, status=status)
