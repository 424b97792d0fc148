"""Running claimed jobs: call the handler outside any transaction, and map what came of it."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction

from booking.domain.outbox import Payload
from booking.jobs import queue
from booking.jobs.errors import JobFailure, PermanentFailure
from booking.jobs.queue import WORKER_LOST, Claim, Outcome
from booking.models import OutboxJob
from project import clock
from project.db import retry_on_conflict

Handler = Callable[[Payload, datetime], None]
"""Takes the job's payload and the current instant. It must bear being run twice."""

GaveUp = Callable[[Payload, str], None]
"""Takes the payload and the code of the last error, in the transaction that gives the job up."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A handler with a second function that is called when its job is given up, however that came.

    ``gave_up`` writes to the database and does nothing else.
    """

    run: Handler
    gave_up: GaveUp

    def __call__(self, payload: Payload, now: datetime) -> None:
        """Run the handler itself."""
        self.run(payload, now)


Handlers = Mapping[str, Handler]

log = logging.getLogger(__name__)


def run_due(handlers: Handlers, *, more: Callable[[], bool] = lambda: True) -> Counter[Outcome]:
    """Run jobs until none is due or ``more`` says to stop; count how they ended."""
    outcomes: Counter[Outcome] = Counter()
    while more() and (outcome := run_next(handlers)):
        outcomes[outcome] += 1
    return outcomes


def run_next(handlers: Handlers) -> Outcome | None:
    """Claim one job and run it; ``None`` when none is due."""
    held = queue.claim(now=clock.now(), lost=lambda job: _lost(handlers, job))
    if held is None:
        return None
    try:
        _call(handlers, held)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is that job's failure
        outcome, reason = _fail(handlers, held, error), describe(error)
    else:
        outcome, reason = queue.finish(held, now=clock.now()), "ok"
    level = logging.INFO if outcome is Outcome.DONE else logging.WARNING
    log.log(level, "job %s %s: %s, attempt %s, %s", *_names(held), outcome, held.attempt, reason)
    return outcome


def _call(handlers: Handlers, held: Claim) -> None:
    if held.kind not in handlers:
        raise PermanentFailure("no handler for this kind of job")
    handlers[held.kind](held.payload, clock.now())


@retry_on_conflict
def _fail(handlers: Handlers, held: Claim, error: Exception) -> Outcome:
    code, permanent = describe(error), isinstance(error, PermanentFailure)
    wait = timedelta(seconds=getattr(error, "retry_after", None) or 0)
    with transaction.atomic():
        outcome = queue.fail(held, error=code, now=clock.now(), permanent=permanent, wait=wait)
        if outcome is Outcome.FAILED:
            _tell_given_up(handlers, held.kind, held.payload, code)
    return outcome


def _lost(handlers: Handlers, job: OutboxJob) -> None:
    _tell_given_up(handlers, job.kind, job.payload, WORKER_LOST)


def _tell_given_up(handlers: Handlers, kind: str, payload: Payload, code: str) -> None:
    """Call the kind's second function, if it has one; its trouble keeps no job open."""
    handler = handlers.get(kind)
    if not isinstance(handler, Watched):
        return
    try:
        with transaction.atomic():
            handler.gave_up(payload, code)
    except DatabaseError:
        raise  # the whole transaction is tried again
    except Exception as error:  # noqa: BLE001 - like a handler's own failure
        log.error("giving up %s: %s", kind, describe(error))  # noqa: TRY400 - masked


def _names(held: Claim) -> tuple[int, str]:
    return held.job, held.kind


def describe(error: Exception) -> str:
    """Name an error by its type and place; its message may hold somebody's data and is left out."""
    if isinstance(error, JobFailure):
        return error.code
    name = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_place(frame.filename)}:{frame.lineno}" for frame in frames]
    ours = [place for place in places if not place.startswith(":")]
    return f"{name} at {ours[-1]}" if ours else name


def _place(filename: str) -> str:
    """The file's path in this project; nothing for a library's file."""
    path = Path(filename)
    if "site-packages" in path.parts or not path.is_relative_to(settings.BASE_DIR):
        return ""
    return str(path.relative_to(settings.BASE_DIR))
