"""A week's free times as a text for a chat or a WhatsApp status. Pure; it never queries."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from booking.availability import Slot
from booking.domain.free_time import FreeTime
from booking.words import one_line, say_day, say_time

LONGEST = 700
"""Characters: what a WhatsApp status takes, and about one screen of a phone."""

LONGEST_NAME = 60
MOST_A_DAY = 6


def week_text(free: FreeTime, *, url: str) -> str:
    """Return the free times in ``free``, a line for each day, with ``url``; ``""`` without any.

    Times are told as they could be booked one after another, not at each step, and fewer of them a
    day where the text would be too long.
    """
    days = [(say_day(day.date), list(_apart(day.slots))) for day in free.days() if day.slots]
    if not days:
        return ""
    service, zone = free.ask.service, free.ask.service.provider.tz
    head = f"Free times for {_cut(service.name)} at {_cut(service.provider.name)}:"
    text = ""
    for most in range(MOST_A_DAY, 0, -1):
        lines = [f"{day}: {_list(starts, most, zone)}" for day, starts in days]
        text = "\n".join([head, *lines, f"Book: {url}"])
        if len(text) <= LONGEST:
            break
    return text


def share_by_whatsapp(text: str) -> str:
    """Return the address that opens WhatsApp with ``text``, to be sent to whomever one chooses."""
    return f"https://wa.me/?text={quote(text, safe='')}"


def _apart(slots: Sequence[Slot]) -> Iterator[datetime]:
    """Yield starts of which none begins before the one told before it is over."""
    over: datetime | None = None
    for slot in slots:
        if over is None or slot.start >= over:
            yield slot.start
            over = slot.start + max(slot.end - slot.start, timedelta(minutes=30))


def _list(starts: Sequence[datetime], most: int, zone: ZoneInfo) -> str:
    told = ", ".join(say_time(start, zone) for start in starts[:most])
    return f"{told} …" if len(starts) > most else told


def _cut(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"
