"""How one appointment is shown to the business, wherever it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from booking.domain.actors import Actor
from booking.domain.lifecycle import available_actions
from booking.models import Appointment, AppointmentEvent, Status
from booking.whatsapp import WhatsAppLink, links_to_client, secret_url
from booking.words import say_day
from providers.views.access import BusinessRequest

Action = AppointmentEvent.Action


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that can be done; ``page`` marks those that first ask for more on a page."""

    slug: str
    label: str
    style: str = "btn-outline"
    page: bool = False


BUTTONS = {
    Action.ACCEPTED: Button("accept", "Accept", "btn-primary"),
    Action.DECLINED: Button("decline", "Decline", "btn-danger", page=True),
    Action.COMPLETED: Button("complete", "Done"),
    Action.NO_SHOW: Button("no-show", "Did not come"),
    Action.RESCHEDULED: Button("reschedule", "Move", page=True),
    Action.CANCELLED: Button("cancel", "Cancel", "btn-danger", page=True),
}
"""In the order in which they are shown."""

TUCKED_AWAY = {Action.RESCHEDULED, Action.CANCELLED}
"""Rarely needed: behind "More" in a list, so that nobody presses them with wet fingers."""


@dataclass(frozen=True, slots=True)
class Row:
    """An appointment with what can be done to it now, and a message when something failed.

    ``day`` is empty for today's; ``phase`` is where it stands in the course of the day;
    ``whatsapp`` opens a chat with the client, which changes nothing here.
    """

    appointment: Appointment
    buttons: tuple[Button, ...]
    more: tuple[Button, ...]
    phase: Literal["past", "now", "next", ""]
    day: str
    whatsapp: tuple[WhatsAppLink, ...] = ()
    problem: str = ""

    @property
    def waits(self) -> bool:
        """Whether it can be accepted or declined, alone or together with others."""
        return BUTTONS[Action.ACCEPTED] in self.buttons

    @property
    def all_buttons(self) -> tuple[Button, ...]:
        """Everything that can be done, for the appointment's own page."""
        return self.buttons + self.more


def make_row(
    request: BusinessRequest, appointment: Appointment, *, now: datetime, problem: str = ""
) -> Row:
    """Decide what the person may do to ``appointment``; its provider must be loaded."""
    allowed = available_actions(appointment, by=Actor.provider(request.user), now=now)
    shown = [action for action in BUTTONS if action in allowed]
    return Row(
        appointment=appointment,
        buttons=tuple(BUTTONS[action] for action in shown if action not in TUCKED_AWAY),
        more=tuple(BUTTONS[action] for action in shown if action in TUCKED_AWAY),
        phase=_phase(appointment, now),
        day=_day(appointment, now),
        whatsapp=links_to_client(appointment, secret_url(appointment), now=now),
        problem=problem,
    )


def make_rows(
    request: BusinessRequest, appointments: Iterable[Appointment], *, now: datetime
) -> list[Row]:
    """Make a row of each appointment, in their order."""
    return [make_row(request, appointment, now=now) for appointment in appointments]


def _phase(appointment: Appointment, now: datetime) -> Literal["past", "now", ""]:
    if appointment.end <= now or not appointment.is_active:
        return "past"
    running = appointment.start <= now and appointment.status == Status.CONFIRMED
    return "now" if running else ""


def _day(appointment: Appointment, now: datetime) -> str:
    zone = appointment.provider.tz
    day, today = appointment.start.astimezone(zone).date(), now.astimezone(zone).date()
    return "" if day == today else say_day(day, year=day.year != today.year)
