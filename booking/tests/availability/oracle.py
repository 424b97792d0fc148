"""A slow, obvious second opinion on free time.

It walks the minutes of a window around the dates asked for, reads the local clock at each, and
checks every rule by its definition. It takes the engine's dataclasses in and out and shares no
other code with it. It reads whole minutes only.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.availability import Calendar, Day, Interval, ResourceCalendar, Slot, Terms

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MARGIN = 5  # days around the dates asked for


class Clock:
    """What the wall clock shows at each minute of a window."""

    def __init__(self, timezone: ZoneInfo, first: date, last: date) -> None:
        self.base = datetime.combine(first - MARGIN * DAY, time(), UTC)
        minutes = ((last - first).days + 2 * MARGIN + 1) * 24 * 60
        self.shown = [
            (self.base + n * MINUTE).astimezone(timezone).replace(tzinfo=None)
            for n in range(minutes)
        ]
        self.first_shown: dict[datetime, int] = {}
        self.last_shown: dict[datetime, int] = {}
        for minute, wall in enumerate(self.shown):
            self.first_shown.setdefault(wall, minute)
            self.last_shown[wall] = minute

    def minute(self, instant: datetime) -> int:
        return (instant - self.base) // MINUTE

    def instant(self, minute: int) -> datetime:
        return self.base + minute * MINUTE

    def first_minute(self, wall: datetime) -> int:
        return self.first_shown[wall] if wall in self.first_shown else self.jump_over(wall)

    def last_minute(self, wall: datetime) -> int:
        return self.last_shown[wall] if wall in self.last_shown else self.jump_over(wall)

    def jump_over(self, wall: datetime) -> int:
        for minute in range(1, len(self.shown)):
            if self.shown[minute - 1] < wall < self.shown[minute]:
                return minute
        raise LookupError(wall)


@lru_cache(maxsize=256)
def clock_for(timezone: ZoneInfo, first: date, last: date) -> Clock:
    return Clock(timezone, first, last)


def wall_hours(calendar: Calendar, day: date) -> list[tuple[int, int]]:
    """The rules of a date, as pairs of wall-clock minutes."""
    if day in calendar.own_overrides:
        return [(wall.start, wall.end) for wall in calendar.own_overrides[day]]
    business_special = day in calendar.opening.overrides
    if business_special:
        business = calendar.opening.overrides[day]
    else:
        assert calendar.opening.weekly is not None
        business = calendar.opening.weekly.get(day.weekday(), [])
    if calendar.own_weekly is None:
        return [(wall.start, wall.end) for wall in business]
    own = calendar.own_weekly.get(day.weekday(), [])
    if not business_special:
        return [(wall.start, wall.end) for wall in own]
    common = []
    for mine in own:
        for theirs in business:
            minutes = set(range(mine.start, mine.end)) & set(range(theirs.start, theirs.end))
            if minutes:
                common.append((min(minutes), max(minutes) + 1))
    return common


def minutes_of(intervals: Sequence[Interval], clock: Clock) -> Counter[int]:
    """How many of the intervals cover each minute."""
    cover: Counter[int] = Counter()
    for interval in intervals:
        cover.update(range(clock.minute(interval.start), clock.minute(interval.end)))
    return cover


class Oracle:
    """Answers for the local dates from `first` to `last`, or about any start on them."""

    def __init__(
        self,
        terms: Terms,
        calendars: Sequence[Calendar],
        resources: Sequence[ResourceCalendar],
        first: date,
        last: date,
    ) -> None:
        self.terms, self.resources = terms, resources
        self.calendars = sorted(calendars, key=lambda calendar: calendar.staff_id or 0)
        self.first, self.last = first, last
        self.clock = clock_for(terms.timezone, first, last)
        self.work = [self.work_of(calendar) for calendar in self.calendars]
        self.blocked = [minutes_of(calendar.blocked, self.clock) for calendar in self.calendars]
        self.used = [minutes_of(resource.used, self.clock) for resource in resources]
        self.out = [minutes_of(resource.blocked, self.clock) for resource in resources]

    def work_of(self, calendar: Calendar) -> list[tuple[int, int]]:
        work = []
        for offset in range(2 - MARGIN, (self.last - self.first).days + MARGIN - 1):
            midnight = datetime.combine(self.first + offset * DAY, time())
            for start, end in wall_hours(calendar, midnight.date()):
                begin = self.clock.first_minute(midnight + start * MINUTE)
                finish = self.clock.last_minute(midnight + end * MINUTE)
                work.append((begin, finish))
        return work

    def occupied(self, minute: int) -> range:
        before, after = self.terms.buffer_before, self.terms.buffer_after
        return range(minute - before, minute + self.terms.duration + after)

    def inside_hours(self, work: list[tuple[int, int]], minute: int) -> list[tuple[int, int]]:
        return [
            (start, end)
            for start, end in work
            if start <= minute and minute + self.terms.duration <= end
        ]

    def on_step(self, work: list[tuple[int, int]], minute: int) -> bool:
        holding = self.inside_hours(work, minute)
        return any((minute - start) % self.terms.step == 0 for start, _ in holding)

    def resources_left(self, minute: int) -> bool:
        for resource, used, out in zip(self.resources, self.used, self.out, strict=True):
            for each in self.occupied(minute):
                if out[each] or used[each] + 1 > resource.quantity:
                    return False
        return True

    def party_fits(self) -> bool:
        party = self.terms.party_size
        if any(party > resource.capacity for resource in self.resources):
            return False
        if self.terms.seats > 1:
            return party <= self.terms.seats
        return party == 1 or bool(self.resources)

    def obstacle(self, who: int, minute: int) -> str | None:
        """What keeps one person from taking the start, policy and party size apart."""
        left = self.calendars[who].shared.get(self.clock.instant(minute))
        if left is not None:
            return "class_full" if left < self.terms.party_size and self.party_fits() else None
        if not self.inside_hours(self.work[who], minute):
            return "closed"
        if not self.on_step(self.work[who], minute):
            return "off_step"
        if any(self.blocked[who][each] for each in self.occupied(minute)):
            return "time_taken"
        return None if self.resources_left(minute) else "resource_taken"

    def problems(self, start: datetime) -> set[str]:
        codes = set()
        if start < self.terms.earliest:
            codes.add("too_soon")
        if start > self.terms.latest:
            codes.add("too_far")
        if not self.party_fits():
            codes.add("party_too_large")
        if not self.calendars:
            return codes | {"no_staff"}
        if codes & {"too_soon", "too_far"}:
            return codes
        minute = self.clock.minute(start)
        obstacles = [self.obstacle(who, minute) for who in range(len(self.calendars))]
        if None in obstacles:
            return codes
        nearest_last = ["closed", "off_step", "time_taken", "resource_taken", "class_full"]
        return codes | {max((code for code in obstacles if code), key=nearest_last.index)}

    def slot(self, minute: int) -> Slot | None:
        takers = []
        start = self.clock.instant(minute)
        for who, calendar in enumerate(self.calendars):
            if self.party_fits() and self.obstacle(who, minute) is None:
                left = calendar.shared.get(start, self.terms.seats)
                takers.append((calendar.staff_id, left))
        if not takers:
            return None
        end = start + self.terms.duration * MINUTE
        return Slot(start, end, tuple(who for who, _ in takers), max(left for _, left in takers))

    def is_start(self, minute: int) -> bool:
        start = self.clock.instant(minute)
        if not self.terms.earliest <= start <= self.terms.latest:
            return False
        return any(
            start in calendar.shared or self.on_step(work, minute)
            for calendar, work in zip(self.calendars, self.work, strict=True)
        )

    def days(self) -> list[Day]:
        days = []
        for offset in range((self.last - self.first).days + 1):
            day = self.first + offset * DAY
            slots, taken = [], []
            for minute, wall in enumerate(self.clock.shown):
                if wall.date() == day and self.is_start(minute):
                    slot = self.slot(minute)
                    if slot is None:
                        taken.append(self.clock.instant(minute))
                    else:
                        slots.append(slot)
            days.append(Day(day, tuple(slots), tuple(taken)))
        return days
