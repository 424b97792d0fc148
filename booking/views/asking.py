"""Read what an address or a form asks for; whatever was typed, the answer is a value or words."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from django.http import HttpRequest, QueryDict

from booking.domain.free_time import Ask, make_ask, performers
from booking.models import Appointment
from project.errors import InvalidInput
from project.numbers import parse_number
from providers.models import Provider, Service, Staff

View = Literal["day", "week"]
ANYONE = "any"
"""Stands for anyone where no ``staff`` means the same person as before."""


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form holds that was sent, be it empty; ``None`` when the page is opened."""
    return request.POST if request.method == "POST" else None


def read_number(params: Mapping[str, str], name: str) -> int | None:
    """Return a whole number, or ``None`` when nothing was given. Raises ``InvalidInput``."""
    text = params.get(name, "").strip()
    if not text:
        return None
    number = parse_number(text)
    if number is None:
        raise InvalidInput("Please choose from what is on offer.", field=name)
    return number


def read_ask(params: Mapping[str, str], service: Service) -> Ask:
    """Return the ask in ``staff``, ``duration`` and ``party``. Raises ``InvalidInput``."""
    return make_ask(
        service=service,
        staff_id=read_number(params, "staff"),
        duration=read_number(params, "duration"),
        party_size=read_number(params, "party"),
    )


def plain_ask(service: Service) -> Ask:
    """Return what a page shows when nothing was asked for, or nothing that can be had.

    Unlike ``make_ask`` it never refuses, however odd the service itself is.
    """
    return Ask(service=service, staff=None, duration=service.duration, party_size=1)


def read_person(params: Mapping[str, str], appointment: Appointment) -> Staff | None:
    """Return whom a moved appointment shall be with: the same person unless told otherwise.

    ``None`` is whoever can, or nobody needed. Raises ``InvalidInput``.
    """
    if params.get("staff", "").strip() == ANYONE:
        return None
    able = {person.pk: person for person in performers(appointment.service)}
    chosen = read_number(params, "staff")
    if chosen is None:
        return able.get(appointment.staff_id or 0)
    if chosen not in able:
        raise InvalidInput("Choose one of the people on offer, or anyone.", field="staff")
    return able[chosen]


def read_view(params: Mapping[str, str]) -> View:
    """Return which of the two views is wanted. Raises ``InvalidInput``."""
    wanted = params.get("view", "") or "week"
    if wanted == "week":
        return "week"
    if wanted == "day":
        return "day"
    raise InvalidInput("Please choose the day or the week.", field="view")


def read_date(params: Mapping[str, str]) -> date | None:
    """Return the date asked for, if any. Raises ``InvalidInput``."""
    text = params.get("date", "").strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise InvalidInput("Please choose a date.", field="date") from None


def read_start(params: Mapping[str, str]) -> datetime:
    """Return the start of a pressed slot, in UTC. Raises ``InvalidInput``."""
    try:
        start = datetime.fromisoformat(params.get("start", ""))
        if start.tzinfo is None:
            raise ValueError  # noqa: TRY301  (answered like any other unreadable time)
        return start.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("Please choose one of the times.", field="start") from None


def bookable_dates(provider: Provider, now: datetime) -> tuple[date, date]:
    """Return today and the last date that customers may book, as dates of the provider."""
    horizon = now + timedelta(days=provider.booking_horizon)
    return now.astimezone(provider.tz).date(), horizon.astimezone(provider.tz).date()


def clamp(day: date | None, first: date, last: date) -> date:
    """Return ``day`` or the nearest date that may be shown."""
    return first if day is None else min(max(day, first), last)
