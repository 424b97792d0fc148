"""Who may see what of a business."""

from dataclasses import dataclass
from enum import StrEnum

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

    def reads_reason(self, staff_id: int | None) -> bool:
        """Whether they may read why somebody is off; without a person, the business or a room.

        Staff read their own reasons alone.
        """
        return self.sees_all or (self.staff is not None and staff_id == self.staff.pk)


def managers(provider: Provider) -> list[User]:
    """Return those who run the business and may log in: its owner first, then its managers."""
    rows = Staff.objects.managers().filter(provider=provider).select_related("user")
    people = {each.pk: each for each in (provider.owner, *(row.user for row in rows)) if each}
    return [each for each in people.values() if each.is_active]


def memberships(user: User) -> list[Membership]:
    """Return the places of ``user``, by name of the business, in two queries.

    Those whom a business does not employ any more have none.
    """
    rows = {row.provider_id: row for row in Staff.objects.active().filter(user=user)}
    places = (
        _membership(user, provider, rows.get(provider.pk))
        for provider in Provider.objects.for_member(user)
    )
    return [place for place in places if place is not None]


def _membership(user: User, provider: Provider, staff: Staff | None) -> Membership | None:
    """Return the place that ownership, and the person's own row, give."""
    if provider.owner_id == user.pk:
        return Membership(provider, staff, Role.OWNER)
    if staff is None:
        return None  # left between the two queries
    return Membership(provider, staff, Role(staff.role))
