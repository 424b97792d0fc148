"""The supply side: who offers what, when and with which resources."""

from providers.models.favourite import Favourite
from providers.models.hours import DateOverride, TimeOff, TimeOffRule, WeeklyHours
from providers.models.product import Product
from providers.models.provider import Category, FormerSlug, Invitation, Provider, Staff
from providers.models.service import Resource, Service

__all__ = [
    "Category",
    "DateOverride",
    "Favourite",
    "FormerSlug",
    "Invitation",
    "Product",
    "Provider",
    "Resource",
    "Service",
    "Staff",
    "TimeOff",
    "TimeOffRule",
    "WeeklyHours",
]
