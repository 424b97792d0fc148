"""Read some days of a business as its own people see them: who comes, who is away, what is free.

The number of queries is fixed, whatever the number of days, people and appointments: one each for
the people, the appointments, the hours, time off, busy time and visitors' holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Literal

from django.db.models import Q

from booking.availability import Hours, Interval, resolve, working_hours
from booking.availability.wallclock import local_day
from booking.domain.calendars import HOURS, scope_bounds
from booking.domain.taken import Rules, collect_rules
from booking.models import Appointment, BusyTime, Hold, Session, Status
from booking.models.appointment import AppointmentQuerySet
from providers.domain.access import Membership
from providers.models import Provider, Staff, TimeOff
from providers.models.provider import LONGEST_BUFFER
from providers.models.service import LONGEST_DURATION

SHOWN = frozenset({Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
"""What took place or will; the others left no trace in the day."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's or party's time, or a class with all who come."""

    session: Session
    appointments: tuple[Appointment, ...]

    @property
    def first(self) -> Appointment:
        """The one appointment, or the class's first."""
        return self.appointments[0]

    @property
    def is_class(self) -> bool:
        """Whether several could share it."""
        return self.session.seats > 1

    @property
    def seats_taken(self) -> int:
        """How many people come to the class."""
        return sum(appointment.party_size for appointment in self.appointments)

    @property
    def occupied(self) -> Interval:
        """From the buffer before to the buffer after; only what is still to come keeps buffers."""
        since, until = self.first.start, self.first.end
        if self.session.active:
            since, until = self.session.occupied_from, self.session.occupied_until
        return Interval(since, until)


@dataclass(frozen=True, slots=True)
class Absence:
    """Time that cannot be booked; without staff and resource it is for the whole business."""

    kind: Literal["off", "busy", "held"]
    staff_id: int | None
    span: Interval
    reason: str = ""
    resource: str = ""


