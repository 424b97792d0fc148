"""The columns of the calendar, with every text and place ready, so that templates only write.

A place is the names of classes in ``static/css/calendar.css``: ``r24 s12`` begins at the 24th line
and is 12 lines high; ``l2`` is the second of the lanes in which things at one time stand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from booking.availability import Interval
from booking.availability.intervals import on_step
from booking.availability.wallclock import local_day
from booking.domain.diary import Absence, Diary, Visit, without
from booking.models import Appointment, Status
from booking.words import say_day, say_time
from providers.models import Staff
from providers.views.calendar_scale import LINE, Mark, Scale, make_scale

MOST_LANES = 8
"""More than so many things at one time stand on the last lane."""

LOWEST = 2
"""Lines that the shortest thing is high, so that it can be pressed."""

TALL, ROOMY = 9, 5
"""Lines from which there is room for three and for two lines of text."""

SHORTEST_GAP = timedelta(minutes=10)
BETWEEN_GAPS = timedelta(minutes=30)
NAMES = {"off": "Time off", "busy": "Busy elsewhere", "held": "Held by a visitor"}
WORDS = {
    Status.PENDING: "asks",
    Status.CONFIRMED: "",
    Status.COMPLETED: "was here",
    Status.NO_SHOW: "did not come",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing in a column; ``kind`` says which of the rest it has."""

    kind: str
    start: datetime
    place: str
    when: str = ""
    until: str = ""
    text: str = ""
    who: str = ""
    word: str = ""
    status: str = ""
    value: str = ""
    movable: bool = False
    visit: Visit | None = None

    @property
    def first(self) -> Appointment | None:
        return self.visit.first if self.visit else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One person's day, or everybody's. ``work``, ``gap`` are minutes below the top, for moving."""

    anchor: str
    title: str
    day: date
    staff: Staff | None
    shared: bool
    strip: bool
    today: bool
    count: int
    lanes: int
    items: list[Item]
    beginning: datetime
    work: str
    gap: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """All columns beside their scale."""

    columns: list[Column]
    marks: list[Mark]
    lines: int

    @property
    def many(self) -> bool:
        """Whether they may not fit beside one another."""
        return sum(column.lanes for column in self.columns) > 7  # noqa: PLR2004


class Who(NamedTuple):
    """Whose column it is: several people's, one person's, or nobody's."""

    people: Sequence[Staff | None]
    title: str
    shared: bool


@dataclass(slots=True)
class Draft:
    """A column in the making."""

    diary: Diary
    scale: Scale
    day: date
    who: Who
    now: datetime
    items: list[Item] = field(default_factory=list)
    lanes: int = 1

    def place(self, span: Interval, lane: str = "") -> str:
        """Return the classes for ``span``, empty when it is out of sight."""
        extent = local_day(self.scale.zone, self.day)
        since, until = max(span.start, extent.start), min(span.end, extent.end)
        if since >= until:
            return ""
        first, last = self.scale.row(since, self.day), self.scale.row(until, self.day)
        if first >= self.scale.lines or last <= 0:
            return ""
        return f"r{first} s{max(1, last - first)}{lane}"

    def add(self, kind: str, span: Interval, lane: str = "", **more: Any) -> None:
        """Add something unless it is out of sight."""
        place = self.place(span, lane)
        if place:
            self.items.append(Item(kind=kind, start=span.start, place=place, **more))

    def say(self, span: Interval) -> str:
        zone = self.scale.zone
        if span.start.astimezone(zone).time() == span.end.astimezone(zone).time() == time.min:
            return "All day"
        return f"{say_time(span.start, zone)}–{say_time(span.end, zone)}"


def lay_board(diary: Diary, whose: Sequence[Who], *, now: datetime) -> Board:
    """Return the columns for each of ``whose`` on each day of the diary."""
    scale = make_scale(diary.provider.tz, diary.days, list(_extents(diary, whose)))
    columns = [_column(diary, scale, day, who, now) for day in diary.days for who in whose]
    return Board(columns=columns, marks=list(scale.marks()), lines=scale.lines)


def _extents(diary: Diary, whose: Iterable[Who]) -> Iterator[tuple[date, Interval]]:
    """Yield what must be in sight: working hours and appointments."""
    for day in diary.days:
        extent = local_day(diary.provider.tz, day)
        for who in whose:
            for person in who.people:
                for span in diary.working(person, day):
                    yield day, span
                for visit in diary.visits_of(person, day):
                    span = Interval(visit.first.start, visit.first.end)
                    if span.start < extent.end and span.end > extent.start:
                        yield day, span


