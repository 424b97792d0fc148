"""The search itself: people and resources made ready, then asked day by day.

Taken time is turned once into ranges of barred starts; each day then lays the step over the working
intervals and cuts those ranges out, so that a full day costs no more than a free one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from booking.availability.calendars import Calendar, Terms
from booking.availability.capacity import ResourceCalendar, admits, unavailable
from booking.availability.intervals import Barred, Interval, bar, on_step
from booking.availability.slots import Day, Slot
from booking.availability.wallclock import DAWN, DUSK, local_day, resolve


@dataclass(frozen=True, slots=True)
class Person:
    """A calendar made ready: the starts that its taken time bars, its class sessions in order."""

    calendar: Calendar
    barred: Barred
    sessions: list[datetime]
    work: dict[date, list[Interval]] = field(default_factory=dict)  # filled as days are asked for

    def sessions_between(self, first: datetime, last: datetime) -> list[datetime]:
        """Starts of class sessions from `first` to `last`, both included."""
        begin = bisect_left(self.sessions, first)
        return self.sessions[begin : bisect_right(self.sessions, last, begin)]


class Stretch:
    """The part of one local date that is searched."""

    def __init__(self, search: "Search", day: date) -> None:
        self.search = search
        self.local = local_day(search.terms.timezone, day)
        self.first = max(search.first, self.local.start)
        self.last = min(search.last, self.local.end - datetime.resolution)
        self._laid: dict[Interval, tuple[list[datetime], list[datetime]]] = {}

    def on_step(self, work: Interval) -> tuple[list[datetime], list[datetime]]:
        """All starts in a working interval, and those at which the resources can be had."""
        if (laid := self._laid.get(work)) is None:  # colleagues mostly keep the same hours
            search = self.search
            starts = on_step(
                work,
                step=search.step,
                duration=search.duration,
                first=self.first,
                last=self.last,
            )
            starts = self._of_date(starts)
            laid = self._laid[work] = starts, search.resources.free(starts)
        return laid

    def sessions(self, person: Person) -> list[datetime]:
        """Starts of the class sessions that the person has already."""
        return self._of_date(person.sessions_between(self.first, self.last))

    def _of_date(self, starts: list[datetime]) -> list[datetime]:
        if self.local.plain:
            return starts
        timezone, day = self.search.terms.timezone, self.local.day
        return [start for start in starts if start.astimezone(timezone).date() == day]


class Search:
    """Terms, people and resources made ready for starts from `first` to `last`, both included."""

    def __init__(
        self,
        terms: Terms,
        calendars: Sequence[Calendar],
        resources: Sequence[ResourceCalendar],
        *,
        first: datetime,
        last: datetime,
    ) -> None:
        self.terms = terms
        self.first = max(first, terms.earliest, DAWN)
        self.last = min(last, terms.latest, DUSK)
        self.step = timedelta(minutes=terms.step)
        self.duration = timedelta(minutes=terms.duration)
        self.admitted = admits(terms.party_size, terms.seats, resources)
        self.resources = self._bar(unavailable(resources))
        self.people = [
            Person(calendar, self._bar(calendar.blocked), sorted(calendar.shared))
            for calendar in sorted(calendars, key=lambda calendar: calendar.staff_id or 0)
        ]

    def _bar(self, taken: Sequence[Interval]) -> Barred:
        return bar(
            taken,
            ahead=self.duration + timedelta(minutes=self.terms.buffer_after),
            behind=timedelta(minutes=self.terms.buffer_before),
            first=self.first,
            last=self.last,
        )

    def day(self, day: date) -> Day:
        """The free slots and taken starts of a local date."""
        starts, takers = self._ask(day)
        slots = tuple([self._slot(start, takers[start]) for start in sorted(takers)])
        return Day(day, slots, tuple(sorted(starts - takers.keys())))

    def first_slot(self, day: date) -> Slot | None:
        """The earliest slot of a local date."""
        _, takers = self._ask(day)
        start = min(takers, default=None)
        return None if start is None else self._slot(start, takers[start])

    def earlier_tomorrow(self, day: date, slot: Slot) -> Slot:
        """The slot; or one of the next date before it, when the clock goes back over midnight."""
        tomorrow = local_day(self.terms.timezone, day + timedelta(days=1))
        if tomorrow.start > slot.start:
            return slot
        rival = self.first_slot(tomorrow.day)
        return rival if rival is not None and rival.start < slot.start else slot

    def working(self, person: Person, dates: Sequence[date]) -> list[Interval]:
        """The real working intervals that the rules of these dates give the person."""
        for day in dates:
            if day not in person.work:
                hours = person.calendar.working_hours(day)
                person.work[day] = resolve(day, hours, self.terms.timezone)
        return [work for day in dates for work in person.work[day]]

    def _slot(self, start: datetime, takers: list[tuple[int | None, int]]) -> Slot:
        staff_ids = tuple([staff_id for staff_id, _ in takers])
        return Slot(start, start + self.duration, staff_ids, max([left for _, left in takers]))

    def _ask(self, day: date) -> tuple[set[datetime], dict[datetime, list[tuple[int | None, int]]]]:
        """All starts of a local date; and who can take which, with how many seats left."""
        stretch = Stretch(self, day)
        starts: set[datetime] = set()
        takers: dict[datetime, list[tuple[int | None, int]]] = {}
        for person in self.people:
            asked, seats = self._ask_person(person, stretch)
            starts |= asked
            for start, left in seats.items():
                takers.setdefault(start, []).append((person.calendar.staff_id, left))
        return starts, takers

    def _ask_person(
        self, person: Person, stretch: Stretch
    ) -> tuple[set[datetime], dict[datetime, int]]:
        """The starts of one person; and the seats left at those that can be booked."""
        starts: set[datetime] = set()
        seats: dict[datetime, int] = {}
        for work in self.working(person, stretch.local.rule_dates):
            if work.end > stretch.first and work.start <= stretch.last:
                laid, within_resources = stretch.on_step(work)
                starts.update(laid)
                seats |= dict.fromkeys(person.barred.free(within_resources), self.terms.seats)
        # A session that runs already has its time, room and machine: only its seats count.
        for start in stretch.sessions(person):
            starts.add(start)
            seats.pop(start, None)
            if (left := person.calendar.shared[start]) >= self.terms.party_size:
                seats[start] = left
        return starts, seats if self.admitted else {}
