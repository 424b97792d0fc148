"""NoOverlap on a bare table: what the database itself refuses, and that rebuilds keep the rule.

Nothing of the domain takes part, so a pass here is the database's own work.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import BaseConstraint

from booking.constraints import LONGEST, NoOverlap, is_overlap, overlapping

pytestmark = pytest.mark.django_db(transaction=True)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
RULE = NoOverlap(name="shift_no_overlap", violation_error_message="Somebody has that time.")


def state(*, constraints: tuple[BaseConstraint, ...] = (RULE,)) -> ProjectState:
    """Two bare tables as migrations see them: a person, and the shifts of a person."""
    person = ModelState("booking", "Person", [("id", models.BigAutoField(primary_key=True))])
    shift = ModelState(
        "booking",
        "Shift",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("staff", models.ForeignKey("booking.Person", models.CASCADE, null=True, blank=True)),
            ("occupied_from", models.DateTimeField()),
            ("occupied_until", models.DateTimeField()),
            ("active", models.BooleanField(default=True)),
            ("note", models.CharField(max_length=20, blank=True)),
        ],
        options={"constraints": list(constraints)},
    )
    result = ProjectState()
    result.add_model(person)
    result.add_model(shift)
    return result


@pytest.fixture
def tables() -> Iterator[ProjectState]:
    """The two tables, made and dropped as a migration would."""
    yield from _made(state())


@pytest.fixture
def bare_tables() -> Iterator[ProjectState]:
    """The same tables without the rule."""
    yield from _made(state(constraints=()))


def _made(wanted: ProjectState) -> Iterator[ProjectState]:
    person, shift = (wanted.apps.get_model("booking", name) for name in ("Person", "Shift"))
    with connection.schema_editor() as editor:
        editor.create_model(person)
        editor.create_model(shift)
    yield wanted
    with connection.schema_editor() as editor:
        editor.delete_model(shift)
        editor.delete_model(person)


class Diary:
    """Shifts of two people in one state of the schema; hours count from nine o'clock."""

    def __init__(self, at: ProjectState) -> None:
        self.shift: Any = at.apps.get_model("booking", "Shift")
        person: Any = at.apps.get_model("booking", "Person")
        self.anna, self.ben = (person.objects.get_or_create(pk=key)[0] for key in (1, 2))

    def unsaved(self, start: float, end: float, **fields: Any) -> Any:
        fields = {"staff": self.anna} | fields
        return self.shift(
            occupied_from=NINE + start * HOUR, occupied_until=NINE + end * HOUR, **fields
        )

    def add(self, start: float, end: float, **fields: Any) -> Any:
        shift = self.unsaved(start, end, **fields)
        shift.save()
        return shift

    def times(self) -> list[tuple[float, float]]:
        rows = self.shift.objects.order_by("occupied_from", "pk")
        return [
            ((row.occupied_from - NINE) / HOUR, (row.occupied_until - NINE) / HOUR) for row in rows
        ]


@pytest.fixture
def diary(tables: ProjectState) -> Diary:
    """An empty diary whose table has the rule."""
    return Diary(tables)


class Refused:
    """Expects the database to refuse as an overlap, and undoes what the attempt began."""

    def __init__(self) -> None:
        self.atomic: AbstractContextManager[None] = transaction.atomic()

    def __enter__(self) -> None:
        self.atomic.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.atomic.__exit__(kind, exc, trace)
        if exc is None:
            pytest.fail("the database took two overlapping rows")
        assert is_overlap(exc), exc
        assert RULE.name in str(exc)
        return True


refused = Refused

# --- inserts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [(1, 2), (0.75, 1.25), (1.75, 2.25), (1.25, 1.5), (0, 3), (0, 2), (1, 3)],
    ids=["same", "over the start", "over the end", "inside", "around", "to the end", "from start"],
)
def test_overlapping_is_refused(diary: Diary, start: float, end: float) -> None:
    diary.add(1, 2)
    with refused():
        diary.add(start, end)
    assert diary.times() == [(1, 2)]


def test_overlap_of_one_microsecond_is_refused(diary: Diary) -> None:
    diary.add(1, 2)
    with refused():
        diary.shift.objects.create(
            staff=diary.anna, occupied_from=NINE, occupied_until=NINE + HOUR + TICK
        )


def test_adjacent_pass(diary: Diary) -> None:
    diary.add(1, 2)
    diary.add(0, 1)
    diary.add(2, 3)
    assert diary.times() == [(0, 1), (1, 2), (2, 3)]


