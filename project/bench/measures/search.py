"""P3: the first page of a search for providers."""

from urllib.parse import quote

from project.bench.figures import Goal, Row
from project.bench.measures.bench import Bench, Steady
from project.bench.measures.pages import BROWSER, count_queries, fragment, gets
from project.bench.measures.rows import floor_row, queries_row, speed_row

WORDS = (
    *("jacaranda", "dental", "harare", "consultation bulawayo", "express visit"),
    *("msasa house", "highveld rooms", "mombasa point", "nairobi massage", "acacia studio"),
)
"""Of names, categories, cities and services, each found often enough to fill a page."""

RARE = ("baobab 412", "sunrise 77", "savanna corner 9")
"""Words that few providers have."""

RESULTS = fragment("results")
SPEED = Goal(must=0.40, aim=0.60, at_least=True)
QUERIES = Goal(must=6, aim=4)


def measure(bench: Bench) -> list[Row]:
    """Measure whole pages, and the results alone as typing brings them; the floor in turns."""
    bench.say("Searches")
    words, rare = ([f"?q={quote(text)}" for text in texts] for texts in (WORDS, RARE))
    site, floors = bench.large, bench.floors
    figures = bench.turns(
        {
            "e": Steady(floors, gets(floors, [f"/e/{each}" for each in words])),
            "search": Steady(site, gets(site, [f"/providers/{each}" for each in words], BROWSER)),
            "results": Steady(site, gets(site, [f"/providers/{each}" for each in words], RESULTS)),
            "e, rare": Steady(floors, gets(floors, [f"/e/{each}" for each in rare])),
            "rare": Steady(site, gets(site, [f"/providers/{each}" for each in rare], BROWSER)),
        }
    )
    counts = count_queries(
        bench,
        {"all": ("/providers/", BROWSER), "words": (f"/providers/{words[0]}", BROWSER)},
    )
    trigrams = "trigram index" if bench.databases.trigrams else "no trigram index"
    return [
        queries_row("P3", "provider search", counts, ("all", "words"), QUERIES),
        speed_row("P3", "provider search, first 20", figures, ("search", "e"), SPEED),
        speed_row("P3", "the results alone, while typing", figures, ("results", "e"), Goal()),
        speed_row("P3", "words that few have, whole page", figures, ("rare", "e, rare"), Goal()),
        floor_row("e", f"search, {trigrams}, 20 rendered", figures["e"]),
    ]
