"""Fill the calendars of a business with sessions that break no rule.

Each person and each room rented by itself is walked through day by day: at each free start
something may be booked, and nothing is where hours, time off, colleagues or rooms speak against it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from booking.availability import Hours, WallInterval, resolve, working_hours
from booking.demo.blueprint import chance
from booking.demo.build import Business, Offered
from providers.models import DateOverride, Resource, Staff, WeeklyHours

PAST_DAYS = 30
FUTURE_DAYS = 16


@dataclass(frozen=True, slots=True)
class Placed:
    """A session to be: what, by whom, when, and for how many at most. Instants in UTC."""

    offered: Offered
    staff: Staff | None
    day: int
    start: datetime
    end: datetime
    occupied_from: datetime
    occupied_until: datetime
    seats: int


@dataclass(slots=True)
class Diary:
    """What is taken at one business, by person and by resource."""

    business: Business
    taken: dict[Staff | Resource | None, list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def open_page(self) -> None:
        """Forget yesterday (nobody here works past midnight), keep time off in sight."""
        self.taken.clear()
        for block in self.business.time_off:
            units = block.resource.quantity if block.resource else 1
            self.taken[block.staff or block.resource] += [(block.start, block.end)] * units

    def fits(self, placed: Placed) -> bool:
        """Whether nobody and nothing that it needs is taken then."""
        if self._in_use(None, placed):
            return False
        if placed.staff is not None and self._in_use(placed.staff, placed):
            return False
        return all(self._in_use(each, placed) < each.quantity for each in placed.offered.resources)

    def write(self, placed: Placed) -> None:
        """Take the time."""
        for who in (placed.staff, *placed.offered.resources):
            if who is not None:
                self.taken[who].append((placed.occupied_from, placed.occupied_until))

    def _in_use(self, who: Staff | Resource | None, placed: Placed) -> int:
        """How many entries meet the range: at least the units in use at any one instant."""
        return sum(
            start < placed.occupied_until and end > placed.occupied_from
            for start, end in self.taken[who]
        )


def fill(business: Business) -> list[Placed]:
    """Return sessions from 30 days ago to 16 days ahead, in order of day, denser the nearer."""
    diary = Diary(business)
    return [
        placed for day in range(-PAST_DAYS, FUTURE_DAYS + 1) for placed in _fill_day(diary, day)
    ]


def _fill_day(diary: Diary, day: int) -> Iterator[Placed]:
    business = diary.business
    diary.open_page()
    for person in business.staff:
        menu = [each for each in business.offered if person in each.staff]
        yield from _walk(diary, day, menu, person)
    for offered in business.offered:
        if not offered.service.needs_staff:
            for unit in range(min(each.quantity for each in offered.resources)):
                yield from _walk(diary, day, [offered], None, unit)


def _walk(
    diary: Diary, day: int, menu: Sequence[Offered], person: Staff | None, unit: int = 0
) -> Iterator[Placed]:
    business = diary.business
    rng = chance(business.shop.slug, person.name if person else menu[0].offer.name, unit, day)
    step = timedelta(minutes=business.provider.slot_step)
    for work in resolve(*_hours(business, person, day), business.provider.tz):
        start = work.start
        while start < work.end:
            offered = rng.choice(menu)
            minutes = rng.choice(offered.service.durations[:6])
            placed = _place(offered, person, day=day, start=start, minutes=minutes)
            wanted = rng.random() < _demand(day)
            if wanted and placed.end <= work.end and diary.fits(placed):
                diary.write(placed)
                yield placed
                # The next start on the step that leaves both buffers free.
                start += -(-(placed.occupied_until - start) // step) * step
            else:
                start += rng.randint(1, 4) * step


def _demand(day: int) -> float:
    """How likely somebody wants a given time, so many days from today."""
    if day < 0:
        return 0.3
    return max(0.04, 0.22 - day * 0.018)


def _place(
    offered: Offered, person: Staff | None, *, day: int, start: datetime, minutes: int
) -> Placed:
    service, provider = offered.service, offered.service.provider
    end = start + timedelta(minutes=minutes)
    before = provider.buffer_before if service.buffer_before is None else service.buffer_before
    after = provider.buffer_after if service.buffer_after is None else service.buffer_after
    held = [resource.capacity for resource in offered.resources]
    return Placed(
        offered=offered,
        staff=person,
        day=day,
        start=start,
        end=end,
        occupied_from=start - timedelta(minutes=before),
        occupied_until=end + timedelta(minutes=after),
        seats=min([service.seats, *held]) if service.is_class else min(held, default=1),
    )


def _hours(business: Business, person: Staff | None, day: int) -> tuple[date, list[WallInterval]]:
    """Return the local date, and the wall-clock hours that the person (or the business) keeps."""
    on = business.today + timedelta(days=day)
    opening = _rules(business, None)
    if person is None:
        return on, working_hours(on, opening=opening)
    own = _rules(business, person)
    weekly = own.weekly if person.own_hours else None
    return on, working_hours(on, opening=opening, own=Hours(weekly, own.overrides))


def _rules(business: Business, person: Staff | None) -> Hours:
    weekly: dict[int, list[WallInterval]] = defaultdict(list)
    overrides: dict[date, list[WallInterval]] = defaultdict(list)
    for hours in business.hours:
        if hours.staff == person:
            weekly[hours.weekday] += _span(hours)
    for special in business.overrides:
        if special.staff == person:
            overrides[special.date] += _span(special)
    return Hours(weekly, overrides)


def _span(row: WeeklyHours | DateOverride) -> list[WallInterval]:
    if row.start_minute is None or row.end_minute is None:
        return []
    return [WallInterval(row.start_minute, row.end_minute)]


def local_midnight(business: Business) -> datetime:
    """Return the instant (UTC) at which the day that everything is placed around began there."""
    return datetime.combine(business.today, time.min, business.provider.tz).astimezone(UTC)
