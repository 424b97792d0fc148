"""Look at all that is stored and tell what contradicts itself, with the plainest code there is.

Nothing here uses the engine, the loader or the domain: it would share their mistakes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations, pairwise

from booking.models import Appointment, Hold, OutboxJob, Session, Status
from booking.models.appointment import ACTIVE, TRANSITIONS

Range = tuple[datetime, datetime]


def audit(now: datetime) -> list[str]:
    """Return the first word of each contradiction found, with the rows it is about; [] is sound."""
    return [*_times(now), *_seats(), *_resources(now), *_appointments(), *_histories()]


def kinds(now: datetime) -> set[str]:
    """Return only the first words: time, seats, resource, appointment, history."""
    return {finding.partition(":")[0] for finding in audit(now)}


def _times(now: datetime) -> Iterator[str]:
    """One staff member's sessions and live holds do not overlap, seats of a class apart."""
    for one, other in combinations(_claims(now), 2):
        if one.staff_id is None or one.staff_id != other.staff_id or _same_class(one, other):
            continue
        if one.occupied_from < other.occupied_until and other.occupied_from < one.occupied_until:
            yield f"time: {one!r} overlaps {other!r}"


def _claims(now: datetime) -> list[Session | Hold]:
    return [*Session.objects.filter(active=True), *Hold.objects.filter(expires_at__gt=now)]


def _same_class(one: Session | Hold, other: Session | Hold) -> bool:
    """Whether a hold keeps a seat in a session or beside another hold."""
    same = one.service_id == other.service_id and one.start == other.start
    sessions = isinstance(one, Session) and isinstance(other, Session)
    return same and one.service.seats > 1 and not sessions


def _seats() -> Iterator[str]:
    for session in Session.objects.select_related("service"):
        active = session.appointments.filter(status__in=ACTIVE)
        is_class = session.seats > 1
        taken = sum(each.party_size if is_class else 1 for each in active)
        if taken > session.seats or taken > session.service.seats:
            yield f"seats: {taken} sold of {session!r}"
        if session.seats_taken != taken or session.active != (taken > 0):
            yield f"seats: {session!r} counts {session.seats_taken}, active {session.active}"


def _resources(now: datetime) -> Iterator[str]:
    """At each instant at which one more unit is taken, no more are in use than there are."""
    uses: dict[int, list[Range]] = {}
    quantity = {}
    for claim in _claims(now):
        needed = claim.resources if isinstance(claim, Session) else claim.service.resources
        for resource in needed.all():
            quantity[resource.pk] = resource.quantity
            span = (claim.occupied_from, claim.occupied_until)
            uses.setdefault(resource.pk, []).append(span)
    for pk, spans in uses.items():
        if (most := most_at_once(spans)) > quantity[pk]:
            yield f"resource: {most} in use of {quantity[pk]}"


def most_at_once(spans: Iterable[Range]) -> int:
    """Return the largest number of half-open spans that share an instant."""
    spans = list(spans)
    starts = {start for start, _ in spans}
    return max(sum(start <= at < end for start, end in spans) for at in starts)


def _appointments() -> Iterator[str]:
    """Each active appointment holds exactly its own time, and no finished one holds any."""
    for appointment in Appointment.objects.select_related("session"):
        session = appointment.session
        own = (appointment.start, appointment.end, appointment.staff_id)
        kept = session.active and own == (session.start, session.end, session.staff_id)
        if appointment.status in ACTIVE and not kept:
            yield f"appointment: {appointment!r} is not in {session!r}"
    orphans = Session.objects.filter(active=True, appointments__isnull=True)
    yield from (f"appointment: none in {session!r}" for session in orphans)


def _histories() -> Iterator[str]:
    """Events follow from one another, allow each step, end where things stand; each has a job."""
    jobs = Counter(OutboxJob.objects.values_list("payload__event", flat=True))
    for appointment in Appointment.objects.prefetch_related("events"):
        events = sorted(appointment.events.all(), key=lambda event: event.pk)
        chain = [(event.from_status, event.to_status) for event in events]
        if any(before[1] != after[0] for before, after in pairwise(chain)):
            yield f"history: {chain} does not hang together"
        if not all(map(_is_legal, chain)):
            yield f"history: {chain} has a step that does not exist"
        if not chain or chain[0][0] or chain[-1][1] != appointment.status:
            yield f"history: {chain} does not lead to {appointment.status}"
            continue
        places = [(event.from_start, event.to_start) for event in events]
        moves = [(before[1], after[0]) for before, after in pairwise(places) if after[0]]
        if any(left != right for left, right in moves) or places[-1][1] != appointment.start:
            yield f"history: {places} does not lead to {appointment.start}"
        if any(jobs[event.pk] != 1 for event in events):
            yield f"history: the jobs of {chain} are not one each"


def _is_legal(step: tuple[str, str]) -> bool:
    before, after = step
    if before in {"", after} or (before, after) == (Status.CONFIRMED, Status.PENDING):
        return True  # begins, or moves and may have to be accepted anew
    return after in TRANSITIONS[Status(before)]
