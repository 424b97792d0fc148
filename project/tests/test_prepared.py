"""Prepared: the same rows as the query itself, whatever the parameters; and what it refuses."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from booking.tests import cast
from project.prepared import Prepared
from providers.models import DateOverride, Provider, TimeOff

NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
Rows = QuerySet[Any, tuple[Any, ...]]


@pytest.fixture
def provider(db: None) -> Provider:
    provider = cast.make_provider(slug="salon")
    staff = [cast.make_staff(provider) for _ in range(3)]
    for hour, person in enumerate([*staff, None]):
        start = NOON + hour * HOUR
        TimeOff.objects.create(provider=provider, staff=person, start=start, end=start + HOUR)
    DateOverride.objects.create(provider=provider, date=NOON.date())
    return provider


def time_off(
    *, provider: int, staff: Sequence[int] | None, start: datetime, reason: str | None = None
) -> Rows:
    found = TimeOff.objects.filter(provider=provider, start__gte=start, end__gt=start + HOUR)
    if staff is not None:
        found = found.filter(staff__in=staff)
    if reason is not None:
        found = found.filter(reason=reason)
    return found.values_list("staff_id", "start", "end")


def test_rows_are_those_of_the_query(provider: Provider) -> None:
    query = Prepared(time_off)
    people = [person.pk for person in provider.staff.all()]
    for start in [NOON, NOON + HOUR, NOON + 9 * HOUR]:
        for staff in [None, people, people[:2], people[2:], []]:
            for reason in [None, "", "ill"]:
                params: dict[str, Any] = {
                    "provider": provider.pk,
                    "staff": staff,
                    "start": start,
                    "reason": reason,
                }
                assert query.rows(**params) == list(time_off(**params))
    assert len(query.rows(provider=provider.pk, staff=None, start=NOON)) == 3


def test_sql_is_written_once_for_a_shape(provider: Provider) -> None:
    written = []

    def build(**params: Any) -> Rows:
        written.append(params)
        return time_off(**params)

    query = Prepared(build)
    for number in range(5):
        query.rows(provider=number, staff=[1, number], start=NOON + number * HOUR)
    assert len(written) == 2  # with two sets of marks
    query.rows(provider=1, staff=[1, 2, 3], start=NOON)
    assert len(written) == 4


def test_dates_and_unions_come_out_as_they_went_in(provider: Provider) -> None:
    def build(*, provider: int, first: date, last: date) -> Rows:
        early = DateOverride.objects.filter(provider=provider, date__gte=first).order_by()
        late = DateOverride.objects.filter(provider=provider, date__lte=last).order_by()
        return early.values_list("date", "note").union(late.values_list("date", "note"), all=True)

    params: dict[str, Any] = {"provider": provider.pk, "first": NOON.date(), "last": NOON.date()}
    assert Prepared(build).rows(**params) == [(NOON.date(), ""), (NOON.date(), "")]


def test_values_are_never_part_of_the_sql(provider: Provider) -> None:
    def build(*, slug: str) -> Rows:
        return Provider.objects.filter(slug=slug).values_list("name")

    query = Prepared(build)
    assert query.rows(slug="' OR 1=1 --") == []
    assert query.rows(slug="%s") == []
    assert query.rows(slug="salon") == [(provider.name,)]


def test_query_that_changes_a_parameter_is_refused(provider: Provider) -> None:
    def build(*, slug: str) -> Rows:
        return Provider.objects.filter(slug=slug.upper()).values_list("name")

    with pytest.raises(TypeError, match="changes a parameter"):
        Prepared(build).rows(slug="salon")


def test_query_that_depends_on_a_value_is_refused(provider: Provider) -> None:
    def build(*, number: int) -> Rows:
        odd = Provider.objects.filter(pk=number)
        return (odd if number % 3000 else odd.exclude(slug="")).values_list("name")

    with pytest.raises(TypeError, match=r"depends on|changes"):
        Prepared(build).rows(number=1)