def _column(diary: Diary, scale: Scale, day: date, who: Who, now: datetime) -> Column:
    draft = Draft(diary, scale, day, who, now)
    visits = _add_taken(draft)
    _add_closed(draft)
    _add_gaps(draft)
    _add_now(draft)
    local = diary.provider.tz
    staff = who.people[0] if not who.shared else None
    missing = scale.missing(day)
    return Column(
        anchor=f"c-{day.isoformat()}-{staff.pk if staff else 0}",
        title=who.title,
        day=day,
        staff=staff,
        shared=who.shared and len(who.people) > 1,
        strip=who.shared,
        today=now.astimezone(local).date() == day,
        count=sum(len(visit.appointments) for visit in visits),
        lanes=draft.lanes,
        items=sorted(draft.items, key=lambda item: (item.start, item.kind != "visit")),
        beginning=scale.beginning(day),
        work=" ".join(_work(draft)),
        gap=f"{missing.since - scale.top} {missing.until - scale.top}" if missing else "",
    )


def _work(draft: Draft) -> Iterator[str]:
    """Yield the minutes below the top at which work begins and ends; steps count from there."""
    seen = set()
    for person in draft.who.people:
        for span in draft.diary.working(person, draft.day):
            ends = [draft.scale.minute(end, draft.day) - draft.scale.top for end in span]
            seen.add((ends[0], ends[1]))
    return (f"{start}-{end}" for start, end in sorted(seen))


def _add_taken(draft: Draft) -> list[Visit]:
    """Add who comes and who is away, those at one time beside one another; return the visits."""
    visits = [v for p in draft.who.people for v in draft.diary.visits_of(p, draft.day)]
    beside: list[tuple[Interval, Visit | tuple[Absence, str]]] = [
        (visit.occupied, visit) for visit in visits
    ]
    for absence, name in _absences(draft):
        if draft.who.shared and name:
            beside.append((absence.span, (absence, name)))
        else:
            _add_absence(draft, absence, name="", lane="")
    beside.sort(key=lambda one: one[0])
    lanes = lay_lanes([span for span, _ in beside])
    most = max((of for _, of in lanes), default=1)
    draft.lanes = min(MOST_LANES, most)
    for (_, thing), (lane, of) in zip(beside, lanes, strict=True):
        where = " lx" if draft.who.shared else ""
        if of > 1:
            where = f" l{min(lane, draft.lanes)}"
        if isinstance(thing, Visit):
            _add_visit(draft, thing, where)
        else:
            _add_absence(draft, thing[0], name=thing[1], lane=where)
    return visits


def _absences(draft: Draft) -> Iterator[tuple[Absence, str]]:
    """Yield absences with whose they are; those of the whole business once, without a name."""
    common = True
    for person in draft.who.people:
        for absence in draft.diary.absences_of(person, draft.day):
            if absence.resource:
                yield absence, absence.resource
            elif absence.staff_id is not None:
                yield absence, person.name if person else ""
            elif common:
                yield absence, ""
        common = False


def _add_absence(draft: Draft, absence: Absence, *, name: str, lane: str) -> None:
    text = absence.reason or NAMES[absence.kind]
    kind = absence.kind if lane or not draft.who.shared else f"{absence.kind} all"
    draft.add(kind, absence.span, lane, who=name, text=text, when=draft.say(absence.span))


def _add_visit(draft: Draft, visit: Visit, lane: str) -> None:
    it = visit.first
    span = Interval(it.start, it.end)
    if visit.occupied.start < span.start:
        draft.add("buffer", Interval(visit.occupied.start, span.start), lane)
    if visit.occupied.end > span.end:
        draft.add("buffer", Interval(span.end, visit.occupied.end), lane)
    place = draft.place(span, lane)
    if not place:
        return
    height = max(LOWEST, int(place.split()[1][1:]))
    size = " tall" if height >= TALL else " roomy" if height >= ROOMY else ""
    draft.items.append(
        Item(
            kind="group" if visit.is_class else "visit",
            start=it.start,
            place=f"{place.replace(' s1', ' s2', 1) if height == LOWEST else place}{size}",
            when=say_time(span.start, draft.scale.zone),
            until=say_time(span.end, draft.scale.zone),
            who=it.staff.name if it.staff and draft.who.shared else "",
            text=it.service.name,
            word=WORDS[Status(it.status)],
            status=it.status,
            movable=it.is_active and not visit.is_class,
            visit=visit,
        )
    )


