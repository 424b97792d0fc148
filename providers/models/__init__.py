"""The supply side: who offers what, when and with which resources."""

from providers.models.hours import DateOverride, TimeOff, WeeklyHours
from providers.models.provider import Category, Provider, Staff
from providers.models.service import Resource, Service

__all__ = [
    "Category",
    "DateOverride",
    "Provider",
    "Resource",
    "Service",
    "Staff",
    "TimeOff",
    "WeeklyHours",
]