def test_adjacent_to_the_microsecond_pass(diary: Diary) -> None:
    diary.shift.objects.create(
        staff=diary.anna, occupied_from=NINE, occupied_until=NINE + HOUR + TICK
    )
    diary.shift.objects.create(
        staff=diary.anna, occupied_from=NINE + HOUR + TICK, occupied_until=NINE + 2 * HOUR
    )
    assert diary.shift.objects.count() == 2


def test_other_staff_pass(diary: Diary) -> None:
    diary.add(1, 2)
    diary.add(1, 2, staff=diary.ben)
    assert diary.times() == [(1, 2), (1, 2)]


def test_without_staff_pass(diary: Diary) -> None:
    diary.add(1, 2, staff=None)
    diary.add(1, 2, staff=None)
    diary.add(1, 2)
    assert diary.times() == [(1, 2)] * 3


def test_inactive_pass(diary: Diary) -> None:
    diary.add(1, 2)
    diary.add(1, 2, active=False)
    diary.add(1, 2, active=False)
    assert diary.times() == [(1, 2)] * 3


def test_bulk_insert_is_refused_whole(diary: Diary) -> None:
    with refused():
        diary.shift.objects.bulk_create([diary.unsaved(0, 2), diary.unsaved(1, 3)])
    assert diary.times() == []


def test_a_row_as_long_as_allowed_is_seen_at_its_far_end(diary: Diary) -> None:
    longest = LONGEST / HOUR
    diary.add(0.5, 0.5 + longest)
    with refused():
        diary.shift.objects.create(
            staff=diary.anna,
            occupied_from=NINE + HOUR / 2 + LONGEST - TICK,
            occupied_until=NINE + HOUR + LONGEST,
        )
    diary.add(0.5 + longest, 1 + longest)
    assert diary.times() == [(0.5, 0.5 + longest), (0.5 + longest, 1 + longest)]


@pytest.mark.parametrize(
    "length",
    [timedelta(0), -HOUR, LONGEST + timedelta(seconds=2)],
    ids=["empty", "inverted", "longer than the longest"],
)
@pytest.mark.parametrize("fields", [{}, {"active": False}, {"staff": None}], ids=str)
def test_a_bad_range_is_refused_by_name(
    diary: Diary, length: timedelta, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=RULE.range_name) as caught, transaction.atomic():
        diary.add(0, length / HOUR, **fields)
    assert not is_overlap(caught.value)
    assert diary.times() == []


def test_another_integrity_error_is_no_overlap(diary: Diary) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        diary.shift.objects.create(staff=diary.anna, occupied_from=NINE, occupied_until=None)
    assert not is_overlap(caught.value)


# --- updates ------------------------------------------------------------------------------------


def test_moving_onto_another_is_refused(diary: Diary) -> None:
    diary.add(0, 1)
    later = diary.add(2, 3)
    later.occupied_from = NINE + HOUR / 2
    with refused():
        later.save()
    assert diary.times() == [(0, 1), (2, 3)]


def test_moving_to_a_free_time_or_within_itself_passes(diary: Diary) -> None:
    shift = diary.add(0, 2)
    diary.add(4, 5)
    for start, end in [(1, 3), (3, 4)]:
        shift.occupied_from, shift.occupied_until = NINE + start * HOUR, NINE + end * HOUR
        shift.save()
        assert diary.times()[0] == (start, end)


def test_giving_to_somebody_who_is_busy_is_refused(diary: Diary) -> None:
    diary.add(0, 1)
    other = diary.add(0, 1, staff=diary.ben)
    with refused():
        diary.shift.objects.filter(pk=other.pk).update(staff=diary.anna)
    nobodys = diary.add(0, 1, staff=None)
    with refused():
        diary.shift.objects.filter(pk=nobodys.pk).update(staff=diary.anna)


def test_reactivating_an_overlapping_one_is_refused(diary: Diary) -> None:
    first = diary.add(0, 1, active=False)
    second = diary.add(0, 1)
    with refused():
        diary.shift.objects.filter(pk=first.pk).update(active=True)
    diary.shift.objects.filter(pk=second.pk).update(active=False)
    diary.shift.objects.filter(pk=first.pk).update(active=True)
    assert list(diary.shift.objects.filter(active=True)) == [first]


# --- full_clean ---------------------------------------------------------------------------------


