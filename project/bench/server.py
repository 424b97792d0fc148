"""gunicorn, serving the floors or the site for the length of a block."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from project.bench.load import HOST, ask, encode
from project.testing.postgres import ROOT, free_port

SECRET_KEY = secrets.token_urlsafe(50)
"""Of this run: nothing that it signs is worth anything afterwards."""

START_TIMEOUT = 60  # seconds
SITE = "project.wsgi"
FLOORS = "project.bench.floors.site"


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn: its port, and the file with its complaints."""

    port: int
    log: Path
    pid: int

    def cpu(self) -> float:
        """Return the seconds of processor time that its workers have used; nought if unknown."""
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            stats = [Path(f"/proc/{child}/stat").read_text() for child in children]
        except OSError:
            return 0.0
        # Behind the name, which may hold anything, user and system time are the 12th and 13th.
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def environment(database_url: str, **more: str) -> dict[str, str]:
    """Return the environment of a program that runs as the site does in production.

    Only HTTPS is off: it belongs to a proxy, and without one everybody would be sent there.
    """
    return os.environ | {
        "ALLOWED_HOSTS": HOST,
        "CACHE_URL": "dbcache://cache",
        "CONN_MAX_AGE": "60",
        "DATABASE_URL": database_url,
        "DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "EMAIL_URL": "dummymail://",
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": SECRET_KEY,
        "STATIC_COLLECTED": "on",
        **more,
    }


def manage(database_url: str, *arguments: str, **more: str) -> None:
    """Run a management command. Raises CalledProcessError when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, env=environment(database_url, **more))


@contextmanager
def serving(
    module: str, database_url: str, *, workers: int, log: Path, probe: str
) -> Iterator[Server]:
    """Serve ``module``'s application with sync workers; ``probe`` is a path that answers 200."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", f"{module}:application"),
        *("--bind", f"{HOST}:{port}", "--worker-class", "sync", "--workers", str(workers)),
        *("--log-level", "warning"),
    ]
    variables: Mapping[str, str] = environment(database_url)
    with log.open("ab") as complaints:
        # A session of its own: Ctrl-C is for us, and we stop it in order.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            start_new_session=True,
        )
    try:
        _wait(process, port, probe, log)
        yield Server(port, log, process.pid)
    finally:
        _stop(process)


def _wait(process: "subprocess.Popen[bytes]", port: int, probe: str, log: Path) -> None:
    """Wait until it answers. Raises RuntimeError with its log when it does not."""
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until and process.poll() is None:
        try:
            if ask(port, encode("GET", probe)).status == 200:  # noqa: PLR2004
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"The web server does not answer {probe}:\n{log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
