"""Running a transaction again when the database asked for that, and only then.

A deadlock or a failed serialisation on PostgreSQL, and a lock that SQLite did not get in time, say
nothing about the data: the same work, started anew, is expected to succeed. Every other error is
an answer and passes through at once.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 6
FIRST_DELAY = 0.01  # seconds; doubled each time, so all delays together stay below half a second

# PostgreSQL's manual, appendix A: serialization_failure and deadlock_detected.
PG_TRY_AGAIN = {"40001", "40P01"}
# SQLite's result codes: SQLITE_BUSY and SQLITE_LOCKED; the low byte, as both have variants.
SQLITE_TRY_AGAIN = {5, 6}


def is_conflict(exc: BaseException) -> bool:
    """Whether the database gave up on the transaction only because of others at the same time."""
    if not isinstance(exc, OperationalError):
        return False
    cause = exc.__cause__
    if getattr(cause, "pgcode", None) in PG_TRY_AGAIN:
        return True
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_TRY_AGAIN


def retry_on_conflict(work: Callable[P, R]) -> Callable[P, R]:
    """Run ``work``, which opens its own transaction, up to six times while it meets conflicts.

    Waits between attempts for a short time that differs by chance, so that rivals do not meet
    again. ``work`` must do nothing outside the database. Inside a transaction that somebody else
    opened it runs once: that one is broken by the conflict, and only its owner can start over.
    The last conflict is raised as it is.
    """

    @wraps(work)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS):
            try:
                return work(*args, **kwargs)
            except OperationalError as exc:
                if connection.in_atomic_block or not is_conflict(exc):
                    raise
            _pause(attempt)
        return work(*args, **kwargs)

    return again


def _pause(attempt: int) -> None:
    chance = random.uniform(0.5, 1.5)  # noqa: S311 - spreads rivals, guards nothing
    time.sleep(FIRST_DELAY * 2 ** (attempt - 1) * chance)
