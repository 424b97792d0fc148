"""The people who work at a business: who they are, what they do there, and in which order."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q, QuerySet

from customers.models import User
from project.db import retry_on_conflict
from project.errors import InvalidInput, NotAllowed
from providers.domain.access import Membership, Role
from providers.domain.locking import lock_provider
from providers.models import Invitation, Provider, Service, Staff

MOST_MEMBERS = 200
"""People of one business, archived ones included."""


def may_edit(place: Membership, member: Staff) -> bool:
    """Whether whoever has ``place`` may change ``member``.

    The owner changes everybody; managers change neither managers nor the owner's own row.
    """
    if place.provider.pk != member.provider_id or not place.sees_all:
        return False
    if place.role is Role.OWNER:
        return True
    return member.role == Staff.Role.STAFF and member.user_id != place.provider.owner_id


def team_of(provider: Provider, *, now: datetime) -> QuerySet[Staff]:
    """Return everybody in their order, archived ones last, with what the list shows of each.

    Adds ``service_count`` (active services) and ``asked`` (open invitations). Two queries.
    """
    asked = Invitation.objects.open(now)
    return (
        Staff.objects.filter(provider=provider)
        .select_related("user")
        .annotate(service_count=Count("services", filter=Q(services__active=True)))
        .prefetch_related(Prefetch("invitations", queryset=asked, to_attr="asked"))
        .order_by("-active", "position", "pk")
    )


def services_with_people(provider: Provider) -> QuerySet[Service]:
    """Return the active services that somebody performs, in their order."""
    return Service.objects.active().filter(provider=provider, needs_staff=True)


@retry_on_conflict
def add_member(
    *,
    by: Membership,
    name: str,
    title: str,
    role: Staff.Role,
    services: Collection[Service],
    user: User | None = None,
) -> Staff:
    """Add somebody at the end; ``user`` links an account at once (the owner's own).

    Raises ``NotAllowed`` for a manager who makes a manager, ``InvalidInput`` when there are too
    many or the account works there already.
    """
    if role != Staff.Role.STAFF and by.role is not Role.OWNER:
        raise NotAllowed
    with transaction.atomic():
        lock_provider(by.provider.pk)
        everybody = Staff.objects.filter(provider=by.provider)
        known = everybody.aggregate(count=Count("pk"), last=Max("position"))
        if known["count"] >= MOST_MEMBERS:
            raise InvalidInput(f"A business can have {MOST_MEMBERS} people at most.")
        if user is not None and everybody.filter(user=user).exists():
            raise InvalidInput("This person works for this business already.", field="me")
        member = Staff.objects.create(
            provider=by.provider,
            name=name,
            title=title,
            role=role,
            user=user,
            position=(known["last"] or 0) + 1,
        )
        member.services.set(services)
    return member


@retry_on_conflict
def change_member(
    member: Staff,
    *,
    by: Membership,
    name: str,
    title: str,
    role: Staff.Role | None,
    services: Collection[Service],
) -> list[Service]:
    """Change what a member is called and does; return the services that nobody performs now.

    ``role`` is for the owner alone, and never for the owner's own row; nothing leaves it. What the
    member performs of archived services stays. Appointments stay as they are. Raises
    ``NotAllowed``.
    """
    with transaction.atomic():
        lock_provider(member.provider_id)
        current = Staff.objects.get(pk=member.pk)
        if not may_edit(by, current):
            raise NotAllowed
        if role is not None and role != current.role:
            if by.role is not Role.OWNER or current.user_id == by.provider.owner_id:
                raise NotAllowed
            current.role = role
        current.name, current.title = name, title
        current.save(update_fields=["name", "title", "role"])
        before = set(current.services.filter(active=True))
        current.services.remove(*before - set(services))
        current.services.add(*set(services) - before)
        return without_performers(before)


@retry_on_conflict
def move_member(member: Staff, *, up: bool, by: Membership) -> None:
    """Let a member change places with the one before, or after; at the end nothing happens."""
    if by.provider.pk != member.provider_id or not by.sees_all:
        raise NotAllowed
    with transaction.atomic():
        lock_provider(by.provider.pk)
        team = Staff.objects.active().filter(provider=by.provider)
        order = list(team.order_by("position", "pk"))
        if member not in order:
            return
        here = order.index(member)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        for position, each in enumerate(order):
            each.position = position
        Staff.objects.bulk_update(order, ["position"])


def performed_by_nobody_else(member: Staff) -> list[Service]:
    """Return the active services that nobody could be booked for without ``member``."""
    others = Staff.objects.active().exclude(pk=member.pk)
    mine = services_with_people(member.provider).filter(staff=member)
    return list(mine.exclude(staff__in=others))


def without_performers(services: Iterable[Service]) -> list[Service]:
    """Return those of ``services`` that nobody can be booked for, in their order."""
    asked = Service.objects.active().filter(pk__in=[one.pk for one in services], needs_staff=True)
    return list(asked.exclude(staff__in=Staff.objects.active()))
