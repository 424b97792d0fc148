"""The two sides of an appointment, what concerns each, and where each is reached."""

from enum import StrEnum

from booking.models import Appointment, AppointmentEvent

Action = AppointmentEvent.Action
Actor = AppointmentEvent.Actor


class Side(StrEnum):
    """Whom a message is for."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


TOLD = frozenset(Action) - {Action.COMPLETED, Action.NO_SHOW}
"""The changes that people are told of."""

ANSWERS = frozenset({Action.REQUESTED, Action.BOOKED, Action.ACCEPTED, Action.DECLINED})
"""Those that a business which made them itself need not hear of."""


def concerned(event: AppointmentEvent) -> list[Side]:
    """Who is told of the event, the customer first.

    The customer always is, also of own changes: that is the receipt. The business is told of
    cancellations and moves whoever made them, as the team and the owner may be different people.
    """
    if event.action not in TOLD:
        return []
    if event.actor == Actor.PROVIDER and event.action in ANSWERS:
        return [Side.CUSTOMER]
    return [Side.CUSTOMER, Side.PROVIDER]


def email_of(appointment: Appointment, side: Side) -> str:
    """Where to write to; empty when that side has no address."""
    if side is Side.CUSTOMER:
        return appointment.contact_email
    return appointment.provider.email or appointment.provider.owner.email


def reply_to(appointment: Appointment, side: Side) -> str:
    """Where an answer goes: to the other side, if it gave an address for that.

    An owner's private log-in address is not shown to customers.
    """
    if side is Side.CUSTOMER:
        return appointment.provider.email
    return appointment.contact_email
