"""Reminders before a booking, at the times that each person chose.

A round finds what has become due and writes one job for each; the job looks again, as much may have
changed while it waited, and posts the message. docs/reminders.md tells the rules.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from booking.domain.outbox import Payload, Work, enqueue_many
from booking.models import Appointment, AppointmentEvent, Notification, OutboxJob, Status
from booking.models.appointment import AppointmentQuerySet
from booking.notifications import rounds
from booking.notifications.post import post
from booking.notifications.quiet import EVENING, LONGEST_NIGHT, due_at, late, zones_that_reached
from booking.notifications.recipients import customer_of
from booking.notifications.reminding import compose_reminder
from customers.models import REMINDER_LEADS, MessageKind, default_reminder_leads

IN_TURN = OutboxJob.Priority.IN_TURN
KIND = "reminder"
"""The kind of the jobs."""

CATCH_UP = timedelta(hours=12)
"""What became due while no worker ran is still sent when it is not older than this."""

BATCH = 500
SETTLING = ("booked", "accepted", "rescheduled")
"""Messages about these tell the time themselves, so earlier reminders are not made up for."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """One reminder: ``lead`` minutes before the start, sent at ``due`` to keep the night quiet."""

    lead: int
    planned: datetime
    due: datetime

    def between(self, since: datetime, until: datetime) -> bool:
        """Whether its time, or the one it was moved to, has come in ``(since, until]``."""
        return since < self.planned <= until or since < self.due <= until


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a round reads of an appointment; ``settled`` is when its time was last agreed."""

    pk: int
    start: datetime
    leads: list[int]
    timezone: str
    settled: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def plans(
    start: datetime, *, leads: Iterable[int], zone: ZoneInfo, settled: datetime
) -> list[Plan]:
    """Return the reminders of a booking, the nearest to its start first.

    Those whose time had come before the booking, its acceptance or its last move are left out.
    """
    found = [_plan(start, lead, zone) for lead in sorted(set(leads).intersection(REMINDER_LEADS))]
    return [plan for plan in found if min(plan.planned, plan.due) > settled]


def scan_reminders(now: datetime) -> int:
    """Write the jobs of the reminders that have become due; return how many there were.

    Two queries and one INSERT for each 500 bookings. What was found before, by this or another
    worker, is known by the job's key.
    """
    since = rounds.seen_until("reminders", now=now, reach=CATCH_UP)
    found = 0
    for wanted in (_timely(since, now), _brought_forward(since, now)):
        for batch in _batches(wanted) if wanted is not None else ():
            work = [work for one in batch if (work := _try_work(one, since, now)) is not None]
            new = rounds.unknown(work)
            enqueue_many(new, now=now)
            found += len(new)
    rounds.remember("reminders", now=now)
    return found


def send_reminder(appointment_id: int, *, minute: int, lead: int, now: datetime) -> None:
    """Post one reminder, unless it is not wanted any more or a nearer one takes its place.

    ``minute`` is the start it was meant for, in minutes since 1970.
    """
    appointment = _confirmed(appointment_id)
    if appointment is None or _minute(appointment.start) != minute or appointment.start <= now:
        return
    recipient = customer_of(appointment)
    due = _due(appointment, lead, zone=recipient.zone, now=now)
    if due is None:
        return
    if due > now:
        enqueue_many([_job(appointment_id, minute, lead, run_at=due, again=True)], now=now)
        return
    post(
        recipient,
        kind=MessageKind.REMINDERS,
        appointment=appointment,
        provider=appointment.provider,
        event=None,
        message=compose_reminder(appointment, zone=recipient.zone, now=now),
        dedupe=f"{_key(appointment_id, minute, lead)}:{recipient.key}",
        now=now,
    )


def still_due(notification: Notification, *, now: datetime) -> bool:
    """Whether a posted reminder may leave: its booking stands, at that time, and has not begun."""
    appointment = notification.appointment
    if appointment is None or appointment.status != Status.CONFIRMED or appointment.start <= now:
        return False
    return notification.dedupe.startswith(f"{KIND}:{appointment.pk}:{_minute(appointment.start)}:")


def _plan(start: datetime, lead: int, zone: ZoneInfo) -> Plan:
    planned = start - timedelta(minutes=lead)
    return Plan(lead, planned, due_at(planned, start=start, zone=zone))


