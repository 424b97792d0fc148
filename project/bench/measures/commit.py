"""P4: the one POST that books, with session, CSRF, validation, history and outbox."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from project.bench.clerk import Clerk
from project.bench.figures import Goal, Round, Row
from project.bench.floors.tables import BareInserts
from project.bench.load import Once, encode
from project.bench.measures.bench import Bench, expect, metered
from project.bench.measures.rows import floor_row, speed_row
from project.bench.server import Server

CSRF = "k3" * 16
"""Any 32 letters and digits that come both as cookie and as field."""

RATE = Goal(must=0.25, aim=0.40, at_least=True)
STEADY = Goal(must=0.85, aim=0.95, at_least=True)


def measure(bench: Bench) -> list[Row]:
    """Measure bookings by guests and by customers, with little and with much in the database."""
    bench.say("Bookings")
    many = Desk(bench.large, bench.large_clerk)
    few = Desk(bench.small, bench.small_clerk)
    figures = bench.turns(
        {
            "d": Inserts(count()),
            "d-http": GuardedInserts(count()),
            "customer": Bookings(many, customers=True),
            "customer, few": Bookings(few, customers=True),
            "guest": Bookings(many, customers=False),
            "guest, few": Bookings(few, customers=False),
        }
    )
    rows = []
    for who, words in (("customer", "a customer, with session"), ("guest", "a guest")):
        work = f"booking by {words}"
        rows += [
            speed_row("P4", work, figures, (who, "d-http"), RATE),
            speed_row("P4", f"{work}: million to thousand", figures, (who, f"{who}, few"), STEADY),
        ]
    return [
        *rows,
        floor_row("d", "bare INSERT, exclusion constraint", figures["d"]),
        floor_row("d-http", "lock, guarded INSERT", figures["d-http"]),
    ]


@dataclass(frozen=True, slots=True)
class Inserts:
    """Floor d, at times that the other floor does not use."""

    rounds: Iterator[int]

    def run(self, bench: Bench) -> Round:
        """Insert for as long as other work is measured."""
        first = (1 + next(self.rounds)) << 22
        return bench.generator.run(
            BareInserts(bench.databases.floors, first), seconds=bench.pace.seconds
        )


@dataclass(frozen=True, slots=True)
class GuardedInserts:
    """Floor d-http; every request takes a slot of its own."""

    numbers: Iterator[int]

    def run(self, bench: Bench) -> Round:
        """Insert twice as many rows as bookings are made, since that is quicker."""
        burst = metered(bench, bench.floors, self._work(bench, 2 * bench.pace.bookings))
        expect(burst, "201")
        return burst

    def _work(self, bench: Bench, amount: int) -> Once:
        forms = ({"slot": str(next(self.numbers))} for _ in range(amount))
        return Once(bench.floors.port, [encode("POST", "/d/", form=form) for form in forms])


@dataclass(slots=True)
class Desk:
    """Where bookings are made; each time at providers that were not asked before."""

    server: Server
    clerk: Clerk
    after: int = field(default=0)

    def prepare(self, amount: int, *, customers: bool) -> list[dict[str, str]]:
        """Return what to send for ``amount`` held times."""
        answer = self.clerk.do("checkouts", count=amount, after=self.after, customers=customers)
        self.after = answer["after"]
        forms: list[dict[str, str]] = answer["forms"]
        return forms


@dataclass(frozen=True, slots=True)
class Bookings:
    """Held times that are booked, each by the one POST of its form."""

    desk: Desk
    customers: bool

    def run(self, bench: Bench) -> Round:
        """Book; then look whether each success is in the database, whole."""
        forms = self.desk.prepare(bench.pace.bookings, customers=self.customers)
        requests = [self._request(form) for form in forms]
        burst = metered(bench, self.desk.server, Once(self.desk.server.port, requests))
        self._verify(burst)
        return burst

    def _request(self, form: dict[str, str]) -> bytes:
        person = {} if self.customers else {"name": "Rudo Guest", "email": "rudo@example.com"}
        fields = {"csrfmiddlewaretoken": CSRF, "shown": form["shown"], "notes": "", **person}
        cookies = f"csrftoken={CSRF}; {form['cookies']}"
        return encode("POST", form["path"], headers={"Cookie": cookies}, form=fields)

    def _verify(self, burst: Round) -> None:
        tokens = [
            place.split("/")[2]
            for answer in burst.answers
            for status, _, place in [answer.partition(" ")]
            if status == "303" and place.startswith("/a/")
        ]
        sent = len(burst.latencies)
        found: dict[str, Any] = self.desk.clerk.do("verify", tokens=tokens)
        if not len(tokens) == found["rows"] == found["jobs"] == sent:
            others = [answer for answer in burst.answers if not answer.startswith("303 /a/")]
            raise RuntimeError(f"{sent} bookings sent, {found} in the database, {others[:5]}.")
