"""What the admin pages of all apps share: tables of any size, and rows that nobody edits there."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:  # these classes take a type parameter only in the stubs
    Pages = Paginator[Any]
    Rights = admin.options.BaseModelAdmin[Any]
    Table = admin.ModelAdmin[Any]
    Rows = admin.TabularInline[Any, Any]
else:
    Pages, Rights, Table, Rows = (
        Paginator,
        admin.options.BaseModelAdmin,
        admin.ModelAdmin,
        admin.TabularInline,
    )

COUNT_AT_MOST = 10_000


class BoundedPaginator(Pages):
    """Counts no further than 10,000 rows, so that a list opens as quickly at a million.

    Rows beyond that are reached by search and filters.
    """

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 when there are more."""
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:COUNT_AT_MOST].count()


class LargeTable(Table):
    """A list that opens quickly however many rows there are; the newest come first."""

    ordering = ("-pk",)
    show_full_result_count = False
    paginator = BoundedPaginator


class NeverAdded(Rights):
    """Rows of this kind come into being elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NeverDeleted(Rights):
    """Rows of this kind stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverAdded, NeverDeleted):
    """Rows of this kind are only looked at."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
