"""Pages of long lists, without counting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from project.numbers import parse_number

PAGE_SIZE = 20
LAST_PAGE = 500
"""Nobody reads so far; who looks for something old says so by a search or a date."""

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Window(Generic[Row]):
    """One page of a list: its rows, its number from 1, and whether another follows."""

    rows: Sequence[Row]
    number: int
    more: bool

    @property
    def earlier(self) -> int:
        """The number of the page before; 0 for none."""
        return self.number - 1

    @property
    def later(self) -> int:
        """The number of the page after; 0 for none."""
        return self.number + 1 if self.more and self.number < LAST_PAGE else 0


def take_page(found: QuerySet[Row], request: HttpRequest) -> Window[Row]:
    """Return the page that ``?page=`` names, else the first, in one query.

    One row more than is shown says whether there is a next page: to count them all would read
    every one of them.
    """
    number = parse_number(request.GET.get("page", "")) or 1
    number = number if number <= LAST_PAGE else 1
    skip = (number - 1) * PAGE_SIZE
    rows = list(found[skip : skip + PAGE_SIZE + 1])
    return Window(rows[:PAGE_SIZE], number, more=len(rows) > PAGE_SIZE)
