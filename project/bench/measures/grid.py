"""P1, P2 and P6: a provider's week, how it grows, and the next free time."""

import time
from collections.abc import Iterable

from project.bench.figures import Figure, Goal, Row
from project.bench.floors.tables import OWNERS
from project.bench.load import Repeated, ask, encode
from project.bench.measures.bench import Bench, Steady
from project.bench.measures.pages import (
    BROWSER,
    PROVIDERS,
    booking_page,
    count_queries,
    fragment,
    gets,
    ordinary_pages,
)
from project.bench.measures.rows import floor_row, growth_row, queries_row, speed_row
from project.bench.server import Server

WEEK = 7 * 24 * 3600  # seconds
REFRESH = fragment("grid")
NEXT_FREE = fragment("first-free")
BUSY = booking_page("scale-busy", "express-visit")
CALM = booking_page("scale-calm", "express-visit")
FULL = f"{booking_page('scale-full')}first/"

SPEED = Goal(must=0.40, aim=0.60, at_least=True)
QUERIES = Goal(must=8, aim=5)
UNCHANGED = Goal(aim=0.50, at_least=True)
GROWTH = Goal(must=1.2, aim=1.1)
SEARCH = Goal(must=5, aim=2)
SEARCH_QUERIES = Goal(must=8, aim=4)


def measure(bench: Bench) -> list[Row]:
    """Measure all of them, in turns with floors a and b."""
    bench.say("Grids")
    paths = ordinary_pages(bench)
    counts = count_queries(
        bench,
        {
            "week": (paths[0], REFRESH),
            "day": (f"{paths[0]}?view=day", REFRESH),
            "busy": (BUSY, REFRESH),
            "next free": (FULL, NEXT_FREE),
        },
    )
    figures = _figures(bench, paths)
    in_all = "1 thousand → 1 million appointments in all"
    of_one = "1 thousand → 50 thousand of one provider"
    return [
        queries_row("P1", "week grid", counts, ("week", "day", "busy"), QUERIES),
        speed_row("P1", "week grid, as it refreshes itself", figures, ("grid", "b"), SPEED),
        speed_row("P1", "the same, unchanged (304)", figures, ("unchanged", "a"), UNCHANGED),
        speed_row("P1", "the whole booking page", figures, ("page", "b"), Goal()),
        growth_row("P2", f"week grid, {in_all}", figures, ("grid", "grid, few"), GROWTH),
        growth_row("P2", f"week grid, {of_one}", figures, ("busy", "calm"), GROWTH),
        queries_row("P6", "next free time", counts, ("next free",), SEARCH_QUERIES),
        growth_row("P6", "next free time, 90 days full", figures, ("next free", "grid"), SEARCH),
        floor_row("a", "an empty Django view", figures["a"]),
        floor_row("b", "one indexed query, 7 × 16 cells by a template", figures["b"]),
    ]


def _figures(bench: Bench, paths: list[str]) -> dict[str, Figure]:
    floors, small, large = bench.floors, bench.small, bench.large
    weeks = [f"/b/{owner}/" for owner in range(1, OWNERS, OWNERS // PROVIDERS)]
    return bench.turns(
        {
            "a": Steady(floors, gets(floors, ["/a/"])),
            "unchanged": Steady(large, _unchanged(large, paths), status="304"),
            "b": Steady(floors, gets(floors, weeks)),
            "grid": Steady(large, gets(large, paths, REFRESH)),
            "grid, few": Steady(small, gets(small, paths, REFRESH)),
            "busy": Steady(large, gets(large, [BUSY], REFRESH)),
            "calm": Steady(large, gets(large, [CALM], REFRESH)),
            "next free": Steady(large, gets(large, [FULL], NEXT_FREE)),
            "page": Steady(large, gets(large, paths, BROWSER)),
        }
    )


def _unchanged(server: Server, paths: Iterable[str]) -> Repeated:
    """Ask again for grids that a browser has, by the names that the server gave them.

    A week ahead, because today's grid loses a time every quarter of an hour.
    """
    date = time.strftime("%Y-%m-%d", time.gmtime(time.time() + WEEK))
    requests = []
    for path in (f"{each}?date={date}" for each in paths):
        etag = ask(server.port, encode("GET", path, headers=REFRESH)).headers["etag"]
        requests.append(encode("GET", path, headers=REFRESH | {"If-None-Match": etag}))
    return Repeated(server.port, requests)
