"""Running claimed jobs: call the handler outside any transaction, and map what came of it."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings

from booking.domain.outbox import Payload
from booking.jobs import queue
from booking.jobs.errors import JobFailure, PermanentFailure
from booking.jobs.queue import Claim, Outcome
from project import clock

Handler = Callable[[Payload, datetime], None]
"""Takes the job's payload and the current instant. It must bear being run twice."""

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
    held = queue.claim(now=clock.now())
    if held is None:
        return None
    try:
        _call(handlers, held)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is that job's failure
        outcome, reason = _fail(held, error), describe(error)
    else:
        outcome, reason = queue.finish(held, now=clock.now()), "ok"
    level = logging.INFO if outcome is Outcome.DONE else logging.WARNING
    log.log(level, "job %s %s: %s, attempt %s, %s", *_names(held), outcome, held.attempt, reason)
    return outcome


def _call(handlers: Handlers, held: Claim) -> None:
    if held.kind not in handlers:
        raise PermanentFailure("no handler for this kind of job")
    handlers[held.kind](held.payload, clock.now())


def _fail(held: Claim, error: Exception) -> Outcome:
    permanent = isinstance(error, PermanentFailure)
    return queue.fail(held, error=describe(error), now=clock.now(), permanent=permanent)


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
