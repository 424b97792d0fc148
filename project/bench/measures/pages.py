"""P1, P2, P3 and P6: pages that are only read."""

from collections.abc import Iterable
from urllib.parse import quote

from project.bench.databases import query
from project.bench.figures import Figure, Goal, Row, growth, rate_ratio
from project.bench.floors.tables import OWNERS, BareInserts
from project.bench.load import Repeated, ask, encode
from project.bench.measures.bench import Bench, Steady
from project.bench.server import Server

BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}
REFRESH = BROWSER | {"HX-Request": "true", "HX-Target": "grid"}
FIRST_FREE = BROWSER | {"HX-Request": "true", "HX-Target": "first-free"}
PROVIDERS = 40
SEARCHES = (
    *("jacaranda", "msasa house", "dental", "braids nairobi", "acacia studio harare"),
    *("baobab 412", "consultation bulawayo", "highveld rooms", "sunrise 77", "mombasa point"),
)
"""Words that many, some and few providers have; the floor and the site get the same."""

P1_RATE = Goal(must=0.40, aim=0.60, at_least=True)
P1_QUERIES = Goal(must=8, aim=5)
UNCHANGED = Goal(aim=0.50, at_least=True)
P2 = Goal(must=1.2, aim=1.1)
P3_RATE = Goal(must=0.40, aim=0.60, at_least=True)
P3_QUERIES = Goal(must=6, aim=4)
P6_RATE = Goal(must=5, aim=2)
P6_QUERIES = Goal(must=8, aim=4)


def measure(bench: Bench) -> list[Row]:
    """Measure all of them."""
    pages, counts = _pages(bench), _counts(bench)
    return [
        *_grid(pages, counts),
        *_growth(pages),
        *_search(pages, counts),
        *_next_free(pages, counts),
        *_floors(bench, pages),
    ]


def grid_paths(slugs: Iterable[str], service: str = "standard-visit") -> list[str]:
    """Return the addresses of these providers' booking pages."""
    return [f"/p/{slug}/book/{service}/" for slug in slugs]


def _slugs(bench: Bench) -> list[str]:
    """Return some ordinary providers; both databases have the same."""
    rows = query(
        bench.databases.small,
        "SELECT slug FROM providers_provider WHERE slug ~ '^scale-[0-9]' ORDER BY id LIMIT %s",
        PROVIDERS,
    )
    return [slug for (slug,) in rows]


def _gets(server: Server, paths: Iterable[str], headers: dict[str, str]) -> Repeated:
    return Repeated(server.port, [encode("GET", path, headers=headers) for path in paths])


def _unchanged(server: Server, paths: Iterable[str]) -> Repeated:
    """Ask again for grids that a browser has: with the names that the server gave them."""
    requests = []
    for path in paths:
        etag = ask(server.port, encode("GET", path, headers=REFRESH)).headers["etag"]
        requests.append(encode("GET", path, headers=REFRESH | {"If-None-Match": etag}))
    return Repeated(server.port, requests)


