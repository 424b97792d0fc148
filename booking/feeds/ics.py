"""One booking as an iCalendar file (RFC 5545)."""

from collections.abc import Sequence

from icalendar import Calendar, Event, vText

from booking.models import Appointment, AppointmentEvent, Status

STATUS = {Status.PENDING: "TENTATIVE", Status.CONFIRMED: "CONFIRMED", Status.COMPLETED: "CONFIRMED"}
"""Of an event (RFC 5545, 3.8.1.11); whatever is not here is off."""


def appointment_calendar(
    appointment: Appointment, *, url: str, events: Sequence[AppointmentEvent]
) -> bytes:
    """Return the file for ``appointment``, to be managed at ``url``.

    Times carry the provider's zone with its VTIMEZONE. The UID never changes and SEQUENCE grows
    with each change, so that a file opened again moves the entry in place of doubling it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Nguva//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_entry(appointment, url=url, events=events))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(appointment: Appointment, *, url: str, events: Sequence[AppointmentEvent]) -> Event:
    provider, zone = appointment.provider, appointment.provider.tz
    entry = Event()
    entry.add("uid", f"appointment-{appointment.reference}@nguva")
    entry.add("sequence", max(len(events) - 1, 0))
    entry.add("dtstamp", appointment.updated_at)
    entry.add("last-modified", appointment.updated_at)
    entry.add("dtstart", appointment.start.astimezone(zone))
    entry.add("dtend", appointment.end.astimezone(zone))
    entry.add("summary", f"{appointment.service.name} at {provider.name}")
    entry.add("description", _description(appointment, url=url))
    entry.add("status", STATUS.get(Status(appointment.status), "CANCELLED"))
    entry.add("url", url)
    place = ", ".join(part for part in (provider.address, provider.city) if part)
    if place:
        entry["location"] = vText(place)
    return entry


def _description(appointment: Appointment, *, url: str) -> str:
    lines = [f"Reference {appointment.reference}"]
    if appointment.staff is not None:
        lines.append(f"With {appointment.staff.name}")
    if appointment.provider.phone:
        lines.append(f"Phone {appointment.provider.phone}")
    lines.append(f"See, move or cancel: {url}")
    return "\n".join(lines)
