"""The supply side: who offers what, when and with which resources."""

from providers.models.hours import DateOverride, TimeOff, TimeOffRule, WeeklyHours
from providers.models.provider import Category, FormerSlug, Invitation, Provider, Staff
from providers.models.service import Resource, Service

__all__ = [
    "Category",
    "DateOverride",
    "FormerSlug",
    "Invitation",
    "Provider",
    "Resource",
    "Service",
    "Staff",
    "TimeOff",
    "TimeOffRule",
    "WeeklyHours",
]
