"""The grid of free times, with every text ready, so that the template's loop is cheap."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking.availability import Day
from booking.domain.free_time import Ask, load_free_time
from booking.models import Appointment
from booking.views.asking import View, bookable_dates, clamp
from booking.words import say_day

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
    provider = ask.service.provider
    today, last = bookable_dates(provider, now)
    chosen = clamp(wish.date, today, last)
    first = chosen
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
    columns = tuple(_column(day, ask, wish, today=today, chosen=chosen) for day in free.days())
    shown = columns
    if wish.view == "day":
        shown = tuple(column for column in columns if column.current)
    step = 1 if wish.view == "day" else DAYS
    before, after = chosen - timedelta(days=step), chosen + timedelta(days=step)
    return Grid(
        view=wish.view,
        chosen=chosen,
        title=_title(chosen, columns, free.last) if wish.view == "week" else shown[0].label,
        columns=columns,
        shown=shown,
        zone=provider.timezone,
        url=replace(wish, date=chosen).url(),
        day_url=replace(wish, view="day", date=chosen).url(),
        week_url=replace(wish, view="week", date=first).url(),
        earlier=replace(wish, date=max(before, today)).url() if chosen > today else "",
        later=replace(wish, date=after).url() if after <= last else "",
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


def _column(day: Day, ask: Ask, wish: Wish, *, today: date, chosen: date) -> Column:
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

    A class says how many seats are left. Nothing in the markup but digits that we made, so there
    is nothing to escape: with hundreds of cells that is half of the cost of a grid.
    """
    zone = ask.service.provider.tz
    seats = ask.service.is_class
    starts = [(slot.start, slot.seats_left) for slot in day.slots]
    starts += [(start, 0) for start in day.taken]
    for start, left in sorted(starts):
        local = start.astimezone(zone)
        face = FACES[local.hour * 60 + local.minute]
        if not left:
            yield local.hour, f"<s>{face}</s>"
            continue
        small = f"<small>{left:d} left</small>" if seats else ""
        value = start.isoformat()[:MINUTE]
        yield local.hour, f"<button name=start value={value}Z>{face}{small}</button>"


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
