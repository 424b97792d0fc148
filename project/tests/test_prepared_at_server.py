"""Prepared on PostgreSQL: the server reads a query once for a connection."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from booking.tests import cast
from project.prepared import Prepared
from providers.models import Provider

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such statements"),
]


@pytest.fixture(autouse=True)
def fresh_connection() -> Iterator[None]:
    connection.close()
    yield
    connection.close()


def by_slug(*, slug: str) -> QuerySet[Any, tuple[Any, ...]]:
    return Provider.objects.filter(slug=slug).order_by().values_list("pk", "slug")


def statements() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_statement_is_made_once_and_used_again() -> None:
    provider, query = cast.make_provider(slug="salon"), Prepared(by_slug)
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert query.rows(slug="salon") == [(provider.pk, "salon")]
        assert [each["sql"].split()[0] for each in queries.captured_queries] == ["EXECUTE"]
    assert query.rows(slug="100% salon") == []
    assert statements() == 1


def test_statement_outlives_a_rollback() -> None:
    provider, query = cast.make_provider(slug="salon"), Prepared(by_slug)
    with transaction.atomic():
        query.rows(slug="salon")
        transaction.set_rollback(True)
    assert query.rows(slug="salon") == [(provider.pk, "salon")]


def test_new_connection_makes_it_anew() -> None:
    provider, query = cast.make_provider(slug="salon"), Prepared(by_slug)
    query.rows(slug="salon")
    connection.close()
    assert statements() == 0
    assert query.rows(slug="salon") == [(provider.pk, "salon")]


def test_behind_a_pooler_the_plain_query_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, query = cast.make_provider(slug="salon"), Prepared(by_slug)
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert query.rows(slug="salon") == [(provider.pk, "salon")]
    assert statements() == 0
