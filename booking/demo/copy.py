"""Write very many rows: COPY on PostgreSQL, one prepared INSERT on SQLite. Constraints stay on."""

import io
from collections.abc import Sequence

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model

Value = str | int | bool | None
AT_ONCE = 20_000


class Sink:
    """Collects rows for one table and writes them in portions.

    A row is a tuple in the order of ``columns``. Instants are text in UTC, ``2026-11-21 08:00:00``,
    which both databases read as Django writes it; text must hold no tab, line break or backslash.
    """

    def __init__(self, model: type[Model], columns: Sequence[str]) -> None:
        self.table = model._meta.db_table
        self.columns = columns
        self.rows: list[tuple[Value, ...]] = []
        self.written = 0

    def add(self, row: tuple[Value, ...]) -> None:
        """Take a row; writes when enough have come together."""
        self.rows.append(row)
        if len(self.rows) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is left."""
        if connection.vendor == "postgresql":
            self._copy()
        elif self.rows:
            self._insert()
        self.written += len(self.rows)
        self.rows = []

    def _names(self) -> str:
        return ", ".join(connection.ops.quote_name(column) for column in self.columns)

    def _copy(self) -> None:
        lines = (
            "\t".join(["\\N" if value is None else str(value) for value in row])
            for row in self.rows
        )
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(self.table)
            text = io.StringIO("\n".join(lines))
            cursor.copy_expert(f"COPY {table} ({self._names()}) FROM STDIN", text)

    def _insert(self) -> None:
        table = connection.ops.quote_name(self.table)
        holes = ", ".join(["%s"] * len(self.columns))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} ({self._names()}) VALUES ({holes})",  # noqa: S608 - own names
                self.rows,
            )


def own_tables(*models: type[Model]) -> None:
    """Keep other writers off these tables until the transaction ends, so that ids can be counted.

    On SQLite the immediate transaction does that already.
    """
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")


def next_id(model: type[Model]) -> int:
    """Return the first id that no row has."""
    highest: int | None = model._default_manager.aggregate(highest=Max("pk"))["highest"]
    return (highest or 0) + 1


def settle_ids(*models: type[Model]) -> None:
    """Tell the database which ids were given by hand."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def analyze() -> None:
    """Bring the planner's statistics up to date."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
