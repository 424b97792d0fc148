"""The arithmetic: percentiles, rounds, ratios and verdicts."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of ``values``; ``share`` is between 0 and 1.

    Raises ValueError when there are no values.
    """
    if not values:
        raise ValueError("There is nothing to take a percentile of.")
    rank = max(1, math.ceil(share * len(values)))
    return sorted(values)[rank - 1]


@dataclass(frozen=True, slots=True)
class Round:
    """One burst of load: how long it took in all and each request, in seconds.

    ``cpu`` is the processor time in seconds that the web workers used meanwhile.
    """

    seconds: float
    latencies: tuple[float, ...]
    answers: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        """The median latency in seconds."""
        return percentile(self.latencies, 0.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """The rounds of one kind of work."""

    rounds: tuple[Round, ...]

    @property
    def rate(self) -> float:
        """Requests per second: the median of the rounds."""
        return statistics.median(each.rate for each in self.rounds)

    @property
    def p50(self) -> float:
        """The median latency in seconds: the median of the rounds."""
        return statistics.median(each.p50 for each in self.rounds)

    @property
    def cpu(self) -> float:
        """Processor time of the web workers for one request, in seconds, over all rounds."""
        return sum(each.cpu for each in self.rounds) / self.requests

    @property
    def requests(self) -> int:
        """How many requests there were in all."""
        return sum(len(each.latencies) for each in self.rounds)


def rate_ratio(work: Figure, floor: Figure) -> float:
    """Return how many times as fast ``work`` is as ``floor``.

    Each round is compared with its neighbour in time, so that noise on the machine meets both;
    the median of those ratios counts.
    """
    pairs = zip(work.rounds, floor.rounds, strict=True)
    return statistics.median(mine.rate / other.rate for mine, other in pairs)


def growth(large: Figure, small: Figure) -> float:
    """Return how many times as long the median request takes in ``large`` as in ``small``."""
    pairs = zip(large.rounds, small.rounds, strict=True)
    return statistics.median(mine.p50 / other.p50 for mine, other in pairs)


class Verdict(StrEnum):
    """How a result compares with its goals."""

    AIM = "aim met"
    MUST = "holds"
    FAILS = "FAILS"
    SHOWN = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound that must hold and one to aim for; ``None`` where there is none.

    The result has to be at most that, or at least when ``at_least``.
    """

    must: float | None = None
    aim: float | None = None
    at_least: bool = False

    def judge(self, value: float) -> Verdict:
        """Compare ``value`` with the bounds, which are included."""
        if self.must is not None and not self._meets(value, self.must):
            return Verdict.FAILS
        if self.aim is not None and self._meets(value, self.aim):
            return Verdict.AIM
        return Verdict.SHOWN if self.must is None else Verdict.MUST

    def _meets(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table, every cell in words."""

    id: str
    work: str
    figure: str
    floor: str = ""
    ratio: str = ""
    must: str = ""
    aim: str = ""
    verdict: Verdict = Verdict.SHOWN
