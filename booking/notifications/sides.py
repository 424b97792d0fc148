"""The two sides of an appointment, and the changes that people are told of."""

from booking.models import AppointmentEvent, Side

__all__ = ["ANSWERS", "CHANGES", "TOLD", "Action", "Actor", "Side"]

Action = AppointmentEvent.Action
Actor = AppointmentEvent.Actor

TOLD = frozenset(Action) - {
    Action.COMPLETED,
    Action.NO_SHOW,
    Action.ATTENDING,
    Action.CLAIMED,
}
"""What people are told of."""

CHANGES = TOLD - {Action.ASKED}
"""Those after which the booking is not what it was."""

ANSWERS = frozenset({Action.REQUESTED, Action.BOOKED, Action.ACCEPTED, Action.DECLINED})
"""Those that somebody at the business who made them need not hear of."""