def _pages(bench: Bench) -> dict[str, Figure]:
    floor, small, large = bench.floors, bench.small, bench.large
    paths = grid_paths(_slugs(bench))
    searches = [f"?q={quote(words)}" for words in SEARCHES]
    weeks = [f"/b/{owner}/" for owner in range(1, OWNERS, OWNERS // PROVIDERS)]
    bench.say("Pages")
    figures = bench.steady(
        {
            "a": _gets(floor, ["/a/"], {}),
            "b": _gets(floor, weeks, {}),
            "grid": _gets(large, paths, REFRESH),
            "grid small": _gets(small, paths, REFRESH),
            "busy": _gets(large, grid_paths(["scale-busy"], "express-visit"), REFRESH),
            "calm": _gets(large, grid_paths(["scale-calm"], "express-visit"), REFRESH),
            "page": _gets(large, paths, BROWSER),
            "next free": _gets(large, [f"{grid_paths(['scale-full'])[0]}first/"], FIRST_FREE),
            "e": _gets(floor, [f"/e/{words}" for words in searches], {}),
            "search": _gets(large, [f"/providers/{words}" for words in searches], BROWSER),
        }
    )
    unchanged = Steady(_unchanged(large, paths), status="304")
    return figures | bench.turns(
        {"a beside 304": Steady(_gets(floor, ["/a/"], {})), "unchanged": unchanged}
    )


def _counts(bench: Bench) -> dict[str, dict[str, int]]:
    """Return the queries of each page, with little and with much in the database."""
    path = grid_paths(_slugs(bench)[:1])[0]
    busy = grid_paths(["scale-busy"], "express-visit")[0]
    paths = {
        "grid": {"path": path, "headers": REFRESH},
        "day": {"path": f"{path}?view=day", "headers": REFRESH},
        "busy": {"path": busy, "headers": REFRESH},
        "page": {"path": path, "headers": BROWSER},
        "search": {"path": "/providers/", "headers": BROWSER},
        "words": {"path": f"/providers/?q={quote(SEARCHES[0])}", "headers": BROWSER},
        "next free": {"path": f"{grid_paths(['scale-full'])[0]}first/", "headers": FIRST_FREE},
    }
    return {
        "small": bench.small_clerk.do("count_queries", paths=paths),
        "large": bench.large_clerk.do("count_queries", paths=paths),
    }


def _queries(
    id_: str, work: str, counts: dict[str, dict[str, int]], names: tuple[str, ...], goal: Goal
) -> Row:
    """Return a row for pages that must all take the same few queries at both sizes."""
    found = [counts[size][name] for size in ("small", "large") for name in names]
    verdict = goal.judge(max(found)) if len(set(found)) == 1 else goal.judge(float("inf"))
    return Row(
        id=id_,
        work=work,
        figure=f"{'/'.join(str(number) for number in sorted(set(found)))} queries",
        must=f"≤ {goal.must}, the same at any size",
        aim=f"≤ {goal.aim}",
        verdict=verdict,
    )


def _speed(id_: str, work: str, mine: Figure, floor: Figure, named: str, goal: Goal) -> Row:
    ratio = rate_ratio(mine, floor)
    return Row(
        id=id_,
        work=work,
        figure=told(mine),
        floor=f"{named}: {floor.rate:,.0f} /s",
        ratio=f"{ratio:.0%}",
        must=f"≥ {goal.must:.0%}" if goal.must else "",
        aim=f"≥ {goal.aim:.0%}" if goal.aim else "",
        verdict=goal.judge(ratio),
    )


def told(figure: Figure) -> str:
    """Return a figure in words."""
    return f"{figure.rate:,.0f} /s, p50 {1000 * figure.p50:.1f} ms"


def _grid(pages: dict[str, Figure], counts: dict[str, dict[str, int]]) -> list[Row]:
    names = ("grid", "day", "busy")
    return [
        _queries("P1", "week grid: queries", counts, names, P1_QUERIES),
        _speed("P1", "week grid, as it refreshes itself", pages["grid"], pages["b"], "b", P1_RATE),
        _speed("P1", "the whole booking page", pages["page"], pages["b"], "b", Goal()),
        _speed(
            *("P1", "unchanged grid (304)", pages["unchanged"]),
            *(pages["a beside 304"], "a", UNCHANGED),
        ),
    ]


def _growth(pages: dict[str, Figure]) -> list[Row]:
    works = (
        ("1 thousand → 1 million appointments in all", "grid", "grid small"),
        ("1 thousand → 50 thousand of one provider", "busy", "calm"),
    )
    return [
        Row(
            id="P2",
            work=f"week grid, {work}",
            figure=f"p50 {1000 * pages[much].p50:.1f} ms",
            floor=f"little: {1000 * pages[little].p50:.1f} ms",
            ratio=f"{ratio:.2f} ×",
            must=f"≤ {P2.must} ×",
            aim=f"≤ {P2.aim} ×",
            verdict=P2.judge(ratio),
        )
        for work, much, little in works
        for ratio in [growth(pages[much], pages[little])]
    ]


def _search(pages: dict[str, Figure], counts: dict[str, dict[str, int]]) -> list[Row]:
    return [
        _queries("P3", "provider search: queries", counts, ("search", "words"), P3_QUERIES),
        _speed("P3", "provider search, first 20", pages["search"], pages["e"], "e", P3_RATE),
    ]


def _next_free(pages: dict[str, Figure], counts: dict[str, dict[str, int]]) -> list[Row]:
    ratio = growth(pages["next free"], pages["grid"])
    return [
        _queries("P6", "next free time: queries", counts, ("next free",), P6_QUERIES),
        Row(
            id="P6",
            work="next free time, the next 90 days full",
            figure=told(pages["next free"]),
            floor=f"week grid: {1000 * pages['grid'].p50:.1f} ms",
            ratio=f"{ratio:.1f} ×",
            must=f"≤ {P6_RATE.must} ×",
            aim=f"≤ {P6_RATE.aim} ×",
            verdict=P6_RATE.judge(ratio),
        ),
    ]


def _floors(bench: Bench, pages: dict[str, Figure]) -> list[Row]:
    inserts = bench.turns({"d": Steady(BareInserts(bench.databases.floors, 1 << 24), "inserted")})
    kinds = {
        "a": "an empty Django view",
        "b": "one indexed query, 7 × 16 cells by a template",
        "e": "search, trigram index, 20 rendered" if bench.databases.trigrams else "search, no trigrams",
    }
    rows = [Row(id=name, work=f"floor: {kind}", figure=told(pages[name])) for name, kind in kinds.items()]
    return [*rows, Row(id="d", work="floor: bare INSERT, exclusion constraint", figure=told(inserts["d"]))]
