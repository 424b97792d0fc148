"""The loop around the queue: run what is due, keep house, stop when asked."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from booking.jobs.queue import Outcome
from booking.jobs.runner import Handlers, describe, run_due
from project import clock

POLL = 1.0
"""Seconds between looks at an empty queue; a stop is noticed within this time too."""

HOUSEKEEPING = timedelta(seconds=30)

DATABASE_AWAY = 5.0
"""Seconds to wait when the database does not answer."""

log = logging.getLogger(__name__)


class Worker:
    """Runs jobs with ``handlers``, and ``tidy(now=…)`` at its start and every half minute.

    ``batch`` is entered around the jobs that are due together: at most until the next housekeeping,
    and left when there is nothing to do. Several workers, in any number of processes, share one
    queue.
    """

    def __init__(
        self,
        handlers: Handlers,
        *,
        tidy: Callable[[datetime], None],
        batch: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.handlers = handlers
        self.tidy = tidy
        self.batch = batch
        self.stopping = False
        self.next_tidy = clock.now()

    def stop(self) -> None:
        """End after the job in hand. Safe in a signal handler."""
        self.stopping = True

    def run_once(self) -> Counter[Outcome]:
        """Keep house, run what is due, and count how it ended."""
        self._keep_house()
        with self.batch():
            return run_due(self.handlers)

    def run(self) -> None:
        """Work until ``stop``; outlives an absent database."""
        while not self.stopping:
            close_old_connections()
            try:
                self._turn()
            except (OperationalError, InterfaceError) as error:
                log.warning("database away: %s", describe(error))
                connection.close()
                self._pause(DATABASE_AWAY)
            else:
                self._pause(POLL)

    def _turn(self) -> None:
        if clock.now() >= self.next_tidy:
            self.next_tidy = clock.now() + HOUSEKEEPING
            self._keep_house()
        with self.batch():
            run_due(self.handlers, more=self._may_go_on)

    def _may_go_on(self) -> bool:
        """Whether another job may start before the next look at signals and housekeeping."""
        return not self.stopping and clock.now() < self.next_tidy

    def _keep_house(self) -> None:
        """Housekeeping that fails is tried again in its next round; jobs go on meanwhile."""
        try:
            self.tidy(clock.now())
        except Exception as error:  # noqa: BLE001 - nothing in it may keep messages from leaving
            log.error("housekeeping failed: %s", describe(error))  # noqa: TRY400 - masked

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, POLL))
