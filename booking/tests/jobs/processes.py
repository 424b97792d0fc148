"""Real worker processes on the database of the running test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PATIENCE = 20  # seconds until a process counts as stuck

Process = subprocess.Popen[bytes]


def start(arguments: Sequence[str], **environment: str) -> Process:
    """Run Python with ``arguments`` in the project, on this test's database."""
    names = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "project.testing.settings"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | names | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def start_worker(notes: Path) -> Process:
    """Start a worker of `worker_process`, which writes into ``notes``."""
    return start(["-m", "booking.tests.jobs.worker_process", str(notes)])


def database_url() -> str:
    """The address of the test's own database, as DATABASE_URL takes it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    login = f"{quote(values['USER'])}:{quote(values['PASSWORD'])}"
    return f"postgres://{login}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
