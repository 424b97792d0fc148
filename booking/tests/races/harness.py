"""Many clients at once, each in a thread with a database connection of its own.

A race test lets everything run as in production. Its control switches the protection off (the
lock, the transaction that is the lock on SQLite, the database's rule) and holds every client
between its check and its write until all have checked: then it must oversell, each time and not by
luck. Without that, a green race test might only say that nobody met.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

CLIENTS = 50
PATIENCE = 30  # seconds after which a client that others keep waiting counts as stuck

Work = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """What one client got, and how long it waited for that."""

    result: object
    error: BaseException | None
    seconds: float


@dataclass(frozen=True)
class Race:
    """The outcomes of all clients, in the order in which their work was given."""

    outcomes: Sequence[Outcome]

    @property
    def results(self) -> list[Any]:
        """What those who succeeded got."""
        return [outcome.result for outcome in self.outcomes if outcome.error is None]

    @property
    def errors(self) -> list[BaseException]:
        """What the others were told."""
        return [outcome.error for outcome in self.outcomes if outcome.error is not None]

    @property
    def slowest(self) -> float:
        """Seconds that the slowest client waited."""
        return max(outcome.seconds for outcome in self.outcomes)

    def refused_with(self, *kinds: type[Exception]) -> int:
        """Count the refusals; any error of another kind than ``kinds`` fails the test.

        A conflict of the database ("deadlock detected", "database is locked") is never clean.
        """
        for error in self.errors:
            clean = isinstance(error, kinds) and not isinstance(error, OperationalError)
            if not clean:
                raise AssertionError(f"a client got {error!r}") from error
        return len(self.errors)


def race(works: Iterable[Work]) -> Race:
    """Start all ``works`` at the same instant, each on its own connection, and await them all.

    Connections are opened before the start, so that the time measured is that of the work.
    """
    works = list(works)
    start = threading.Barrier(len(works))
    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(_client, work, start) for work in works]
        outcomes = [future.result(timeout=2 * PATIENCE) for future in futures]
    return Race(outcomes)


def _client(work: Work, start: threading.Barrier) -> Outcome:
    result: object = None
    error: BaseException | None = None
    try:
        connection.ensure_connection()
        start.wait(PATIENCE)
        began = time.perf_counter()
        try:
            result = work()
        except Exception as exc:  # noqa: BLE001 - the test looks at each of them
            error = exc
        return Outcome(result, error, time.perf_counter() - began)
    finally:
        connection.close()


class Gate:
    """Holds clients between check and write until ``expected`` of them have come this far.

    With the protection on, the others cannot come: after ``patience`` seconds the gate gives up
    and stays open. `crowd` is the largest number that were inside at once, so a test can tell
    whether they really met. With ``one_by_one`` they then write in turn, each `through` to its
    end: all have looked too early, but nobody deadlocks.
    """

    def __init__(
        self, expected: int, *, patience: float = PATIENCE, one_by_one: bool = False
    ) -> None:
        self.one_by_one = one_by_one
        self.barrier = threading.Barrier(expected)
        self.patience = patience
        self.crowd = 0
        self._inside = 0
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._passed = threading.local()

    def wait(self) -> None:
        """Wait once per client; its later checks (a second look, a retry) pass."""
        if getattr(self._passed, "once", False):
            return
        self._passed.once = True
        with self._guard:
            self._inside += 1
            self.crowd = max(self.crowd, self._inside)
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(self.patience)
        with self._guard:
            self._inside -= 1
        if self.one_by_one:
            self._turn.acquire()
            self._passed.has_turn = True

    def through(self, work: Work) -> Work:
        """Return ``work`` so that its end gives the turn to the next client."""

        def in_turn() -> object:
            try:
                return work()
            finally:
                if getattr(self._passed, "has_turn", False):
                    self._turn.release()

        return in_turn

    def after(self, check: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``check`` with the wait behind it, to be put in its place."""

        def checked(*args: Any, **kwargs: Any) -> Any:
            try:
                return check(*args, **kwargs)
            finally:
                self.wait()

        return checked


def in_separate_steps(work: Work) -> Work:
    """On SQLite run each statement of ``work`` as a transaction of its own.

    There the immediate transaction is the lock: to take it away, none is begun. On PostgreSQL a
    transaction locks nothing by itself, and ``work`` stays as it is.
    """

    def stepwise() -> object:
        if connection.vendor == "sqlite":
            begin = "_start_transaction_under_autocommit"
            setattr(connection, begin, lambda: None)  # the thread's own connection; closed after
        return work()

    return stepwise


@contextmanager
def schema_changed(label: str, *operations: Operation) -> Iterator[None]:
    """Apply migration operations of an app to the database, and their reverse after the block.

    The block has to leave no row that the former schema refuses.
    """
    states = [MigrationExecutor(connection).loader.project_state()]
    for operation in operations:
        states.append(states[-1].clone())
        operation.state_forwards(label, states[-1])
    steps = list(zip(operations, states, states[1:], strict=False))
    for operation, before, after in steps:
        with connection.schema_editor() as editor:
            operation.database_forwards(label, editor, before, after)
    try:
        yield
    finally:
        for operation, before, after in reversed(steps):
            with connection.schema_editor() as editor:
                operation.database_backwards(label, editor, after, before)
