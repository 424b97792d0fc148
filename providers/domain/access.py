"""Who may see what of a business."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch

from customers.models import User
from providers.models import Provider, Staff


class Role(StrEnum):
    """What somebody is to a business; an owner who also performs services is its owner."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Membership:
    """One person's place in one business; ``staff`` is set for those who perform services."""

    provider: Provider
    staff: Staff | None
    role: Role

    @property
    def sees_all(self) -> bool:
        """Whether the whole business is theirs to see, not just their own appointments."""
        return self.role is not Role.STAFF


def memberships(user: User) -> list[Membership]:
    """Return the places of ``user``, by name of the business, in two queries.

    Those whom a business does not employ any more have none.
    """
    mine = Prefetch("staff", Staff.objects.active().filter(user=user), to_attr="member_rows")
    providers = Provider.objects.for_member(user).prefetch_related(mine)
    return [_membership(user, provider, provider.member_rows) for provider in providers]


def _membership(user: User, provider: Provider, rows: Sequence[Staff]) -> Membership:
    staff = rows[0] if rows else None
    if provider.owner_id == user.pk or staff is None:
        role = Role.OWNER
    else:
        role = Role(staff.role)
    return Membership(provider, staff, role)
