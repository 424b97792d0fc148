"""Lines of the table that several measures share."""

from collections.abc import Mapping, Sequence

from project.bench.figures import Figure, Goal, Row, growth, rate_ratio
from project.bench.measures.bench import told

Counts = Mapping[str, Mapping[str, int]]
"""Queries by size of the database and name of the page."""


def floor_row(name: str, work: str, figure: Figure) -> Row:
    """Return the row of a floor itself."""
    return Row(id=name, work=f"floor: {work}", figure=told(figure))


def speed_row(
    id_: str, work: str, figures: Mapping[str, Figure], pair: tuple[str, str], goal: Goal
) -> Row:
    """Return a row that compares a rate with its floor's; ``pair`` names both figures."""
    mine, floor = (figures[name] for name in pair)
    ratio = rate_ratio(mine, floor)
    return Row(
        id=id_,
        work=work,
        figure=told(mine),
        floor=f"{pair[1]}: {floor.rate:,.0f} /s",
        ratio=f"{ratio:.0%}",
        must="" if goal.must is None else f"≥ {goal.must:.0%}",
        aim="" if goal.aim is None else f"≥ {goal.aim:.0%}",
        verdict=goal.judge(ratio),
    )


def growth_row(
    id_: str, work: str, figures: Mapping[str, Figure], pair: tuple[str, str], goal: Goal
) -> Row:
    """Return a row that compares two median latencies; ``pair`` names both figures."""
    much, little = (figures[name] for name in pair)
    ratio = growth(much, little)
    return Row(
        id=id_,
        work=work,
        figure=told(much),
        floor=f"{pair[1]}: {1000 * little.p50:.1f} ms",
        ratio=f"{ratio:.2f} ×",
        must=f"≤ {goal.must} ×",
        aim=f"≤ {goal.aim} ×",
        verdict=goal.judge(ratio),
    )


def queries_row(id_: str, work: str, counts: Counts, names: Sequence[str], goal: Goal) -> Row:
    """Return a row for pages that must all take the same few queries at both sizes."""
    found = sorted({counts[size][name] for size in counts for name in names})
    same = len(found) == 1
    return Row(
        id=id_,
        work=f"{work}: queries",
        figure=" or ".join(str(number) for number in found),
        must=f"≤ {goal.must}, always the same",
        aim=f"≤ {goal.aim}",
        verdict=goal.judge(found[-1] if same else float("inf")),
    )
