"""The floors' tables, and floor d, which needs no web server: SQL in the generator's processes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg2

from project.bench.load import Shot

OWNERS = 1000
STEP = timedelta(minutes=30)
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""When the week that floor b shows begins; any would do."""

TABLES = """
CREATE TABLE owner (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO owner SELECT n, 'Owner ' || n FROM generate_series(1, %(owners)s) n;

CREATE TABLE visit (
    id bigserial PRIMARY KEY,
    owner_id integer NOT NULL,
    "start" timestamptz NOT NULL,
    "end" timestamptz NOT NULL
);
INSERT INTO visit (owner_id, "start", "end")
    SELECT 1 + n %% %(owners)s, at, at + interval '30 minutes'
    FROM generate_series(0, %(visits)s - 1) n,
    LATERAL (SELECT %(monday)s::timestamptz + interval '2 hours' * (n / %(owners)s - 500)) m(at);
CREATE INDEX ON visit (owner_id, "start");

CREATE TABLE taken (
    id bigserial PRIMARY KEY,
    owner_id integer NOT NULL,
    "start" timestamptz NOT NULL,
    "end" timestamptz NOT NULL,
    EXCLUDE USING gist (
        int8range(owner_id, owner_id, '[]') WITH &&, tstzrange("start", "end") WITH &&
    )
);
CREATE INDEX ON taken (owner_id, "start");

CREATE TABLE place (
    id integer PRIMARY KEY, slug text NOT NULL, name text NOT NULL, city text NOT NULL,
    category text NOT NULL, search_text text NOT NULL
);
"""
TRIGRAM = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
TRIGRAM_INDEX = "CREATE INDEX ON place USING gin (search_text gin_trgm_ops)"
BARE = 'INSERT INTO taken (owner_id, "start", "end") VALUES (%s, %s, %s)'

Place = tuple[int, str, str, str, str, str]
"""Id, slug, name, city, category, search text: the columns of ``place``."""


def build(url: str, places: Iterable[Place], *, visits: int) -> bool:
    """Make the floors' tables in an empty database; return whether there is a trigram index."""
    link = psycopg2.connect(url)
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(TABLES, {"owners": OWNERS, "visits": visits, "monday": MONDAY})
        cursor.executemany("INSERT INTO place VALUES (%s, %s, %s, %s, %s, %s)", list(places))
        trigrams = True
        try:
            cursor.execute(TRIGRAM)
            cursor.execute(TRIGRAM_INDEX)
        except psycopg2.Error:
            trigrams = False
            cursor.execute("CREATE INDEX ON place (name)")
        cursor.execute("VACUUM ANALYZE")
    link.close()
    return trigrams


@dataclass(frozen=True, slots=True)
class BareInserts:
    """Floor d: one INSERT per transaction, each at an owner and time of its own."""

    url: str
    first: int

    def shots(self, place: int, places: int) -> Iterator[Shot]:
        """Insert until told to stop."""
        link = psycopg2.connect(self.url)
        link.autocommit = True
        cursor = link.cursor()
        number = self.first + place

        def shot() -> str:
            owner, start, end = slot(number)
            cursor.execute(BARE, (owner, start, end))
            return "inserted"

        try:
            while True:
                yield shot
                number += places
        finally:
            link.close()


def slot(number: int) -> tuple[int, datetime, datetime]:
    """Return the owner, start and end of the ``number``-th free time of the floors."""
    start = MONDAY + STEP * (number // OWNERS)
    return 1 + number % OWNERS, start, start + STEP
