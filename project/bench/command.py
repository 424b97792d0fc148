"""`./run bench`: bring everything up, measure, report, and leave nothing behind."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from project.bench import databases, report
from project.bench.clerk import employed
from project.bench.figures import Row
from project.bench.load import Generator
from project.bench.measures import bench as pace
from project.bench.measures import commit, grid, races, search, weight
from project.bench.measures.bench import Bench
from project.bench.server import FLOORS, SITE, manage, serving
from project.testing.postgres import ROOT, PostgresUnavailableError

REPORT = ROOT / "docs" / "PERFORMANCE.md"
INTERRUPTED = 130
WORKERS = 2
LINES = 30
MEASURES: dict[str, Callable[[Bench], list[Row]]] = {
    "grid": grid.measure,
    "search": search.measure,
    "commit": commit.measure,
    "races": races.measure,
    "weight": weight.measure,
}


def say(line: str) -> None:
    """Print at once: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; return 0 when every must holds, 1 when not, 2 when it could not be measured."""
    options = _options(arguments)
    # A plain kill ends the run as Ctrl-C does: in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        rows = _run(options)
    except KeyboardInterrupt:
        say("Stopped.")
        return INTERRUPTED
    except (PostgresUnavailableError, RuntimeError, subprocess.CalledProcessError) as error:
        say(f"The benchmark could not be run: {error}")
        return 2
    failed = report.failures(rows)
    say(f"{len(failed)} of the musts do not hold." if failed else "All musts hold.")
    return 1 if failed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="little data and short bursts; writes no report"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the databases on BENCH_DATABASE_URL's server"
    )
    parser.add_argument("--only", choices=MEASURES, help="just these measures; writes no report")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> list[Row]:
    began, load = time.monotonic(), os.getloadavg()[0]
    size = databases.QUICK if options.quick else databases.FULL
    tempo = pace.QUICK if options.quick else pace.FULL
    names = [options.only] if options.only else list(MEASURES)
    with _up(size, tempo, keep=options.keep) as bench:
        rows = report.ordered([row for name in names for row in MEASURES[name](bench)])
        facts = report.Facts(bench.databases, size, tempo, time.monotonic() - began, load)
    say(f"\n{report.table(rows)}\n")
    if not options.quick and not options.only:
        REPORT.write_text(report.page(rows, facts), encoding="utf-8")
        say(f"Written: {REPORT.relative_to(ROOT)}")
    return rows


@contextmanager
def _up(size: databases.Size, tempo: pace.Pace, *, keep: bool) -> Iterator[Bench]:
    """Start everything; stop it when the block ends, in whatever way."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nguva-bench-")))
        generator = stack.enter_context(Generator())
        say("Starting PostgreSQL …")
        url, log = stack.enter_context(databases.server())
        say(f"Loading {size.small:,} and {size.large:,} appointments …")
        data = stack.enter_context(databases.loaded(url, size, log=log, keep=keep))
        manage(data.large, "collectstatic", "--noinput", "--verbosity", "0")
        servers = {
            name: stack.enter_context(
                serving(module, target, workers=WORKERS, log=folder / f"{name}.log", probe=probe)
            )
            for name, module, target, probe in (
                ("floors", FLOORS, data.floors, "/a/"),
                ("small", SITE, data.small, "/health/"),
                ("large", SITE, data.large, "/health/"),
            )
        }
        stack.push(lambda *error: _show_logs(folder, error[1]))
        yield Bench(
            databases=data,
            size=size,
            pace=tempo,
            generator=generator,
            floors=servers["floors"],
            small=servers["small"],
            large=servers["large"],
            small_clerk=stack.enter_context(employed(data.small)),
            large_clerk=stack.enter_context(employed(data.large)),
            folder=folder,
            say=say,
        )


def _show_logs(folder: Path, error: BaseException | None) -> None:
    """Show how the servers' logs end when a measure failed; they are deleted then."""
    if not isinstance(error, RuntimeError):
        return
    for log in sorted(folder.glob("*.log")):
        if lines := log.read_text(errors="replace").splitlines():
            say("\n".join([f"--- {log.name}", *lines[-LINES:]]))
