"""The day's agenda, each morning, for those at a business who chose to get it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from booking.domain.outbox import Payload, Work, enqueue_many
from booking.models import Appointment, OutboxJob, Status
from booking.notifications import rounds
from booking.notifications.post import post
from booking.notifications.quiet import DAY, at, zones_that_reached
from booking.notifications.recipients import member_of
from booking.notifications.wording import Message
from booking.words import one_line, say_day, say_people, say_time
from customers.models import MessageKind, MessagePreference, User
from providers.domain.access import Membership, memberships
from providers.models import Provider, Staff

KIND = "digest"
"""The kind of the jobs."""

MORNING = time(7)
"""On the provider's clock."""

CATCH_UP = timedelta(hours=3)
"""A later agenda of the same day helps nobody any more."""

BATCH = 500
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """One person at one business, and that business's timezone."""

    provider: int
    user: int
    timezone: str


def scan_digests(now: datetime) -> int:
    """Write the jobs of the agendas whose morning has come; return how many there were.

    Two queries, and two statements for each 500 people; none while it is morning nowhere.
    """
    since = rounds.seen_until("digests", now=now, reach=CATCH_UP)
    zones = zones_that_reached(MORNING, since=since, until=now, names=rounds.all_zones())
    work = [_work(reader, now) for reader in _readers(zones)] if zones else []
    found = 0
    for first in range(0, len(work), BATCH):
        new = rounds.unknown(work[first : first + BATCH])
        enqueue_many(new, now=now)
        found += len(new)
    rounds.remember("digests", now=now)
    return found


def send_digest(provider_id: int, *, user_id: int, day: date, now: datetime) -> None:
    """Post one person's agenda of ``day``, unless there is nothing on it or it is too late.

    Owners and managers see the whole business, staff their own appointments; whoever left sees
    nothing.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    place = _place(user, provider_id) if user is not None else None
    if user is None or place is None or now >= at(day, MORNING, place.provider.tz) + CATCH_UP:
        return
    agenda = _agenda(place, day)
    if not agenda:
        return
    post(
        member_of(place.provider, user),
        kind=MessageKind.DIGEST,
        appointment=None,
        provider=place.provider,
        event=None,
        message=compose_digest(place, agenda, day=day),
        dedupe=_key(provider_id, day, user_id),
        now=now,
    )


def compose_digest(place: Membership, agenda: Sequence[Appointment], *, day: date) -> Message:
    """Write the agenda, which is not empty, on the provider's clock."""
    zone = place.provider.tz
    waiting = sum(appointment.status == Status.PENDING for appointment in agenda)
    booked = len(agenda) - waiting
    more = len(agenda) - MOST_SHOWN
    said = [
        _count(booked, "booking") + " today." if booked else "",
        f"The first is at {say_time(agenda[0].start, zone)}.",
        _count(waiting, "request") + " to answer." if waiting else "",
        f"{more} more {'is' if more == 1 else 'are'} on the site." if more > 0 else "",
    ]
    return Message(
        subject=one_line(f"Today at {place.provider}: {_totals(booked, waiting)}"),
        headline=f"{say_day(day)}: {_totals(booked, waiting)}",
        sentences=[sentence for sentence in said if sentence],
        facts=[_line(appointment, place) for appointment in agenda[:MOST_SHOWN]],
        link=settings.PUBLIC_URL + reverse("provider_dashboard"),
        link_text="Open the agenda",
    )


def _line(appointment: Appointment, place: Membership) -> tuple[str, str]:
    """Return the time, and what somebody needs to know of the appointment in one line."""
    zone = place.provider.tz
    people = say_people(appointment.party_size) if appointment.party_size > 1 else ""
    whom = f"with {appointment.staff}" if appointment.staff and place.sees_all else ""
    waits = "waits for your answer" if appointment.status == Status.PENDING else ""
    comes = "will come" if appointment.attending_at else ""
    said = [appointment.contact_name, str(appointment.service), whom, people, waits, comes]
    times = f"{say_time(appointment.start, zone)}–{say_time(appointment.end, zone)}"
    return times, ", ".join(filter(None, said))


def _totals(booked: int, waiting: int) -> str:
    counts = [(booked, "booking"), (waiting, "request")]
    return " and ".join(_count(number, word) for number, word in counts if number)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _agenda(place: Membership, day: date) -> list[Appointment]:
    """Return what begins on ``day`` of the provider's clock, in one query."""
    start, end = (at(date_, time.min, place.provider.tz) for date_ in (day, day + DAY))
    found = Appointment.objects.for_provider(place.provider).active().starting(start, end)
    if not place.sees_all and place.staff is not None:
        found = found.for_staff(place.staff)
    return list(found.select_related("service", "staff", "customer").order_by("start", "pk"))


def _place(user: User, provider_id: int) -> Membership | None:
    found = (place for place in memberships(user) if place.provider.pk == provider_id)
    return next(found, None)


def _readers(zones: Sequence[str]) -> Iterator[Reader]:
    """Return those who chose the agenda at the businesses in ``zones``; an owner may come twice."""
    team = Staff.objects.active().filter(_chosen("user"), user__is_active=True)
    owners = Provider.objects.filter(_chosen("owner"), owner__is_active=True)
    for row in owners.filter(timezone__in=zones).values_list("pk", "owner", "timezone"):
        yield Reader(*row)
    staff = team.filter(provider__timezone__in=zones)
    for row in staff.values_list("provider", "user", "provider__timezone"):
        yield Reader(*row)


def _chosen(person: str) -> Exists:
    yes = MessagePreference.objects.filter(user=OuterRef(person), kind=MessageKind.DIGEST)
    return Exists(yes.filter(wanted=True))


def _work(reader: Reader, now: datetime) -> Work:
    """Return the job for the local day on which ``now`` falls."""
    day = now.astimezone(ZoneInfo(reader.timezone)).date()
    payload: Payload = {"provider": reader.provider, "user": reader.user, "day": day.isoformat()}
    return Work(
        kind=KIND,
        payload=payload,
        dedupe=_key(reader.provider, day, reader.user),
        priority=OutboxJob.Priority.IN_TURN,
    )


def _key(provider: int, day: date, user: int) -> str:
    return f"{KIND}:{provider}:{day.isoformat()}:{user}"
