"""The page of the pipeline benchmark: the ratios and what they were taken from."""

import statistics
from dataclasses import dataclass

from tests.benchmarks.agreement import Agreement
from tests.benchmarks.measuring import Cost, median

NO_CHANGE_GOAL = 0.15
HAND_GOAL = 3.0
LARGE = 1_000_000
HEADING = "# A run against its own second start and against hand-written SQL"
HEAD = """Every round runs each thing once in a fresh process, interleaved; a ratio is
formed within its round and the median over the rounds is judged. CPU seconds (user and system, children included)
are the measure; wall seconds stand beside them and move with whatever else the machine does.

- **Run again, nothing new**: `swipesavvy run` on a home whose landing folder has not changed, against the first run
  of the same home. Goal: at most {no_change}x.
- **Against hand-written SQL**: the whole first `swipesavvy run` (validation with quarantine and ledger, lake, all
  models and tests, intervals, published snapshot) against a DuckDB script that reads the same landing files and
  computes the eight first metrics at the same grains and windows (`hand_read.sql` and `hand_metrics.sql` in
  `tests/benchmarks`). The market has no broken lines, so that both see the same events; the results are compared.
  Goal: at most {hand:g}x the script plus the starts of dbt and Dagster, each measured with a trivial project, on a
  million events; on a small market the fixed price of the tools is all there is.
"""


@dataclass(frozen=True)
class Measured:
    """One market: its costs by name, in round order, and how the two results agree."""

    name: str
    market: str
    events: int
    costs: dict[str, list[Cost]]
    agreement: Agreement


def report(measured: list[Measured]) -> list[str]:
    """The page, heading first."""
    lines = [HEADING, HEAD.format(no_change=NO_CHANGE_GOAL, hand=HAND_GOAL).rstrip()]
    for one in measured:
        lines += ["", *_section(one)]
    return lines


def _section(one: Measured) -> list[str]:
    rounds = len(next(iter(one.costs.values())))
    both = one.agreement
    lines = [f"## {one.name.capitalize()}", ""]
    lines.append(f"`swipesavvy simulate {one.market}`: {one.events:,} landed lines; {rounds} rounds, medians.")
    differ = (
        f"{both.different:,} differ, by at most {100 * both.largest:.2g}%" if both.different else "all agree to 1e-9"
    )
    lines += [f"Rows of both results compared: {both.rows:,}; {differ}.", ""]
    lines += ["| what | CPU s | wall s | peak MiB | CPU s of each round |", "|---|---|---|---|---|"]
    for name, costs in one.costs.items():
        middle = median(costs)
        each = " ".join(f"{cost.cpu:.2f}" for cost in costs)
        lines.append(f"| {name} | {middle.cpu:.2f} | {middle.wall:.2f} | {middle.peak_mib:.0f} | {each} |")
    first, again, hand, dbt, dagster = one.costs.values()
    no_change = [b.cpu / a.cpu for a, b in zip(first, again, strict=True)]
    allowed = [HAND_GOAL * h.cpu + d.cpu + g.cpu for h, d, g in zip(hand, dbt, dagster, strict=True)]
    used = [a.cpu / limit for a, limit in zip(first, allowed, strict=True)]
    over = [(a.cpu - d.cpu - g.cpu) / h.cpu for a, d, g, h in zip(first, dbt, dagster, hand, strict=True)]
    lines += ["", "| ratio of CPU seconds | median | each round | goal | |", "|---|---|---|---|---|"]
    lines.append(_ratio("run again / first run", no_change, NO_CHANGE_GOAL))
    large = one.events >= LARGE
    lines.append(_ratio("(first run - starts) / hand-written SQL", over, HAND_GOAL if large else None))
    lines.append(_ratio("first run / (3 x hand-written SQL + starts)", used, 1.0 if large else None))
    return lines


def _ratio(name: str, rounds: list[float], goal: float | None) -> str:
    middle = statistics.median(rounds)
    each = " ".join(f"{ratio:.2f}" for ratio in rounds)
    verdict = "| |" if goal is None else f"{goal:g} | {'met' if middle <= goal else '**missed**'} |"
    return f"| {name} | {middle:.2f} | {each} | {verdict}"
