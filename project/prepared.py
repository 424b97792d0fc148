"""Queries of hot pages whose SQL is built once in a process.

Writing a query as SQL costs Django more than a small one costs the database. `Prepared` keeps the
SQL that the ORM wrote for a *shape* of parameters (which are empty, how long the lists are) and
from then on only fills in the values, so that the query is still said in the words of the models.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Param = int | str | date | Sequence[int] | None
"""``None`` and other constants of a shape are not filled in: leave them to the query's builder."""

Build = Callable[..., "QuerySet[Any, tuple[Any, ...]]"]
Converter = Callable[[Any, Any, Any], Any]


_STATEMENTS: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
"""By connection: how to execute a query that its server knows."""


@dataclass(frozen=True, slots=True)
class _Hole:
    """Where a value goes: of parameter ``name``, at ``index`` of a list, moved by ``shift``."""

    name: str
    index: int | None
    shift: timedelta | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """SQL with what goes into it, and how the database's values become Python's."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[Converter], Any], ...]


class Prepared:
    """A query by ``values_list`` that ``build`` makes from keyword parameters.

    The parameters may be whole numbers, texts, dates, aware datetimes, lists of whole numbers, or
    ``None``. ``build`` may pass them on, and move a datetime or date by a fixed time, and nothing
    else; the shape decides everything else about the query. Anything else raises ``TypeError``
    when the shape is met first.
    """

    def __init__(self, build: Build) -> None:
        self.build = build
        self.plans: dict[tuple[object, ...], _Plan | None] = {}

    def rows(self, **params: Param) -> list[tuple[Any, ...]]:
        """Return the rows for these parameters."""
        shape = (connection.vendor, *((name, _shape(value)) for name, value in params.items()))
        if shape not in self.plans:
            try:
                self.plans[shape] = _plan(self.build, params)
            except EmptyResultSet:  # nothing is in an empty list
                self.plans[shape] = None
        plan = self.plans[shape]
        if plan is None:
            return []
        values = [_fill(one, params) if isinstance(one, _Hole) else one for one in plan.params]
        with connection.cursor() as cursor:
            cursor.execute(_at_server(plan), values)
            found = cursor.fetchall()
        return list(_convert(found, plan)) if plan.converters else found


def _at_server(plan: _Plan) -> str:
    """Return what to execute: on PostgreSQL a statement that its server has read already.

    Reading and planning a small query takes the server longer than running it. The statement stays
    with the connection, also after a rollback. A pooler that hands out another connection for each
    transaction would lose it: whoever uses one sets DISABLE_SERVER_SIDE_CURSORS, for Django's sake
    too, and gets the plain query.
    """
    plain = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False)
    if connection.vendor != "postgresql" or plain:
        return plan.sql
    connection.ensure_connection()
    known = _STATEMENTS.setdefault(connection.connection, {})
    if plan.sql not in known:
        name, numbers = f"nguva_{len(known)}", count(1)
        sql = plan.sql % tuple(f"${next(numbers)}" for _ in plan.params)
        with connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {sql}")
        holes = ", ".join(["%s"] * len(plan.params))
        known[plan.sql] = f"EXECUTE {name} ({holes})" if holes else f"EXECUTE {name}"
    return known[plan.sql]


def _shape(value: Param) -> object:
    """Return what decides about the SQL: the length of a list, of all else only the kind."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return len(value)
    return type(value)


def _fill(hole: _Hole, params: dict[str, Param]) -> Any:
    value: Any = params[hole.name]
    if hole.index is not None:
        return value[hole.index]
    if hole.shift is not None:
        value += hole.shift
    return _adapt(value)


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _convert(rows: Sequence[tuple[Any, ...]], plan: _Plan) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        values = list(row)
        for position, converters, expression in plan.converters:
            value = values[position]
            for converter in converters:
                value = converter(value, expression, connection)
            values[position] = value
        yield tuple(values)


def _plan(build: Build, params: dict[str, Param]) -> _Plan:
    """Write the SQL twice, with two sets of marks: what differs is where the values go."""
    first, second = _marks(params, 1), _marks(params, 2)
    query = build(**first).query
    compiler = query.get_compiler(connection=connection)
    sql, written = compiler.as_sql()
    again, rewritten = build(**second).query.get_compiler(connection=connection).as_sql()
    if sql != again or len(written) != len(rewritten):
        raise TypeError("The SQL depends on a parameter's value, not only on its shape.")
    fields = [column[0] for column in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(fields).items()
    return _Plan(
        sql,
        tuple(
            one if one == other else _hole(one, other, first, second)
            for one, other in zip(written, rewritten, strict=True)
        ),
        tuple((position, tuple(found), field) for position, (found, field) in converters),
    )


def _marks(params: dict[str, Param], turn: int) -> dict[str, Any]:
    """Return a value for each parameter that cannot be mistaken for another's."""
    return {name: _mark(value, number, turn) for number, (name, value) in enumerate(params.items())}


def _mark(value: Param, number: int, turn: int) -> Any:
    # The distance between the marks of the two turns is another one for each parameter.
    unique = (number + 1) * 1_000 * turn
    if value is None:
        return None
    if isinstance(value, datetime):
        return datetime(2000 + turn, 1, 1, tzinfo=UTC) + timedelta(minutes=unique)
    if isinstance(value, date):
        return date(2000 + 100 * turn, 1, 1) + timedelta(days=unique)
    if isinstance(value, str):
        return f"parameter {unique}"
    if isinstance(value, Sequence):
        return [1_000_000_000 + unique + index for index in range(len(value))]
    return 1_000_000_000 + unique


def _hole(one: Any, other: Any, first: dict[str, Any], second: dict[str, Any]) -> _Hole:
    for name, mark in first.items():
        if isinstance(mark, list):
            if one in mark and second[name][mark.index(one)] == other:
                return _Hole(name, mark.index(one), None)
        elif isinstance(mark, date):
            shift = _since(one, mark)
            if shift is not None and shift == _since(other, second[name]):
                return _Hole(name, None, shift or None)
        elif (one, other) == (mark, second[name]):
            return _Hole(name, None, None)
    raise TypeError(f"The query changes a parameter before it uses it: {one!r}.")


def _since(written: Any, mark: date) -> timedelta | None:
    """Return how far after ``mark`` the written value is, when it is of the same kind."""
    kind = datetime if isinstance(mark, datetime) else date
    if isinstance(written, str):
        try:
            written = kind.fromisoformat(written)
        except ValueError:
            return None
    if type(written) is not kind:
        return None
    if isinstance(written, datetime) and written.tzinfo is None:
        written = written.replace(tzinfo=UTC)
    distance: timedelta = written - mark
    return distance
