"""Who does something to an appointment, and with whose rights."""

from dataclasses import dataclass
from typing import Self

from booking.models import AppointmentEvent
from customers.models import User

Kind = AppointmentEvent.Actor


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one capacity; ``user`` is empty for guests and for Nguva itself."""

    kind: Kind
    user: User | None = None

    @classmethod
    def customer(cls, user: User) -> Self:
        """Somebody acting on their own booking."""
        return cls(Kind.CUSTOMER, user)

    @classmethod
    def guest(cls) -> Self:
        """Whoever holds the secret link, or books without an account."""
        return cls(Kind.GUEST)

    @classmethod
    def provider(cls, user: User) -> Self:
        """The owner or a member of the business."""
        return cls(Kind.PROVIDER, user)

    @classmethod
    def admin(cls, user: User) -> Self:
        """An administrator of the site."""
        return cls(Kind.ADMIN, user)

    @property
    def is_business(self) -> bool:
        """Whether the policy for customers does not bind this actor."""
        return self.kind not in {Kind.CUSTOMER, Kind.GUEST}


SYSTEM = Actor(Kind.SYSTEM)
"""Nguva itself, in jobs."""
