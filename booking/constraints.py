"""A no-overlap rule that the database keeps itself, on PostgreSQL and on SQLite.

One constraint class writes what each engine understands, so that one model and one migration serve
both. PostgreSQL gets an exclusion constraint; SQLite, which has none, gets triggers. Both also get
a CHECK on the range: it starts before it ends and is no longer than ``longest``. That bound is what
lets every search for overlaps read a few index entries in place of the whole history.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.core.checks import CheckMessage
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Field, Model, Q
from django.db.models.sql import Query

LONGEST = timedelta(days=2)
"""The longest range that may be occupied at once, buffers included."""

PG_EXCLUSION_VIOLATION = "23P01"
SQLITE_REFUSAL = "conflicting range violates exclusion constraint"


def overlapping(
    start: datetime,
    end: datetime,
    *,
    start_field: str = "occupied_from",
    end_field: str = "occupied_until",
    longest: timedelta = LONGEST,
) -> Q:
    """Rows whose half-open range meets [start, end), as plain bounds that an index can serve.

    The lower bound on ``start_field`` loses nothing, because no stored range is longer than
    ``longest``; without it an index on (staff, start) would be read from the beginning of time.
    """
    return Q(
        **{
            f"{start_field}__gt": start - longest,
            f"{start_field}__lt": end,
            f"{end_field}__gt": start,
        }
    )


def is_overlap(exc: BaseException) -> bool:
    """Whether the database refused a row because its range overlaps another's: "taken"."""
    if not isinstance(exc, IntegrityError):
        return False
    if getattr(exc.__cause__, "pgcode", None) == PG_EXCLUSION_VIOLATION:
        return True
    return SQLITE_REFUSAL in str(exc)


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))


def _column(model: type[Model], name: str, schema_editor: BaseDatabaseSchemaEditor) -> str:
    return schema_editor.quote_name(str(_field(model, name).column))


def _references(model: type[Model], condition: Q) -> set[tuple[str, ...]]:
    # Private, but the way in which Django's own constraints read a condition.
    paths = model._get_expr_references(condition)  # type: ignore[attr-defined]  # noqa: SLF001
    return {tuple(path) for path in paths}


