"""The grid of free times, with every text ready, so that the template's loop is cheap."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking.availability import Day
from booking.domain.free_time import Ask, FreeTime, load_free_time
from booking.models import Appointment
from booking.views.asking import View, bookable_dates, clamp
from booking.words import say_day, say_which

DAYS = 7
NOON, EVENING = 12, 17
"""Hours at which a day is cut in the day view."""

FACES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)]
"""What a clock shows at each minute of the day."""

MINUTE = len("2026-11-24T08:00")
"""How much of an ISO 8601 instant tells the minute."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What one address of a grid shows.

    ``path`` is the page's own, ``keep`` its other parameters, in order.
    """

    path: str
    keep: Mapping[str, str]
    view: View
    date: date | None

    def url(self) -> str:
        """Return the address, without what goes without saying."""
        params = dict(self.keep)
        if self.view != "week":
            params["view"] = self.view
        if self.date:
            params["date"] = self.date.isoformat()
        return f"{self.path}?{urlencode(params)}" if params else self.path


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One local date: ``weekday number month`` are its heading, ``cells`` its times."""

    anchor: str
    weekday: str
    number: str
    month: str
    label: str
    cells: SafeString
    free: int
    note: str
    count: str
    today: bool
    current: bool
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """Seven days; the day view shows one. ``earlier`` and ``later`` are empty at an end."""

    view: View
    chosen: date
    title: str
    columns: tuple[Column, ...]
    shown: tuple[Column, ...]
    zone: str
    url: str
    day_url: str
    week_url: str
    earlier: str
    later: str
    first_url: str

    @property
    def empty(self) -> bool:
        """Whether there is no free time in what is shown."""
        return not any(column.free for column in self.shown)

    def etag(self) -> str:
        """Name these very facts: the same ones have the same name on every machine."""
        return f'"{hashlib.blake2b(repr(self).encode(), digest_size=12).hexdigest()}"'


def load_grid(
    ask: Ask,
    wish: Wish,
    *,
    now: datetime,
    visitor: str = "",
    moving: Appointment | None = None,
    by_business: bool = False,
    first_url: str = "",
) -> Grid:
    """Load and lay out the days that ``wish`` is about, in a fixed number of queries.

    ``by_business`` lifts the minimum notice, for the business's own people.
    """
    today, last = bookable_dates(ask.service.provider, now)
    chosen = clamp(wish.date, today, last)
    wish, first = replace(wish, date=chosen), chosen
    if wish.view == "day":  # whole weeks from today, so that the strip keeps still
        first = today + timedelta(days=(chosen - today).days // DAYS * DAYS)
    free = load_free_time(
        ask,
        now=now,
        first=first,
        last=min(first + timedelta(days=DAYS - 1), last),
        visitor=visitor,
        moving=moving,
        by_business=by_business,
    )
    return _lay_out(free, wish, chosen, today=today, last=last, first_url=first_url)


def _lay_out(
    free: FreeTime, wish: Wish, chosen: date, *, today: date, last: date, first_url: str
) -> Grid:
    """Lay out the days that are loaded, with the ways to the days before and after."""
    by_day = wish.view == "day"
    columns = tuple(_column(day, free.ask, wish, today, chosen) for day in free.days())
    shown = tuple(column for column in columns if column.current) if by_day else columns
    step = timedelta(days=1 if by_day else DAYS)
    return Grid(
        view=wish.view,
        chosen=chosen,
        title=shown[0].label if by_day else _title(chosen, columns, free.last),
        columns=columns,
        shown=shown,
        zone=free.ask.service.provider.timezone,
        url=wish.url(),
        day_url=replace(wish, view="day").url(),
        week_url=replace(wish, view="week", date=free.first).url(),
        earlier=replace(wish, date=max(chosen - step, today)).url() if chosen > today else "",
        later=replace(wish, date=chosen + step).url() if chosen + step <= last else "",
        first_url=first_url,
    )


def respond_grid(request: HttpRequest, grid: Grid) -> HttpResponse:
    """Answer with the grid alone, or 304 when the browser has these very facts."""
    etag = grid.etag()
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "booking/_grid.html", {"grid": grid})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _title(first: date, columns: tuple[Column, ...], last: date) -> str:
    """Return ``24–30 Nov`` or ``28 Nov – 4 Dec``."""
    if first == last:
        return columns[0].label
    months = columns[0].month, columns[-1].month
    if months[0] == months[1]:
        return f"{first.day}–{last.day} {months[0]}"
    return f"{first.day} {months[0]} – {last.day} {months[1]}"


def _column(day: Day, ask: Ask, wish: Wish, today: date, chosen: date) -> Column:
    label = say_day(day.date)
    weekday, number, month = label.split()
    cells, note = SafeString(""), "" if day.slots else _note(day, today)
    if day.slots:
        cells = _day_cells(day, ask) if wish.view == "day" else _slots(_cells(day, ask))
    return Column(
        anchor=f"d-{day.date.isoformat()}",
        weekday=weekday,
        number=number,
        month=month,
        label=label,
        cells=cells,
        free=len(day.slots),
        note=note,
        count=note or f"{len(day.slots)} free",
        today=day.date == today,
        current=wish.view == "day" and day.date == chosen,
        url=replace(wish, date=day.date).url(),
    )


def _note(day: Day, today: date) -> str:
    if day.taken:
        return "Full"
    return "Nothing left today" if day.date == today else "Closed"


def _cells(day: Day, ask: Ask) -> Iterator[tuple[int, str]]:
    """Yield the local hour and the markup of each start, in order of time.

    A class says how many seats are left. Nothing in the markup but digits that we made and names
    of zones, so there is nothing to escape: with hundreds of cells that is half of the cost of a
    grid.
    """
    zone = ask.service.provider.tz
    seats = ask.service.is_class
    goes_back = _goes_back(day.date, zone)
    starts = [(slot.start, slot.seats_left) for slot in day.slots]
    starts += [(start, 0) for start in day.taken]
    for start, left in sorted(starts):
        local = start.astimezone(zone)
        face = FACES[local.hour * 60 + local.minute]
        if goes_back:
            face += say_which(local)
        if not left:
            yield local.hour, f"<s>{face}</s>"
            continue
        small = f"<small>{left:d} left</small>" if seats else ""
        value = start.isoformat()[:MINUTE]
        yield local.hour, f"<button name=start value={value}Z>{face}{small}</button>"


def _goes_back(day: date, zone: ZoneInfo) -> bool:
    """Whether the clock could show an hour of ``day`` twice."""
    noon = datetime.combine(day, time(NOON), zone)
    around = noon - timedelta(days=1), noon + timedelta(days=1)
    return around[0].utcoffset() != around[1].utcoffset()


def _slots(cells: Iterable[tuple[int, str]], size: str = "") -> SafeString:
    """Return the cells in their box; they are part of the format, not of what it escapes."""
    markup = "".join([cell for _, cell in cells])
    return format_html('<div class="slots{}">' + markup + "</div>", size)


def _day_cells(day: Day, ask: Ask) -> SafeString:
    """Return the times of one day under headings for its parts."""
    parts: dict[str, list[tuple[int, str]]] = {"Morning": [], "Afternoon": [], "Evening": []}
    for hour, markup in _cells(day, ask):
        part = "Morning" if hour < NOON else "Afternoon" if hour < EVENING else "Evening"
        parts[part].append((hour, markup))
    return format_html_join(
        "",
        "<h4>{}</h4>{}",
        ((name, _slots(cells, " slots-day")) for name, cells in parts.items() if cells),
    )
