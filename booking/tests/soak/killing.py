"""Real workers, one of which is killed again and again, until a queue is worked off."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from booking.tests.jobs.processes import Process, database_url

LEASE = 12
"""Seconds; the shortest that the worker accepts with the timeout of these mails."""

LIFE = 1.0
"""Seconds for which the one worker runs after its start-up."""


@dataclass
class Crew:
    """``steady`` workers that are left alone, and one that is killed every second of its work."""

    folder: Path
    port: int
    steady: int
    kills: int = 0
    started: int = 0
    steady_ones: list[Process] = field(default_factory=list)

    def run_until(self, done: Callable[[], bool], *, within: float) -> float:
        """Work until ``done``; return the seconds that it took."""
        begun = time.monotonic()
        self.steady_ones = [self._start()[0] for _ in range(self.steady)]
        victim, log = self._start()
        seen_at = 0.0
        try:
            while not done():
                now = time.monotonic()
                assert now - begun < within, "the queue is not worked off"
                if not seen_at:
                    seen_at = now if b"worker started" in log.read_bytes() else 0.0
                elif now - seen_at >= LIFE:
                    kill(victim)
                    self.kills, seen_at = self.kills + 1, 0.0
                    victim, log = self._start()
                time.sleep(0.05)
        finally:
            for process in [victim, *self.steady_ones]:
                kill(process)
        return time.monotonic() - begun

    def _start(self) -> tuple[Process, Path]:
        self.started += 1
        log = self.folder / f"worker-{self.started}.log"
        names = {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "booking.tests.soak.settings",
            "JOB_LEASE_SECONDS": str(LEASE),
            "SINK_PORT": str(self.port),
        }
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=settings.BASE_DIR,
                env=os.environ | names,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
        return process, log


def kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait()