def test_full_clean_gives_the_message(diary: Diary) -> None:
    diary.add(0, 2)
    with pytest.raises(ValidationError) as caught:
        diary.unsaved(1, 3).full_clean()
    assert caught.value.message_dict == {"__all__": ["Somebody has that time."]}
    assert [error.code for error in caught.value.error_dict["__all__"]] == ["overlap"]


@pytest.mark.parametrize(
    ("start", "end", "fields"),
    [(2, 3, {}), (1, 3, {"active": False}), (1, 3, {"staff": None}), (1, 3, {"staff_id": 2})],
    ids=["adjacent", "inactive", "no staff", "other staff"],
)
def test_full_clean_passes_what_the_database_takes(
    diary: Diary, start: float, end: float, fields: dict[str, Any]
) -> None:
    diary.add(0, 2)
    if "staff_id" in fields:
        fields = {"staff": diary.ben}
    shift = diary.unsaved(start, end, **fields)
    shift.full_clean()
    shift.save()


def test_full_clean_does_not_compare_a_row_with_itself(diary: Diary) -> None:
    diary.add(0, 2).full_clean()


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (0.0, "The time must start before it ends."),
        (-1.0, "The time must start before it ends."),
        (49.0, "The time may last at most 48 hours."),
    ],
)
def test_full_clean_refuses_a_bad_range(diary: Diary, end: float, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        diary.unsaved(0, end).full_clean()
    assert caught.value.message_dict == {"__all__": [message]}


def test_full_clean_leaves_a_missing_time_to_its_field(diary: Diary) -> None:
    with pytest.raises(ValidationError) as caught:
        diary.shift(staff=diary.anna, occupied_from=NINE).full_clean()
    assert list(caught.value.message_dict) == ["occupied_until"]


# --- schema changes -----------------------------------------------------------------------------


def operate(
    operation: migrations.operations.base.Operation, at: ProjectState, *, back: bool = False
) -> ProjectState:
    """Apply one migration operation to the database (or its reverse); return the newer state."""
    newer = at.clone()
    operation.state_forwards("booking", newer)
    with connection.schema_editor() as editor:
        if back:
            operation.database_backwards("booking", editor, newer, at)
        else:
            operation.database_forwards("booking", editor, at, newer)
    return newer


REBUILDS = {
    "alter a field": migrations.AlterField(
        "Shift", "note", models.CharField(max_length=40, blank=True, default="-")
    ),
    "alter the staff": migrations.AlterField(
        "Shift", "staff", models.ForeignKey("booking.Person", models.PROTECT, null=True)
    ),
    "alter the start": migrations.AlterField(
        "Shift", "occupied_from", models.DateTimeField(db_index=True)
    ),
    "add a field": migrations.AddField("Shift", "place", models.IntegerField(default=3)),
    "add a nullable field": migrations.AddField("Shift", "place", models.IntegerField(null=True)),
    "remove a field": migrations.RemoveField("Shift", "note"),
    "rename a field": migrations.RenameField("Shift", "note", "remark"),
    "rename the table": migrations.AlterModelTable("Shift", "booking_other_shift"),
    "add another constraint": migrations.AddConstraint(
        "Shift", models.CheckConstraint(condition=~models.Q(note="no"), name="shift_note")
    ),
}


@pytest.mark.parametrize("operation", REBUILDS.values(), ids=REBUILDS)
def test_the_rule_survives(
    operation: migrations.operations.base.Operation, tables: ProjectState
) -> None:
    Diary(tables).add(0, 1)
    after = operate(operation, tables)
    try:
        assert_rule_holds(Diary(after))
    finally:
        operate(operation, tables, back=True)
    assert_rule_holds(Diary(tables))


def assert_rule_holds(diary: Diary) -> None:
    """With one shift from nine to ten: inserts and updates are refused, and nothing is left."""
    with refused():
        diary.add(0.5, 1.5)
    free = diary.add(1, 2)
    with refused():
        diary.shift.objects.filter(pk=free.pk).update(occupied_from=NINE)
    free.delete()
    with pytest.raises(IntegrityError, match=RULE.range_name), transaction.atomic():
        diary.add(3, 3)
    assert diary.times() == [(0, 1)]


def test_add_the_rule_and_take_it_back(bare_tables: ProjectState) -> None:
    bare = Diary(bare_tables)
    bare.add(0, 1)
    add = migrations.AddConstraint("Shift", RULE)
    ruled = operate(add, bare_tables)
    assert_rule_holds(Diary(ruled))
    operate(add, bare_tables, back=True)
    bare.add(0, 1)
    assert bare.times() == [(0, 1), (0, 1)]


def test_remove_the_rule_and_take_that_back(tables: ProjectState) -> None:
    diary = Diary(tables)
    diary.add(0, 1)
    remove = migrations.RemoveConstraint("Shift", RULE.name)
    bare = Diary(operate(remove, tables))
    bare.add(0.5, 1.5).delete()
    bare.add(5, 5).delete()
    operate(remove, tables, back=True)
    assert_rule_holds(diary)


def test_the_rule_is_not_added_over_rows_that_break_it(bare_tables: ProjectState) -> None:
    bare = Diary(bare_tables)
    bare.add(0, 2)
    bare.add(1, 3)
    with pytest.raises(IntegrityError) as caught:
        operate(migrations.AddConstraint("Shift", RULE), bare_tables)
    assert is_overlap(caught.value)
    assert bare.times() == [(0, 2), (1, 3)]
    bare.add(0, 2)


def test_a_condition_with_a_value_is_written_into_the_database(bare_tables: ProjectState) -> None:
    rule = NoOverlap(
        name="shift_named",
        condition=models.Q(active=True) & (models.Q(note="it's on") | models.Q(note="b")),
    )
    diary = Diary(operate(migrations.AddConstraint("Shift", rule), bare_tables))
    diary.add(0, 1, note="it's on")
    diary.add(0, 1, note="off")
    diary.add(0, 1, note="b", active=False)
    with pytest.raises(IntegrityError, match="shift_named"), transaction.atomic():
        diary.add(0, 1, note="b")
    assert len(diary.times()) == 3
    operate(migrations.AddConstraint("Shift", rule), bare_tables, back=True)


def test_makemigrations_stays_quiet_and_sees_a_change() -> None:
    def changes(new: BaseConstraint) -> dict[str, Any]:
        graph = MigrationGraph()
        graph.add_node(("booking", "0001_initial"), migrations.Migration("0001", "booking"))
        after = state(constraints=(new,))
        return MigrationAutodetector(state(), after).changes(graph)

    assert changes(RULE.clone()) == {}
    assert changes(NoOverlap(name=RULE.name, longest=HOUR)) != {}
    assert changes(NoOverlap(name=RULE.name, condition=models.Q(active=False))) != {}


def test_written_into_a_migration_it_comes_back_equal() -> None:
    text, imports = MigrationWriter.serialize(RULE)
    assert "import booking.constraints" in imports
    scope: dict[str, Any] = {}
    exec("\n".join(sorted(imports)), scope)  # noqa: S102 - our own text, as migrate would run it
    assert eval(text, scope) == RULE  # noqa: S307 - as above


# --- cost ---------------------------------------------------------------------------------------


def test_the_search_reads_an_index_between_two_bounds(diary: Diary) -> None:
    """Years of history of one person must not slow the next booking down."""
    rows = diary.shift.objects.filter(overlapping(NINE, NINE + HOUR), staff=diary.anna, active=True)
    if connection.vendor == "sqlite":
        plan = rows.explain()
        assert "INDEX shift_no_overlap (staff_id=? AND occupied_from>? AND occupied_from<?)" in plan
    else:
        sql = (
            "SELECT 1 FROM booking_shift WHERE active AND staff_id IS NOT NULL"
            " AND int8range(staff_id, staff_id, '[]') && int8range(1, 1, '[]')"
            " AND tstzrange(occupied_from, occupied_until) && tstzrange(now(), now())"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            plan = str(cursor.fetchall())
            cursor.execute("RESET enable_seqscan")
        assert "shift_no_overlap" in plan


def test_overlapping_finds_what_the_plain_definition_finds(diary: Diary) -> None:
    for start, end in [(-48, 0), (-47, 0.5), (0, 1), (1, 2), (2, 2.5), (0.5, 1.5), (1.5, 40)]:
        diary.add(start, end, staff=None)
    ten, eleven = NINE + HOUR, NINE + 2 * HOUR
    plain = diary.shift.objects.filter(occupied_from__lt=eleven, occupied_until__gt=ten)
    found = diary.shift.objects.filter(overlapping(ten, eleven))
    assert {row.pk for row in found} == {row.pk for row in plain} != set()
