"""What every measure needs, and the turns that works take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from project.bench.clerk import Clerk
from project.bench.databases import Databases, Size
from project.bench.figures import Figure, Round
from project.bench.load import Generator, Work
from project.bench.server import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to measure: rounds, seconds of each, bookings of each, races."""

    rounds: int
    seconds: float
    bookings: int
    races: int


# Many short bursts rather than a few long ones: what disturbs the machine then meets all alike.
FULL = Pace(rounds=12, seconds=0.5, bookings=100, races=30)
QUICK = Pace(rounds=3, seconds=0.3, bookings=40, races=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that is up and running: ``small`` and ``large`` serve the site."""

    databases: Databases
    size: Size
    pace: Pace
    generator: Generator
    floors: Server
    small: Server
    large: Server
    small_clerk: Clerk
    large_clerk: Clerk
    folder: Path
    say: Callable[[str], None]

    def turns(self, bursts: Mapping[str, "Burst"]) -> dict[str, Figure]:
        """Run each burst once to warm up, then once in every round, in order."""
        found: dict[str, list[Round]] = {name: [] for name in bursts}
        for burst in bursts.values():
            burst.run(self)
        for _ in range(self.pace.rounds):
            for name, burst in bursts.items():
                found[name].append(burst.run(self))
        figures = {name: Figure(tuple(rounds)) for name, rounds in found.items()}
        for name, figure in figures.items():
            self.say(f"  {name}: {told(figure)}")
        return figures


def told(figure: Figure) -> str:
    """Return a figure in words."""
    cpu = f", {1000 * figure.cpu:.1f} ms CPU" if figure.cpu else ""
    return f"{figure.rate:,.0f} /s, p50 {1000 * figure.p50:.1f} ms{cpu}"


class Burst(Protocol):
    """One kind of work as it is done in each round."""

    def run(self, bench: Bench) -> Round:
        """Do it and return what it took."""
        ...


@dataclass(frozen=True, slots=True)
class Steady:
    """The same requests over and over, each of which must answer ``status``."""

    server: Server
    work: Work
    status: str = "200"

    def run(self, bench: Bench) -> Round:
        """Ask until the time is over."""
        burst = metered(bench, self.server, self.work, seconds=bench.pace.seconds)
        expect(burst, self.status)
        return burst


def metered(bench: Bench, server: Server, work: Work, *, seconds: float | None = None) -> Round:
    """Do the work and note what processor time the server's workers took for it."""
    before = server.cpu()
    burst = bench.generator.run(work, seconds=seconds)
    return replace(burst, cpu=server.cpu() - before)


def expect(burst: Round, *outcomes: str) -> None:
    """Raise RuntimeError when something else than ``outcomes`` was answered."""
    others = {answer: count for answer, count in burst.answers.items() if answer not in outcomes}
    if others:
        raise RuntimeError(f"Expected only {', '.join(outcomes)}, but got {others}.")
