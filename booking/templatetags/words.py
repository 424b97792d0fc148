"""Filters over ``booking.words``, for every app's templates: ``{% load words %}``."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template

from booking import words

register = template.Library()
register.filter("duration", words.say_duration)
register.filter("zone_name", words.say_zone)
register.filter("people", words.say_people)
register.filter("day", words.say_day)
register.filter("one_line", words.one_line)
register.filter("stars", words.say_stars)
register.filter("draw_stars", words.draw_stars)


@register.filter
def when(instant: datetime, zone: str) -> str:
    """Say ``instant`` in the timezone called ``zone``: ``Tue 24 Nov, 14:30``."""
    return words.say_when(instant, ZoneInfo(zone))


@register.filter
def time_in(instant: datetime, zone: str) -> str:
    """Say the time of day of ``instant`` in the timezone called ``zone``: ``14:30``."""
    return words.say_time(instant, ZoneInfo(zone))


@register.filter
def price(amount: Decimal, currency: str) -> str:
    """Say an amount with its currency: ``USD 45.00``."""
    return words.say_price(amount, currency)
