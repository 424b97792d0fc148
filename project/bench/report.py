"""The table, on the screen and as docs/PERFORMANCE.md."""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import django
import gunicorn

from project.bench.databases import Databases, Size
from project.bench.figures import Row, Verdict
from project.bench.load import CONNECTIONS
from project.bench.measures.bench import Pace

CPU_FACTS = Path("/proc/cpuinfo")
MEMORY_FACTS = Path("/proc/meminfo")

PAGE = Path(__file__).with_suffix(".md")
"""The words around the figures."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says besides the table."""

    databases: Databases
    size: Size
    pace: Pace
    seconds: float
    load_before: float


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table, columns aligned."""
    head = tuple(each.name for each in fields(Row))
    cells = [head, *(tuple(str(cell) for cell in astuple(row)) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    return "\n".join(
        [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
    )


def ordered(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the floors, which have small letters, behind the rest."""
    return sorted(rows, key=lambda row: row.id.islower())


def failures(rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose must does not hold."""
    return [row for row in rows if row.verdict is Verdict.FAILS]


def page(rows: Sequence[Row], facts: Facts) -> str:
    """Return docs/PERFORMANCE.md."""
    size, pace = facts.size, facts.pace
    return PAGE.read_text(encoding="utf-8").format(
        date=time.strftime("%d %B %Y", time.gmtime()).lstrip("0"),
        table=table(rows),
        machine=_machine(facts),
        connections=CONNECTIONS,
        seconds=pace.seconds,
        bookings=pace.bookings,
        rounds=pace.rounds,
        races=pace.races,
        providers=size.providers,
        small=size.small,
        large=size.large,
        busy=size.busy,
        trigrams=" with a trigram index" if facts.databases.trigrams else "",
        notes=_notes(rows, facts),
    )


def _machine(facts: Facts) -> str:
    databases = facts.databases
    lines = {
        "processor": f"{_fact(CPU_FACTS, 'model name')}, {os.cpu_count()} cores",
        "memory": _fact(MEMORY_FACTS, "MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "gunicorn": gunicorn.__version__,
        "PostgreSQL": f"{databases.version}, fsync {'on' if databases.fsync else 'OFF'}",
        "load before the run": f"{facts.load_before:.2f} (1 minute)",
        "the run took": f"{facts.seconds / 60:.0f} minutes",
    }
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in lines.items())]
    )


def _fact(source: Path, name: str) -> str:
    """Return one fact that Linux tells about itself; ``unknown`` elsewhere."""
    try:
        lines = source.read_text().splitlines()
    except OSError:
        return "unknown"
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "unknown")


def _notes(rows: Sequence[Row], facts: Facts) -> str:
    notes = [
        "The generator, the web servers and PostgreSQL share the machine's cores.",
        "Holds for P4 are written directly; taking them is measured by the races.",
        "No worker runs meanwhile: outbox jobs are written and stay.",
    ]
    if not facts.databases.trigrams:
        notes.append("This server has no pg_trgm, so floor e searches without a trigram index.")
    if not facts.databases.fsync:
        notes.append("fsync was OFF on this server: bookings look quicker than they are.")
    if facts.load_before > (os.cpu_count() or 1) / 2:
        notes.append(
            "The machine had other work too: absolute figures are lower than on a quiet one."
        )
    notes += [f"Must does not hold: {row.id}, {row.work}." for row in failures(rows)]
    return "\n".join(f"- {note}" for note in notes)