@dataclass(frozen=True)
class Diary:
    """The local dates first..last of ``people``; those without a person stand under ``None``."""

    provider: Provider
    first: date
    last: date
    people: Sequence[Staff]
    visits: Sequence[Visit]
    absences: Sequence[Absence]
    rules: Mapping[int | None, Rules]

    @property
    def days(self) -> list[date]:
        """All of them."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]

    @cached_property
    def _visits(self) -> Mapping[int | None, list[Visit]]:
        found: dict[int | None, list[Visit]] = defaultdict(list)
        for visit in self.visits:
            found[visit.first.staff_id].append(visit)
        return found

    def visits_of(self, person: Staff | None, day: date) -> list[Visit]:
        """Return who comes to ``person`` on ``day``, buffers included, by start."""
        extent = local_day(self.provider.tz, day)
        whose = person.pk if person else None
        return [
            visit
            for visit in self._visits[whose]
            if visit.occupied.start < extent.end and visit.occupied.end > extent.start
        ]

    def absences_of(self, person: Staff | None, day: date) -> list[Absence]:
        """Return when ``person`` cannot be booked on ``day``; without one, the rooms' and all's."""
        extent = local_day(self.provider.tz, day)
        return [
            absence
            for absence in self.absences
            if _concerns(absence, person)
            and absence.span.start < extent.end
            and absence.span.end > extent.start
        ]

    def working(self, person: Staff | None, day: date) -> list[Interval]:
        """Return when ``person`` works on ``day``, or the business opens."""
        opening = Hours(self.rules[None].weekly, self.rules[None].overrides)
        own = None
        if person is not None:
            mine = self.rules[person.pk]
            own = Hours(mine.weekly if person.own_hours else None, mine.overrides)
        return resolve(day, working_hours(day, opening=opening, own=own), self.provider.tz)

    def free(self, person: Staff | None, day: date) -> Iterator[tuple[Interval, Interval]]:
        """Yield the free stretches with the working interval that each lies in.

        Nobody's time is taken by what needs nobody: that may run beside other such bookings.
        """
        if person is not None and not person.active:
            return
        taken = [absence.span for absence in self.absences_of(person, day) if not absence.resource]
        if person is not None:
            visits = self.visits_of(person, day)
            taken += [visit.occupied for visit in visits if visit.session.active]
        for work in self.working(person, day):
            for stretch in without(work, taken):
                yield work, stretch


def load_diary(
    reader: Membership, *, first: date, last: date, now: datetime, only: Staff | None = None
) -> Diary:
    """Load the local dates first..last, of ``only`` that person where given. Six queries.

    Reasons that ``reader`` may not read are left out. People who left are among those shown as
    long as they have somebody coming on these days.
    """
    provider = reader.provider
    since, until = scope_bounds(
        provider.tz, first, last, before=LONGEST_BUFFER, after=LONGEST_BUFFER
    )
    appointments = list(find_appointments(provider, since=since, until=until, only=only))
    people = _people(provider, appointments, only)
    return Diary(
        provider=provider,
        first=first,
        last=last,
        people=people,
        visits=_gather(appointments),
        absences=_load_absences(reader, people, since=since, until=until, now=now),
        rules=collect_rules(
            HOURS.rows(
                provider=provider.pk,
                staff=[person.pk for person in people],
                first=first,
                last=last,
            )
        ),
    )


def find_appointments(
    provider: Provider, *, since: datetime, until: datetime, only: Staff | None = None
) -> AppointmentQuerySet:
    """Return what is shown and touches the instants ``[since, until)``, by start.

    Nothing lasts longer than a day, so that the index on the start leaves the history alone.
    """
    reach = since - timedelta(minutes=LONGEST_DURATION)
    found = Appointment.objects.for_provider(provider).starting(reach, until)
    found = found.filter(end__gt=since, status__in=SHOWN)
    if only is not None:
        found = found.for_staff(only)
    return found.with_names().select_related("session").order_by("start", "pk")


def without(work: Interval, taken: Iterable[Interval]) -> list[Interval]:
    """Return what is left of ``work`` when ``taken`` (any order, overlaps welcome) is cut out."""
    left, at = [], work.start
    for since, until in sorted(taken):
        if since >= work.end:
            break
        if since > at:
            left.append(Interval(at, since))
        at = max(at, until)
    if at < work.end:
        left.append(Interval(at, work.end))
    return left


def _people(
    provider: Provider, appointments: Sequence[Appointment], only: Staff | None
) -> list[Staff]:
    if only is not None:
        return [only]
    expected = {each.staff_id for each in appointments if each.staff_id}
    return list(provider.staff.filter(Q(active=True) | Q(pk__in=expected)))


def _gather(appointments: Iterable[Appointment]) -> list[Visit]:
    """Put together those who share a session, in order of time."""
    sessions: dict[int, list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        sessions[appointment.session_id].append(appointment)
    return [Visit(found[0].session, tuple(found)) for found in sessions.values()]


def _concerns(absence: Absence, person: Staff | None) -> bool:
    if absence.resource:
        return person is None
    everybody = absence.staff_id is None
    return everybody or (person is not None and absence.staff_id == person.pk)


def _load_absences(
    reader: Membership,
    people: Sequence[Staff],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Absence]:
    """Return time off, busy time, and what visitors hold while they fill in a form."""
    staff, provider = [person.pk for person in people], reader.provider
    whose = Q(staff__isnull=True) | Q(staff__in=staff)
    off = TimeOff.objects.filter(whose, provider=provider, end__gt=since, start__lt=until)
    busy = BusyTime.objects.filter(staff__in=staff, end__gt=since, start__lt=until)
    held = Hold.objects.live(now).overlapping(since, until).filter(staff__in=staff)
    found = chain(
        (
            Absence(
                "off",
                staff_id,
                Interval(start, end),
                reason if reader.reads_reason(staff_id) else "",
                resource or "",
            )
            for staff_id, resource, start, end, reason in off.values_list(
                "staff_id", "resource__name", "start", "end", "reason"
            )
        ),
        (
            Absence("busy", staff_id, Interval(start, end))
            for staff_id, start, end in busy.values_list("staff_id", "start", "end")
        ),
        (
            Absence("held", staff_id, Interval(start, end))
            for staff_id, start, end in held.filter(provider=provider).values_list(
                "staff_id", "occupied_from", "occupied_until"
            )
        ),
    )
    return sorted(found, key=lambda absence: absence.span)