class NoOverlap(BaseConstraint):
    """No two rows of one ``resource`` that meet ``condition`` overlap in [start, end).

    ``resource`` is a foreign key with an integer column; rows where it is NULL never conflict.
    ``start`` and ``end`` are datetime columns. ``condition`` may name columns of the row only.
    Breaking it raises IntegrityError, whose text has the constraint's name on both engines (see
    `is_overlap`); a range that is empty, inverted or longer than ``longest`` breaks the CHECK
    named ``<name>_range`` instead, whatever the condition says.
    """

    default_violation_error_message = "This time overlaps another one that is already taken."
    violation_error_code = "overlap"

    def __init__(
        self,
        *,
        name: str,
        resource: str = "staff",
        start: str = "occupied_from",
        end: str = "occupied_until",
        condition: Q = Q(active=True),  # noqa: B008 - a Q is never changed in place
        longest: timedelta = LONGEST,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        """Keep the rule's columns; ``longest`` is a whole number of seconds."""
        self.resource = resource
        self.start = start
        self.end = end
        self.condition = condition
        self.longest = longest
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    @property
    def range_name(self) -> str:
        """Name of the CHECK that refuses empty, inverted and over-long ranges."""
        return f"{self.name}_range"

    # What Django's migrations call

    def constraint_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> str:
        """Write the part inside CREATE TABLE; on SQLite the triggers follow it.

        SQLite drops a table's triggers with it. Every rebuild (AlterField, AddConstraint, …) comes
        through here for the new table, and the statements refer to it by a reference that Django
        renames with the table, so the rule survives.
        """
        if schema_editor.connection.vendor == "postgresql":
            return ", ".join(self._postgresql_parts(model, schema_editor))
        schema_editor.deferred_sql.extend(self._sqlite_statements(model, schema_editor))
        return self._sqlite_range(model, schema_editor)

    def create_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | None:
        """ALTER TABLE … ADD on PostgreSQL; SQLite rebuilds the table and calls constraint_sql."""
        if schema_editor.connection.vendor == "sqlite":
            return None
        return Statement(
            "ALTER TABLE %(table)s %(parts)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            parts=", ".join(f"ADD {part}" for part in self._postgresql_parts(model, schema_editor)),
        )

    def remove_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | None:
        """ALTER TABLE … DROP on PostgreSQL; on SQLite the rebuild leaves the triggers behind."""
        if schema_editor.connection.vendor == "sqlite":
            return None
        quote = schema_editor.quote_name
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(rule)s, DROP CONSTRAINT %(range)s",
            table=Table(model._meta.db_table, quote),
            rule=quote(self.name),
            range=quote(self.range_name),
        )

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        """Everything the migration file has to say to build this again."""
        path, _, kwargs = super().deconstruct()
        if kwargs.get("violation_error_code") == type(self).violation_error_code:
            del kwargs["violation_error_code"]
        kwargs |= {
            "resource": self.resource,
            "start": self.start,
            "end": self.end,
            "condition": self.condition,
            "longest": self.longest,
        }
        return path, (), kwargs

    def __eq__(self, other: object) -> bool:
        """Equal when they would write the same migration."""
        if not isinstance(other, NoOverlap):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.name)

    def __repr__(self) -> str:
        """Name and columns, for migration output and failing tests."""
        return f"<NoOverlap {self.name}: {self.resource}, [{self.start}, {self.end})>"

    def _check(self, model: type[Model], connection: BaseDatabaseWrapper) -> list[CheckMessage]:
        references: set[tuple[str, ...]] = {(self.resource,), (self.start,), (self.end,)}
        references |= _references(model, self.condition)
        return list(self._check_references(model, references))  # type: ignore[attr-defined]

    # What full_clean calls

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Refuse with a message what the database would refuse; the form's half of the rule.

        Raises ValidationError with the code ``overlap`` or ``range``. A field that its own
        validation already refused (in ``exclude``) or that is empty leaves nothing to compare.
        """
        if exclude and self._fields(model) & set(exclude):
            return
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        if start is None or end is None:
            return
        self._validate_range(start, end)
        resource = getattr(instance, _field(model, self.resource).attname)
        if resource is None or not self._applies(model, instance, exclude, using):
            return
        same = self.condition & Q(**{self.resource: resource}) & self._overlapping(start, end)
        if model._base_manager.using(using).filter(same).exclude(pk=instance.pk).exists():
            raise ValidationError(
                self.get_violation_error_message(), code=self.violation_error_code
            )

    def _overlapping(self, start: datetime, end: datetime) -> Q:
        return overlapping(
            start, end, start_field=self.start, end_field=self.end, longest=self.longest
        )

    def _validate_range(self, start: datetime, end: datetime) -> None:
        if start >= end:
            raise ValidationError("The time must start before it ends.", code="range")
        if end - start > self.longest:
            hours = int(self.longest.total_seconds()) // 3600
            raise ValidationError(f"The time may last at most {hours} hours.", code="range")

    def _applies(self, model: type[Model], instance: Model, exclude: Any, using: str) -> bool:
        # Private, but the way in which Django's own constraints look at an instance.
        values = instance._get_field_expression_map(  # type: ignore[attr-defined]  # noqa: SLF001
            meta=model._meta, exclude=exclude
        )
        return bool(self.condition.check(values, using=using))

    def _fields(self, model: type[Model]) -> set[str]:
        named = {path[0] for path in _references(model, self.condition)}
        return {self.resource, self.start, self.end} | named

    # The SQL. No per cent sign may stand in it: Django runs it with and without parameters.

    def _columns(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> tuple[str, str, str]:
        names = (self.resource, self.start, self.end)
        resource, start, end = (_column(model, name, schema_editor) for name in names)
        return resource, start, end

    def _condition(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        """Compile the condition over bare columns."""
        query = Query(model=model, alias_cols=False)
        where = query.build_where(self.condition)
        compiler = query.get_compiler(connection=schema_editor.connection)
        sql, params = where.as_sql(compiler, schema_editor.connection)
        return str(sql) % tuple(schema_editor.quote_value(param) for param in params)

    def _postgresql_parts(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> list[str]:
        """Write the CHECK and the exclusion constraint.

        An integer as a range of one value stands in for equality, so that GiST needs no
        btree_gist extension, which a hosted or bundled server may not offer. A range of NULLs
        would be unbounded and meet everything: such rows are left out. CHECKs run before the
        index is asked, so an inverted range is refused by name and never reaches tstzrange.
        """
        quote = schema_editor.quote_name
        resource, start, end = self._columns(model, schema_editor)
        condition = self._condition(model, schema_editor)
        seconds = int(self.longest.total_seconds())
        return [
            (
                f"CONSTRAINT {quote(self.range_name)} CHECK ({start} < {end}"
                f" AND {end} - {start} <= interval '{seconds} seconds')"
            ),
            (
                f"CONSTRAINT {quote(self.name)} EXCLUDE USING gist"
                f" (int8range({resource}, {resource}, '[]') WITH &&,"
                f" tstzrange({start}, {end}) WITH &&)"
                f" WHERE (({condition}) AND {resource} IS NOT NULL)"
            ),
        ]

    def _sqlite_range(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        """Write the CHECK. SQLite keeps instants as text that sorts by time.

        ``datetime()`` cuts fractions of a second off, hence the second of slack, here and in
        the search.
        """
        _, start, end = self._columns(model, schema_editor)
        seconds = int(self.longest.total_seconds()) + 1
        return (
            f"CONSTRAINT {schema_editor.quote_name(self.range_name)} CHECK ({start} < {end}"
            f" AND {end} <= datetime({start}, '+{seconds} seconds'))"
        )

    def _sqlite_statements(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> list[Statement]:
        """Make an index for the search, the two triggers, and a look at the rows that are there.

        Rebuilding copies rows before there are triggers; writing each row's resource over itself
        afterwards makes AddConstraint refuse data that breaks the rule, as PostgreSQL does.
        """
        quote = schema_editor.quote_name
        resource, start, _ = self._columns(model, schema_editor)
        key = _column(model, model._meta.pk.name, schema_editor)
        condition = self._condition(model, schema_editor)
        table = model._meta.db_table
        index = Statement(
            "CREATE INDEX %(name)s ON %(table)s (%(columns)s) WHERE %(condition)s",
            name=quote(self.name),
            table=Table(table, quote),
            columns=f"{resource}, {start}",
            condition=f"({condition}) AND {resource} IS NOT NULL",
        )
        triggers = [
            Statement(
                "CREATE TRIGGER %(name)s AFTER %(event)s ON %(table)s"
                " WHEN NEW.%(resource)s IS NOT NULL BEGIN SELECT RAISE(ABORT, %(refusal)s)"
                " WHERE EXISTS (SELECT 1 FROM %(table)s WHERE %(counts)s)"
                " AND EXISTS (SELECT 1 FROM %(table)s WHERE %(meets)s); END",
                name=quote(f"{self.name}_{event.lower()}"),
                event=event,
                table=Table(table, quote),
                resource=resource,
                refusal=schema_editor.quote_value(f'{SQLITE_REFUSAL} "{self.name}"'),
                counts=f"{key} = NEW.{key} AND ({condition})",
                meets=self._sqlite_search(model, schema_editor),
            )
            for event in ("INSERT", "UPDATE")
        ]
        look = Statement(
            "UPDATE %(table)s SET %(column)s = %(column)s",
            table=Table(table, quote),
            column=resource,
        )
        return [index, *triggers, look]

    def _sqlite_search(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        resource, start, end = self._columns(model, schema_editor)
        key = _column(model, model._meta.pk.name, schema_editor)
        seconds = int(self.longest.total_seconds()) + 1
        return (
            f"({self._condition(model, schema_editor)})"
            f" AND {resource} IS NOT NULL AND {resource} = NEW.{resource}"
            f" AND {start} >= datetime(NEW.{start}, '-{seconds} seconds')"
            f" AND {start} < NEW.{end} AND {end} > NEW.{start} AND {key} <> NEW.{key}"
        )
