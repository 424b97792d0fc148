"""The two sides of an appointment, and the changes that people are told of."""

from booking.models import AppointmentEvent, Side

__all__ = ["ANSWERS", "TOLD", "Action", "Actor", "Side"]

Action = AppointmentEvent.Action
Actor = AppointmentEvent.Actor

TOLD = frozenset(Action) - {Action.COMPLETED, Action.NO_SHOW, Action.ATTENDING}
"""The changes that people are told of."""

ANSWERS = frozenset({Action.REQUESTED, Action.BOOKED, Action.ACCEPTED, Action.DECLINED})
"""Those that somebody at the business who made them need not hear of."""
