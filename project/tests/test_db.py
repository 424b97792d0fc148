"""Conflicts between real connections are run again; every other error passes at once."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, OperationalError, connection, transaction

from project import db

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

BUSY = 1.0
"""Seconds within which a thread gets its turn, however busy the machine is."""


@contextmanager
def own_connection() -> Iterator[None]:
    """A thread's connection, closed at the end; on SQLite it waits 50 ms for a lock, not 20 s."""
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 50")
        yield
    finally:
        connection.close()


def crossing_updates(held: float = 0.1) -> tuple[Callable[[], int], Callable[[], int]]:
    """Two works that lock each other out for certain on their first attempt.

    Each writes the row the other wants next, and waits for the other in between. PostgreSQL ends
    one as a deadlock; on SQLite the second cannot even begin while the first is under way, for
    ``held`` seconds at least. Each returns the number of attempts it took.
    """
    first, second = (Group.objects.create(name=name).pk for name in ("first", "second"))
    met = threading.Barrier(2)

    def work(own: int, others: int) -> Callable[[], int]:
        attempts = 0

        def update() -> int:
            nonlocal attempts
            attempts += 1
            if attempts == 1 and connection.vendor == "sqlite":
                met.wait(10)
            with transaction.atomic():
                Group.objects.filter(pk=own).update(name=f"{own} by {own}")
                if attempts == 1 and connection.vendor == "postgresql":
                    met.wait(10)
                if attempts == 1 and connection.vendor == "sqlite":
                    time.sleep(held)
                Group.objects.filter(pk=others).update(name=f"{others} by {own}")
            return attempts

        return update

    return work(first, second), work(second, first)


def outcomes(works: tuple[Callable[[], int], ...]) -> list[int | BaseException | None]:
    def run(work: Callable[[], int]) -> int:
        with own_connection():
            return work()

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(run, work) for work in works]
        return [future.exception() or future.result() for future in futures]


def test_without_a_retry_one_of_two_crossing_transactions_fails() -> None:
    results = outcomes(crossing_updates(BUSY))
    errors = [result for result in results if isinstance(result, BaseException)]
    assert len(errors) == 1
    assert db.is_conflict(errors[0])


def test_with_a_retry_both_succeed_and_one_took_more_attempts() -> None:
    one, other = crossing_updates()
    results = outcomes((db.retry_on_conflict(one), db.retry_on_conflict(other)))
    attempts = sorted(result for result in results if isinstance(result, int))
    assert len(attempts) == 2, results
    assert attempts[0] == 1
    assert 2 <= attempts[1] <= db.ATTEMPTS
    last_writers = {
        name.partition(" by ")[2] for name in Group.objects.values_list("name", flat=True)
    }
    assert len(last_writers) == 1


def test_a_lasting_conflict_is_raised_after_the_last_attempt() -> None:
    conflict = a_conflict()
    attempts = 0

    @db.retry_on_conflict
    def work() -> None:
        nonlocal attempts
        attempts += 1
        raise conflict

    with pytest.raises(OperationalError) as caught:
        work()
    assert caught.value is conflict
    assert attempts == db.ATTEMPTS


def test_inside_a_foreign_transaction_it_runs_once() -> None:
    conflict = a_conflict()
    attempts = 0

    @db.retry_on_conflict
    def work() -> None:
        nonlocal attempts
        attempts += 1
        raise conflict

    with pytest.raises(OperationalError), transaction.atomic():
        work()
    assert attempts == 1


def a_conflict() -> OperationalError:
    errors = [
        result for result in outcomes(crossing_updates(BUSY)) if isinstance(result, Exception)
    ]
    Group.objects.all().delete()
    assert isinstance(errors[0], OperationalError)
    return errors[0]


def test_other_errors_pass_at_once() -> None:
    attempts = 0

    @db.retry_on_conflict
    def duplicate() -> None:
        nonlocal attempts
        attempts += 1
        Group.objects.create(name="same")

    @db.retry_on_conflict
    def nonsense() -> None:
        nonlocal attempts
        attempts += 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    duplicate()
    with pytest.raises(IntegrityError) as integrity:
        duplicate()
    with pytest.raises(Exception, match="nowhere") as missing:
        nonsense()
    assert attempts == 3
    assert not db.is_conflict(integrity.value)
    assert not db.is_conflict(missing.value)


def test_result_and_arguments_pass_through() -> None:
    @db.retry_on_conflict
    def add(one: int, *, other: int) -> int:
        return one + other

    assert add(2, other=3) == 5
