"""R1, R2 and R4: fifty clients at the same instant."""

import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

from project.bench.databases import deadlocks, query
from project.bench.figures import Goal, Row, Verdict
from project.bench.load import Answer, ask, encode
from project.bench.measures.bench import Bench
from project.bench.measures.commit import CSRF
from project.bench.server import SITE, Server, serving

CLIENTS = 50
PATIENCE = Goal(must=1.0, aim=0.3)
WORKERS = (2, 8)
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
REFUSED = 409
SERVER_ERROR = 500

_addresses = count()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one client got: the answers to its requests, whether it booked, how long it took."""

    answers: tuple[int, ...]
    booked: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Target:
    """A time to press, as its button sends it."""

    slug: str
    service: str
    staff: int
    start: str


class Client:
    """A browser of its own, at a loopback address of its own: holds are counted by address."""

    def __init__(self, port: int, target: Target) -> None:
        self.port, self.target = port, target
        number = next(_addresses)
        self.source = f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"
        self.cookies = {"csrftoken": CSRF}
        self.answers: list[int] = []

    def run(self, gate: threading.Barrier) -> Outcome:
        """Press the time once all are there; book if it is kept for us."""
        gate.wait(30)
        began = time.perf_counter()
        booked = self._press()
        return Outcome(tuple(self.answers), booked, time.perf_counter() - began)

    def _press(self) -> bool:
        at = self.target
        path = f"/p/{at.slug}/book/{at.service}/hold/"
        held = self._send("POST", path, {"staff": str(at.staff), "start": at.start})
        if held.status != 303:  # noqa: PLR2004
            return False
        page = self._send("GET", held.headers["location"])
        shown = SHOWN.search(page.body.decode())
        if shown is None:
            return False
        form = {"shown": unescape(shown[1]), "name": "Rudo Guest", "phone": "+263771234567"}
        done = self._send("POST", held.headers["location"], form)
        return done.status == 303 and done.headers["location"].startswith("/a/")  # noqa: PLR2004

    def _send(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        cookies = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        fields = None if form is None else {"csrfmiddlewaretoken": CSRF, **form}
        request = encode(method, path, headers={"Cookie": cookies}, form=fields)
        answer = ask(self.port, request, source=self.source)
        for line in answer.headers.get("set-cookie", "").split("\n"):
            name, _, rest = line.partition("=")
            if rest and name != "csrftoken":
                self.cookies[name] = rest.partition(";")[0]
        self.answers.append(answer.status)
        return answer


def race(port: int, targets: Sequence[Target]) -> list[Outcome]:
    """Let one client press each of ``targets``, all at the same instant."""
    gate = threading.Barrier(len(targets))
    clients = [Client(port, target) for target in targets]
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(lambda client: client.run(gate), clients))


def measure(bench: Bench) -> list[Row]:
    """Race with two and with eight workers, and in the domain itself."""
    before = deadlocks(bench.databases.large)
    places = Places(bench)
    rows = [row for workers in WORKERS for row in _with_workers(bench, places, workers)]
    rows.append(_direct(bench, places))
    stuck = deadlocks(bench.databases.large) - before + _logged(bench.databases.log)
    rows.append(
        Row(
            id="R",
            work="deadlocks during all races (PostgreSQL's log and counter)",
            figure=str(stuck),
            must="0",
            verdict=Goal(must=0).judge(stuck),
        )
    )
    return rows


class Places:
    """Finds times to race for; each is raced for once."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.after = 0

    def rivalries(self, amount: int) -> list[dict[str, Any]]:
        """Providers with one person who is free at ``start`` and a quarter of an hour later."""
        return self._found("rivalries", amount)

    def same_instant(self, amount: int) -> list[dict[str, Any]]:
        """Providers that are all free at the same ``start``."""
        return self._found("same_instant", amount)

    def _found(self, order: str, amount: int) -> list[dict[str, Any]]:
        answer = self.bench.large_clerk.do(order, count=amount, after=self.after)
        self.after = answer["after"]
        found: list[dict[str, Any]] = answer["found"]
        if len(found) < amount:
            raise RuntimeError(f"There are only {len(found)} times to race for, not {amount}.")
        return found


def _with_workers(bench: Bench, places: Places, workers: int) -> list[Row]:
    bench.say(f"Races, {workers} workers")
    log = bench.folder / f"races-{workers}.log"
    with serving(SITE, bench.databases.large, workers=workers, log=log, probe="/health/") as server:
        warm_up(server)
        contest = Contest(bench, server, places, workers)
        return [
            contest.meeting("R1", "one time", later=False),
            contest.meeting("R2", "half of them a quarter of an hour later", later=True),
            contest.apart(),
        ]


