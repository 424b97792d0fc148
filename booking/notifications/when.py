"""Instants as people say them, on the provider's clock and with that clock named."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.words import say_time, say_when, say_zone


def span(start: datetime, length: timedelta, zone: ZoneInfo, *, now: datetime) -> str:
    """Return ``Tue 24 Nov, 14:30–16:00 (Harare time)``; an end on another day has its date."""
    end = start + length
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        until = f"–{say_time(end, zone)}"
    else:
        until = f" – {say_when(end, zone, now=now)}"
    return f"{say_when(start, zone, now=now)}{until} ({say_zone(zone.key)})"


def own_span(
    start: datetime, length: timedelta, own: ZoneInfo | None, provider: ZoneInfo, *, now: datetime
) -> str:
    """Return `span` on the reader's ``own`` clock; empty when it shows the same as the provider's.

    Clocks are compared at the start: two zones may agree in one season and differ in another.
    """
    if own is None or start.astimezone(own).utcoffset() == start.astimezone(provider).utcoffset():
        return ""
    return span(start, length, own, now=now)
