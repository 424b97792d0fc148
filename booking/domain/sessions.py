"""Take and give back the time that appointments occupy.

Called with the provider's lock held. The database's own constraints stand behind each write.
"""

from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, F, Value, When

from booking.domain.free_time import Ask, max_party
from booking.models import Appointment, Session
from providers.models import Staff


def occupied_range(ask: Ask, start: datetime) -> tuple[datetime, datetime]:
    """Return ``start`` less the buffer before, and the end plus the buffer after."""
    before, after = ask.buffers
    end = start + timedelta(minutes=ask.duration)
    return start - timedelta(minutes=before), end + timedelta(minutes=after)


def occupy(ask: Ask, *, start: datetime, staff: Staff | None) -> Session:
    """Take the time for ``ask``: join the class that runs then, or open a new session."""
    if ask.service.is_class:
        running = _running_class(ask, start=start, staff=staff)
        if running is not None:
            seats = F("seats_taken") + ask.party_size
            Session.objects.filter(pk=running.pk).update(seats_taken=seats)
            return running
    return _open_session(ask, start=start, staff=staff)


def vacate(appointment: Appointment) -> None:
    """Give the appointment's seats back; the last one to leave frees the session's time."""
    left = F("seats_taken") - appointment.seats_used
    Session.objects.filter(pk=appointment.session_id).update(
        seats_taken=left,
        active=Case(
            When(seats_taken__gt=appointment.seats_used, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    )


def move(appointment: Appointment, ask: Ask, *, start: datetime, staff: Staff | None) -> Session:
    """Change the time that ``appointment`` occupies: a class seat changes sessions."""
    session = appointment.session
    if ask.service.is_class or session.seats > 1:
        vacate(appointment)
        return occupy(ask, start=start, staff=staff)
    session.staff = staff
    session.start = start
    session.end = start + timedelta(minutes=ask.duration)
    session.occupied_from, session.occupied_until = occupied_range(ask, start)
    session.save(update_fields=["staff", "start", "end", "occupied_from", "occupied_until"])
    return session


def _running_class(ask: Ask, *, start: datetime, staff: Staff | None) -> Session | None:
    return (
        Session.objects.active()
        .filter(
            provider=ask.service.provider_id,
            service=ask.service,
            staff=staff,
            start=start,
            end=start + timedelta(minutes=ask.duration),
        )
        .first()
    )


def _open_session(ask: Ask, *, start: datetime, staff: Staff | None) -> Session:
    occupied_from, occupied_until = occupied_range(ask, start)
    is_class = ask.service.is_class
    session = Session.objects.create(
        provider_id=ask.service.provider_id,
        service=ask.service,
        staff=staff,
        start=start,
        end=start + timedelta(minutes=ask.duration),
        occupied_from=occupied_from,
        occupied_until=occupied_until,
        seats=max_party(ask.service) if is_class else 1,
        seats_taken=ask.party_size if is_class else 1,
    )
    resources = list(ask.service.resources.all())
    if resources:
        session.resources.set(resources)
    return session
