"""One booking as an iCalendar file (RFC 5545), to download or as an invitation (RFC 5546)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from booking.models import Appointment, AppointmentEvent, Status

Action = AppointmentEvent.Action

STATUS = {Status.PENDING: "TENTATIVE", Status.CONFIRMED: "CONFIRMED", Status.COMPLETED: "CONFIRMED"}
"""Of an event (RFC 5545, 3.8.1.11); whatever is not here is off."""

UNSEEN = frozenset(
    {Action.ATTENDING, Action.ASKED, Action.CLAIMED, Action.COMPLETED, Action.NO_SHOW}
)
"""These change nothing of what a calendar shows."""


class Method(StrEnum):
    """What the reader's calendar is asked to do (RFC 5546, 3.2)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """Who is invited by whom.

    The organizer must stay the same for all files about one booking: calendars ignore a change or
    a cancellation that comes from somebody else. One who is invited never sees other addresses.
    """

    organizer: str
    organizer_name: str
    attendee: str
    attendee_name: str


def appointment_calendar(
    appointment: Appointment,
    *,
    url: str,
    events: Sequence[AppointmentEvent],
    method: Method = Method.PUBLISH,
    invited: Invited | None = None,
    for_business: bool = False,
) -> bytes:
    """Return the file for ``appointment``, to be managed at ``url``.

    Times carry the provider's zone with its VTIMEZONE. The UID never changes and SEQUENCE grows
    with each change, so that a file opened again moves the entry in place of doubling it. REQUEST
    and CANCEL need ``invited``. ``for_business`` names the customer where the customer's own copy
    names the business.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Nguva//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", str(method))
    entry = _entry(appointment, url=url, events=events, for_business=for_business)
    if method is Method.CANCEL:  # also of one that stands, for whom it is taken from
        entry["status"] = vText("CANCELLED")
    if invited is not None:
        _invite(entry, invited)
    calendar.add_component(entry)
    for name in calendar.get_missing_tzids():
        calendar.subcomponents.insert(0, _timezone(name))
    return bytes(calendar.to_ical())


@lru_cache(maxsize=64)
def _timezone(name: str) -> Timezone:
    """Return the VTIMEZONE of a zone; kept, as finding its changes takes longer than all else."""
    return Timezone.from_tzid(name)


def _entry(
    appointment: Appointment, *, url: str, events: Sequence[AppointmentEvent], for_business: bool
) -> Event:
    provider, zone = appointment.provider, appointment.provider.tz
    with_whom = f"– {appointment.contact_name}" if for_business else f"at {provider.name}"
    entry = Event()
    entry.add("uid", f"appointment-{appointment.reference}@nguva")
    entry.add("sequence", sequence(events))
    entry.add("dtstamp", appointment.updated_at)
    entry.add("last-modified", appointment.updated_at)
    entry.add("dtstart", appointment.start.astimezone(zone))
    entry.add("dtend", appointment.end.astimezone(zone))
    entry.add("summary", f"{appointment.service.name} {with_whom}")
    entry.add("description", _description(appointment, url=url, for_business=for_business))
    entry.add("status", STATUS.get(Status(appointment.status), "CANCELLED"))
    entry.add("url", url)
    place = ", ".join(part for part in (provider.address, provider.city) if part)
    if place:
        entry["location"] = vText(place)
    return entry


def sequence(events: Sequence[AppointmentEvent]) -> int:
    """Return the number of changes that a calendar shows (RFC 5545, 3.8.7.4)."""
    return max(sum(event.action not in UNSEEN for event in events) - 1, 0)


def _invite(entry: Event, invited: Invited) -> None:
    """Name both; nothing is asked, as whoever booked said yes already."""
    organizer = vCalAddress(f"mailto:{invited.organizer}")
    organizer.params["CN"] = _plain(invited.organizer_name)
    attendee = vCalAddress(f"mailto:{invited.attendee}")
    attendee.params["CN"] = _plain(invited.attendee_name)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    entry["organizer"] = organizer
    entry.add("attendee", attendee, encode=False)


def _plain(name: str) -> str:
    """Return a name as a parameter holds it: without quotes and controls (RFC 5545, 3.1)."""
    return "".join(c if c.isprintable() and c != '"' else " " for c in name).strip()


def _description(appointment: Appointment, *, url: str, for_business: bool) -> str:
    lines = [f"Reference {appointment.reference}"]
    if appointment.staff is not None:
        lines.append(f"With {appointment.staff.name}")
    phone = appointment.contact_phone if for_business else appointment.provider.phone
    if phone:
        lines.append(f"Phone {phone}")
    lines.append(f"See, move or cancel: {url}")
    return "\n".join(lines)
