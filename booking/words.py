"""How pages, mails and calendar files say times, lengths and prices."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import get_language

from booking.recurrence import Every, Rule
from project.money import MOST_PLACES, decimal_places

UNSEEN = frozenset({"Cc", "Cf"})
"""Unicode's categories of control and format characters."""


def say_day(day: date, *, year: bool = False) -> str:
    """Return ``Tue 24 Nov``; with ``year``, ``Tue 24 Nov 2026``."""
    return _say_day(day, "D j M Y" if year else "D j M", get_language())


@lru_cache(maxsize=4096)
def _say_day(day: date, pattern: str, language: str | None) -> str:
    """Remember what a grid says again and again."""
    return dateformat.format(day, pattern)


def say_time(instant: datetime, zone: ZoneInfo) -> str:
    """Return the time of day in ``zone``: ``14:30``; ``01:00 GMT`` when that comes twice."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M}{say_which(local)}"


def say_when(instant: datetime, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """Return ``Tue 24 Nov, 14:30`` as seen in ``zone``; with the year when it is not ``now``'s."""
    local = instant.astimezone(zone)
    year = now is not None and now.astimezone(zone).year != local.year
    return f"{say_day(local.date(), year=year)}, {local:%H:%M}{say_which(local)}"


def say_which(local: datetime) -> str:
    """Tell the two apart in an hour that the clock shows twice: `` BST`` and then `` GMT``.

    Empty at all other times. ``local`` is an instant in its zone.
    """
    twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f" {local.tzname()}" if twice else ""


def say_duration(minutes: int) -> str:
    """Return ``45 min``, ``2 h`` or ``1 h 30``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def say_price(amount: Decimal, currency: str) -> str:
    """Return ``USD 1,250.00``, ``UGX 50,000``, or ``Free``; nothing is rounded away."""
    if not amount:
        return "Free"
    whole = amount == amount.to_integral_value()
    places = decimal_places(currency) if whole else MOST_PLACES
    return f"{currency} {amount:,.{places}f}"


def say_zone(zone: str) -> str:
    """Return ``Harare time`` for ``Africa/Harare``."""
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def say_people(number: int) -> str:
    """Return ``1 person`` or ``3 people``."""
    return "1 person" if number == 1 else f"{number} people"


def say_stars(rating: int) -> str:
    """Return ``4 of 5 stars``."""
    return f"{rating} of 5 stars"


def draw_stars(rating: int) -> str:
    """Return ``★★★★☆`` for 4; to be shown beside words, as screen readers make little of it."""
    return "★" * rating + "☆" * (5 - rating)


def one_line(text: str) -> str:
    """Return ``text`` on one line and as it looks: a name, or a fact among others.

    White space becomes single spaces; characters that cannot be seen (controls, zero widths, marks
    that turn the direction of writing) are left out, so that nobody can pass for another line.
    """
    seen = "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in UNSEEN
    )
    return " ".join(seen.split())


NTHS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def say_rule(rule: Rule, first: date) -> str:
    """Return ``every Tuesday``, ``every 2 weeks on Monday``, ``every month on the 15th``.

    With ``until Tue 24 Nov 2026`` or ``5 times`` where it ends; ``first`` is counted from.
    """
    unit = {Every.DAY: "day", Every.WEEK: "week", Every.MONTH: "month"}[rule.every]
    often = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    if rule.every is Every.WEEK:
        days = " and ".join(WEEKDAYS[day] for day in rule.weekdays or (first.weekday(),))
        often = f"every {days}" if rule.interval == 1 else f"{often} on {days}"
    elif rule.nth is not None:
        often += f" on the {NTHS[rule.nth.number]} {WEEKDAYS[rule.nth.weekday]}"
    elif rule.every is Every.MONTH:
        day = rule.month_day or first.day
        often += " on the last day" if day < 0 else f" on the {_say_ordinal(day)}"
    if rule.until is not None:
        often += f", until {say_day(rule.until, year=True)}"
    return f"{often}, {rule.count} times" if rule.count else often


def _say_ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number < 14 else ending}"  # noqa: PLR2004 - 11th, 12th, 13th