def lay_lanes(spans: Sequence[Interval]) -> list[tuple[int, int]]:
    """Return for each of ``spans``, which are in order, its lane and how many there are then.

    Spans that touch one another, directly or through others, share the number of lanes.
    """
    found: list[tuple[int, int]] = []
    ends: list[datetime] = []
    cluster: list[int] = []
    for since, until in spans:
        if ends and since >= max(ends):
            found += [(lane, len(ends)) for lane in cluster]
            ends, cluster = [], []
        for lane, end in enumerate(ends):
            if end <= since:
                ends[lane] = until
                cluster.append(lane + 1)
                break
        else:
            ends.append(until)
            cluster.append(len(ends))
    return found + [(lane, len(ends)) for lane in cluster]


def _add_closed(draft: Draft) -> None:
    """Add the hours in which nobody of the column works, and those that the day does not have."""
    extent = local_day(draft.scale.zone, draft.day)
    if extent.start == extent.end:
        return
    open_ = [span for p in draft.who.people for span in draft.diary.working(p, draft.day)]
    for span in without(Interval(extent.start, extent.end), open_):
        draft.add("closed", span, text="Closed", when=draft.say(span))
    missing = draft.scale.missing(draft.day)
    if missing and draft.scale.top <= missing.since < draft.scale.bottom:
        row, height = (missing.since - draft.scale.top) // LINE, missing.length // LINE
        at = draft.scale.beginning(draft.day) + timedelta(minutes=missing.since - draft.scale.top)
        draft.items.append(Item(kind="none", start=at, place=f"r{row} s{height}"))


def _add_gaps(draft: Draft) -> None:
    """Add links to book, at least half an hour apart, where somebody of the column is free."""
    starts: set[datetime] = set()
    stretches: list[Interval] = []
    step = timedelta(minutes=draft.diary.provider.slot_step)
    earliest = draft.now - step  # somebody walks in a few minutes after the step
    for person in draft.who.people:
        for work, stretch in draft.diary.free(person, draft.day):
            last = stretch.end - SHORTEST_GAP
            first = max(stretch.start, earliest)
            if first > last:
                continue
            starts |= set(on_step(work, step=step, duration=SHORTEST_GAP, first=first, last=last))
            stretches.append(stretch)
    zone = draft.scale.zone
    for stretch in _join(stretches):
        inside = sorted(start for start in starts if stretch.start <= start < stretch.end)
        for start, until in _cut(inside, stretch.end, zone):
            value = f"{start:%Y-%m-%dT%H:%MZ}"
            draft.add("gap", Interval(start, until), value=value, when=say_time(start, zone))


def _join(spans: Iterable[Interval]) -> list[Interval]:
    """Return the same time as few spans."""
    joined: list[Interval] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _cut(
    starts: Sequence[datetime], end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield some of ``starts``, each with where the next begins: on the half hour if there is one.

    None is nearer than half an hour to the next or, save for the first, to the end.
    """
    kept: list[datetime] = []
    for start in starts:
        if kept and end - start < BETWEEN_GAPS:
            break
        near = kept and start - kept[-1] < BETWEEN_GAPS
        odd = kept and start.astimezone(zone).minute % 30 and start - kept[-1] < 2 * BETWEEN_GAPS
        if not near and not odd:
            kept.append(start)
    if kept:
        yield from zip(kept, [*kept[1:], end], strict=True)


def _add_now(draft: Draft) -> None:
    extent = local_day(draft.scale.zone, draft.day)
    at = draft.now
    if extent.start <= at < extent.end:
        top = draft.scale.minute(at, draft.day) - draft.scale.top
        if 0 <= top < draft.scale.lines * LINE:
            draft.items.append(Item(kind="now", start=at, place=f"r{top // LINE} s1"))


def title_of(days: Sequence[date], today: date) -> str:
    """Return ``Tue 24 Nov`` or ``23–29 Nov``; with the year when it is not this one."""
    first, last = days[0], days[-1]
    year = last.year != today.year
    if first == last:
        return say_day(first, year=year)
    ending = say_day(last, year=year).split(maxsplit=1)[1]
    same = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}–{ending}" if same else f"{say_day(first).split(maxsplit=1)[1]} – {ending}"