def warm_up(server: Server) -> None:
    """Have every worker compile its templates and open its connection."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        request = encode("GET", "/providers/")
        list(pool.map(lambda _: ask(server.port, request), range(4 * CLIENTS)))


def _target(place: dict[str, Any], start: str = "start") -> Target:
    return Target(place["slug"], place["service"], place["staff"], place[start])


@dataclass(frozen=True, slots=True)
class Contest:
    """Races at one server."""

    bench: Bench
    server: Server
    places: Places
    workers: int

    def meeting(self, name: str, words: str, *, later: bool) -> Row:
        """Race many times, each for another time that only one client can have."""
        outcomes: list[Outcome] = []
        faults: list[str] = []
        races = self.bench.pace.races
        for place in self.places.rivalries(races):
            second = _target(place, "later") if later else _target(place)
            found = race(self.server.port, [_target(place), second] * (CLIENTS // 2))
            outcomes += found
            faults += _faults(self.bench, place, found)
        work = f"{CLIENTS} clients, {words}, {races} races"
        return self._row(name, work, outcomes, faults, goal=PATIENCE)

    def apart(self) -> Row:
        """Race once with clients who do not meet, all at the same instant."""
        targets = [_target(place) for place in self.places.same_instant(CLIENTS)]
        outcomes = race(self.server.port, targets)
        missing = CLIENTS - sum(outcome.booked for outcome in outcomes)
        faults = [f"{missing} did not book"] if missing else []
        work = f"{CLIENTS} clients, {CLIENTS} providers"
        return self._row("R4", work, outcomes, faults, goal=None)

    def _row(
        self,
        name: str,
        work: str,
        outcomes: list[Outcome],
        faults: list[str],
        *,
        goal: Goal | None,
    ) -> Row:
        slowest = max(outcome.seconds for outcome in outcomes)
        statuses = [status for outcome in outcomes for status in outcome.answers]
        broken = sum(status >= SERVER_ERROR for status in statuses)
        booked = sum(outcome.booked for outcome in outcomes)
        wrong = f"; WRONG: {', '.join(faults[:3])}" if faults else ""
        verdict = Verdict.MUST if goal is None else goal.judge(slowest)
        return Row(
            id=name,
            work=f"{work}, {self.workers} workers",
            figure=f"{booked} booked, {broken} × 5xx, slowest {slowest:.2f} s{wrong}",
            must=f"one each, no 5xx, ≤ {goal.must:.0f} s" if goal else f"{CLIENTS} booked",
            aim=f"≤ {goal.aim} s" if goal else "",
            verdict=Verdict.FAILS if faults or broken else verdict,
        )


def _faults(bench: Bench, place: dict[str, Any], outcomes: list[Outcome]) -> list[str]:
    """Say what is wrong with a race that one client must have won."""
    faults = []
    winners = [outcome for outcome in outcomes if outcome.booked]
    if len(winners) != 1:
        faults.append(f"{len(winners)} booked")
    lost = Counter(outcome.answers for outcome in outcomes if not outcome.booked)
    faults += [f"{answers}" for answers in lost if answers != (REFUSED,)]
    rows = query(
        bench.databases.large,
        "SELECT count(*) FROM booking_appointment WHERE staff_id = %s"
        " AND start >= %s AND start <= %s AND status IN ('pending', 'confirmed')",
        *(place["staff"], datetime.fromisoformat(place["start"])),
        datetime.fromisoformat(place["later"]),
    )
    if rows[0][0] != 1:
        faults.append(f"{rows[0][0]} rows")
    return faults


def _direct(bench: Bench, places: Places) -> Row:
    """Return the row of races without pages: 50 threads that call the booking itself."""
    races = max(1, bench.pace.races // 3)
    results = [
        bench.large_clerk.do(
            "direct_race", slug=place["slug"], service=place["service"], start=place["start"]
        )
        for place in places.rivalries(races)
    ]
    right = sum(result == {"booked": 1, "refused": CLIENTS - 1} for result in results)
    return Row(
        id="R1",
        work=f"{CLIENTS} threads book without a hold, {races} races",
        figure=f"{right} of {races} with exactly one booking",
        must="all",
        verdict=Verdict.MUST if right == races else Verdict.FAILS,
    )


def _logged(log: Path | None) -> int:
    """Count what the server's own log says of deadlocks."""
    return 0 if log is None else log.read_text(errors="replace").count("deadlock detected")
