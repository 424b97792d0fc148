"""How much goes over the wire: a first visit to the booking page, and a refresh of its grid."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from project.bench.figures import Goal, Row
from project.bench.load import Answer, ask, encode
from project.bench.measures.bench import Bench
from project.bench.measures.grid import REFRESH
from project.bench.measures.pages import BROWSER, booking_page

KILOBYTE = 1000
VISIT = Goal(must=100)
REFRESHED = Goal(must=10)
LOADED_RELS = {"stylesheet", "icon", "manifest", "preload", "apple-touch-icon"}
CSS_URL = re.compile(rb"""url\(["']?(?!data:)([^"')]+)""")


class Assets(HTMLParser):
    """Collects what a browser fetches for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and LOADED_RELS & set(given.get("rel", "").split()):
            self.found.add(given["href"])
        elif tag in {"script", "img"} and given.get("src"):
            self.found.add(given["src"])
        elif tag == "use" and not given.get("href", "").startswith("#"):
            self.found.add(given["href"].partition("#")[0])

    handle_startendtag = handle_starttag


def measure(bench: Bench) -> list[Row]:
    """Measure the heaviest of some pages: many free times weigh more than a full week."""
    port = bench.large.port
    heaviest = max(
        [
            booking_page(slug, "express-visit")
            for slug in ("scale-00001", "scale-calm", "scale-busy")
        ],
        key=lambda path: _fetch(port, path).wire,
    )
    plain = ask(port, encode("GET", heaviest, headers={"Accept": "text/html"}))
    parser = Assets()
    parser.feed(plain.body.decode())
    sizes = {heaviest: _fetch(port, heaviest).wire}
    for address in sorted(parser.found):
        _add(port, urljoin(heaviest, address), sizes)
    bench.say("Weight")
    for address, size in sizes.items():
        bench.say(f"  {size:>7,} bytes  {address}")
    refresh = ask(port, encode("GET", heaviest, headers=REFRESH))
    return [
        _row(f"first visit to the booking page, {len(sizes)} requests", sum(sizes.values()), VISIT),
        _row("a refresh of its grid", refresh.wire, REFRESHED),
    ]


def _fetch(port: int, path: str) -> Answer:
    answer = ask(port, encode("GET", path, headers=BROWSER))
    if answer.status != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answers {answer.status}.")
    return answer


def _add(port: int, address: str, sizes: dict[str, int]) -> None:
    """Count one asset and, for a style sheet, what it names in its turn."""
    if address in sizes:
        return
    sizes[address] = _fetch(port, address).wire
    if address.endswith(".css"):
        plain = ask(port, encode("GET", address))
        for name in CSS_URL.findall(plain.body):
            _add(port, urljoin(address, name.decode()).partition("#")[0], sizes)


def _row(work: str, size: int, goal: Goal) -> Row:
    kilobytes = size / KILOBYTE
    return Row(
        id="W",
        work=work,
        figure=f"{kilobytes:.1f} KB on the wire",
        must=f"≤ {goal.must} KB",
        verdict=goal.judge(kilobytes),
    )