def _timely(since: datetime, now: datetime) -> AppointmentQuerySet:
    """Those for which some lead time has come since, whether its people chose it or not."""
    windows = Q()
    for minutes in REMINDER_LEADS:
        lead = timedelta(minutes=minutes)
        windows |= Q(start__gt=max(since + lead, now), start__lte=now + lead)
    return Appointment.objects.confirmed().filter(windows)


def _brought_forward(since: datetime, now: datetime) -> AppointmentQuerySet | None:
    """Those of the night ahead, where evening has come since; mostly it has nowhere."""
    names = rounds.all_zones()
    evening = zones_that_reached(EVENING, since=since, until=now, names=names)
    if not evening:
        return None
    night = Appointment.objects.confirmed().filter(start__gt=now, start__lte=now + LONGEST_NIGHT)
    return night.annotate(clock=_clock()).filter(clock__in=evening)


def _batches(wanted: AppointmentQuerySet) -> Iterator[list[Candidate]]:
    """Read the bookings in the order of their starts, 500 at a time."""
    rows = wanted.annotate(settled=_settled(), clock=_clock()).order_by("start", "pk")
    columns = ("pk", "start", "customer__reminder_leads", "clock", "settled")
    after, more = Q(), True
    while more:
        found = rows.filter(after).values_list(*columns)[:BATCH]
        batch = [
            Candidate(pk, start, _leads(leads), clock, settled)
            for pk, start, leads, clock, settled in found
        ]
        yield batch
        more = len(batch) == BATCH
        if more:
            last = batch[-1]
            after = Q(start__gt=last.start) | Q(start=last.start, pk__gt=last.pk)


def _due(appointment: Appointment, lead: int, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when this one is to be sent as things stand now; nothing when a nearer one is due."""
    settled: datetime = appointment.settled  # type: ignore[attr-defined]
    leads = _leads(appointment.customer.reminder_leads if appointment.customer else None)
    found = plans(appointment.start, leads=leads, zone=zone, settled=settled)
    mine = next((plan for plan in found if plan.lead == lead), None)
    if mine is None or any(plan.due <= now for plan in found if plan.lead < lead):
        return None
    return mine.due if mine.due > now else late(now, start=appointment.start, zone=zone)


def _try_work(one: Candidate, since: datetime, now: datetime) -> Work | None:
    try:
        return _work(one, since, now)
    except (LookupError, ValueError):  # a timezone that does not exist, for one
        log.warning("appointment %s cannot be reminded of", one.pk)
        return None


def _work(one: Candidate, since: datetime, now: datetime) -> Work | None:
    """Return the job for the nearest reminder that has become due, if any."""
    found = plans(one.start, leads=one.leads, zone=one.zone, settled=one.settled)
    nearest = next((plan for plan in found if plan.between(since, now)), None)
    if nearest is None:
        return None
    run_at = late(now, start=one.start, zone=one.zone) if nearest.due <= now else nearest.due
    return _job(one.pk, _minute(one.start), nearest.lead, run_at=run_at)


def _job(pk: int, minute: int, lead: int, *, run_at: datetime, again: bool = False) -> Work:
    payload: Payload = {"appointment": pk, "minute": minute, "lead": lead}
    key = _key(pk, minute, lead) + (f":{_minute(run_at)}" if again else "")
    return Work(kind=KIND, payload=payload, run_at=run_at, dedupe=key, priority=IN_TURN)


def _key(pk: int, minute: int, lead: int) -> str:
    return f"{KIND}:{pk}:{minute}:{lead}"


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def _leads(chosen: object) -> list[int]:
    """Return what the customer chose, or what guests get; nothing of what is no list."""
    if chosen is None:
        return default_reminder_leads()
    return [lead for lead in chosen if isinstance(lead, int)] if isinstance(chosen, list) else []


def _confirmed(pk: int) -> Appointment | None:
    found = Appointment.objects.confirmed().annotate(settled=_settled()).filter(pk=pk)
    return found.select_related("provider__owner", "service", "staff", "customer").first()


def _settled() -> Coalesce:
    """When the time was last agreed on; bookings without a history were made as they are."""
    agreed = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), action__in=SETTLING)
    latest = agreed.order_by("-created_at").values("created_at")[:1]
    return Coalesce(Subquery(latest), F("created_at"))


def _clock() -> Case:
    """The timezone in which the customer lives, as far as we know."""
    own = When(customer__timezone__gt="", then=F("customer__timezone"))
    return Case(own, default=F("provider__timezone"), output_field=CharField())
