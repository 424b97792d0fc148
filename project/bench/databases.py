"""The databases: the site with little and with much in it, and the floors."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from project.bench.floors import tables
from project.bench.server import manage
from project.testing import postgres


@dataclass(frozen=True, slots=True)
class Size:
    """How much is loaded; ``visits`` is for the floor's week. ``prefix`` names the databases."""

    prefix: str
    providers: int
    small: int
    large: int
    busy: int
    visits: int


FULL = Size(
    prefix="nguva_bench",
    providers=10_000,
    small=1_000,
    large=1_000_000,
    busy=50_000,
    visits=1_000_000,
)
QUICK = Size(
    prefix="nguva_quick_bench", providers=500, small=1_000, large=20_000, busy=5_000, visits=20_000
)


@dataclass(frozen=True, slots=True)
class Databases:
    """The URLs of what was loaded; ``log`` is the server's own, where it is ours."""

    small: str
    large: str
    floors: str
    trigrams: bool
    version: str
    fsync: bool
    log: Path | None


@contextmanager
def server() -> Iterator[tuple[str, Path | None]]:
    """Give the URL of a PostgreSQL server: BENCH_DATABASE_URL's, or one of our own."""
    if url := os.environ.get("BENCH_DATABASE_URL"):
        yield url, None
        return
    with postgres.running("bench", durable=True, contrib=True) as own:
        yield own.url, own.log


@contextmanager
def loaded(url: str, size: Size, *, log: Path | None, keep: bool) -> Iterator[Databases]:
    """Make and load the databases; drop them afterwards unless ``keep``.

    One that an earlier run kept is used again when it holds as much.
    """
    names = {part: f"{size.prefix}_{part}" for part in ("small", "large", "floors")}
    urls = {part: f"{url.rpartition('/')[0]}/{name}" for part, name in names.items()}
    try:
        for part, appointments in (("small", size.small), ("large", size.large)):
            _load(url, urls[part], size, appointments, busy=size.busy if part == "large" else 0)
        trigrams = _floors(url, urls["floors"], urls["large"], size)
        version, fsync = query(
            url, "SELECT current_setting('server_version'), current_setting('fsync')"
        )[0]
        yield Databases(
            small=urls["small"],
            large=urls["large"],
            floors=urls["floors"],
            trigrams=trigrams,
            version=version,
            fsync=fsync == "on",
            log=log,
        )
    finally:
        for name in () if keep else names.values():
            execute(
                url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def query(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of one SELECT."""
    with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def execute(url: str, statement: str | sql.Composable) -> None:
    """Run one statement outside a transaction."""
    with closing(psycopg2.connect(url)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(statement)


def deadlocks(url: str) -> int:
    """Return how many deadlocks the server has seen in this database."""
    rows = query(url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(rows[0][0])


def _load(url: str, target: str, size: Size, appointments: int, *, busy: int) -> None:
    kept = _holds(url, target, size, appointments)
    if not kept:
        _create(url, target)
    manage(target, "migrate", "--noinput", "--verbosity", "0")
    if kept:
        return
    manage(target, "createcachetable", "--verbosity", "0")
    amount = ("--providers", str(size.providers), "--appointments", str(appointments))
    share = ("--busy", str(busy)) if busy else ()
    # Scale data is refused without DEBUG, as the demo market is, which has well-known passwords.
    manage(target, "demo", *amount, *share, DEBUG="on")
    execute(target, "VACUUM ANALYZE")


def _holds(url: str, target: str, size: Size, appointments: int) -> bool:
    """Whether an earlier run left what is wanted."""
    if not _exists(url, target):
        return False
    try:
        counts = (
            "(SELECT count(*) FROM providers_provider), (SELECT count(*) FROM booking_appointment)"
        )
        providers, booked = query(target, f"SELECT {counts}")[0]
    except psycopg2.Error:
        return False
    return bool(providers >= size.providers and appointments <= booked < 2 * appointments + 20_000)


def _exists(url: str, target: str) -> bool:
    name = target.rpartition("/")[2]
    return bool(query(url, "SELECT 1 FROM pg_database WHERE datname = %s", name))


def _create(url: str, target: str) -> None:
    name = sql.Identifier(target.rpartition("/")[2])
    execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    execute(url, sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))


def _floors(url: str, target: str, large: str, size: Size) -> bool:
    """Make the floors anew, with the same providers to search as the site has."""
    _create(url, target)
    places: Sequence[tables.Place] = query(
        large,
        "SELECT p.id, p.slug, p.name, city, c.name, search_text FROM providers_provider p"
        " JOIN providers_category c ON c.id = category_id",
    )
    return tables.build(target, places, visits=size.visits)
