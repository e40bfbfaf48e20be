"""What taking events in costs against reading and writing the same file, and finding repeated ids against a join.

Belongs here: the ingest alone, without dbt and the dashboard (`pipeline` measures the whole run).
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.ingest_sides import join, marks
from tests.benchmarks.measuring import Cost, cost_of, interleaved, median

LINES = (35_000, 1_000_000)
INGEST, CHECKLESS = "ingest", "one typed read_json to zstd Parquet"
INGEST_GOAL, DEDUP_GOAL = 2.0, 0.5
DEDUP, JOIN = "marks of ids", "DuckDB anti-join over all day files"
HISTORY, BATCH, DAYS = 10_000_000, 35_000, 10
_SIDES = "tests.benchmarks.ingest_sides"


def run(rounds: int, quick: bool, folder: Path) -> list[str]:
    """The page: ingest at both sizes, then ids against history."""
    page = [
        "# Ingest",
        "",
        "CPU seconds (user and system, all threads) of the work without the start of its process, interleaved; a ratio",
        "is formed within its round and the median over the rounds is judged. Wall seconds and memory are those of the",
        "whole process. The baseline reads the envelope and every property that occurs in the file",
        "with its declared type and writes one Parquet file: it checks nothing, keeps no day files, no duplicates, no",
        "quarantine, no ledger, and takes no personal data out.",
        "",
    ]
    market = folder / "market"
    users = "12000" if quick else "280000"
    simulate = [str(Path(sys.executable).with_name("swipesavvy")), "simulate", "--days", "10", "--users", users]
    cost_of(
        [*simulate, "--campaigns", "40", "--seed", "1", "--until", "2026-06-30", "--home", str(market)], _log(folder)
    )
    for count in LINES[: 1 if quick else None]:
        lines = folder / f"{count}.jsonl"
        _side("lines", market, lines, count, folder=folder)
        sides: dict[str, Callable[[], Cost]] = {
            INGEST: lambda lines=lines: _side("ingest", lines, folder / "home", folder=folder),  # type: ignore[misc]
            CHECKLESS: lambda lines=lines: _side("floor", lines, folder / "floor.parquet", folder=folder),  # type: ignore[misc]
        }
        goal = INGEST_GOAL if count == LINES[-1] else None
        page += _section(f"{count:,} landed lines", interleaved(rounds, sides), goal)
        lines.unlink()
    history = HISTORY // (100 if quick else 1)
    _side("history", folder / "history", history, DAYS, BATCH, folder=folder)
    both = {
        DEDUP: lambda: _within(marks, folder / "history"),
        JOIN: lambda: _within(join, folder / "history"),
    }
    title = f"{BATCH:,} ids against {history:,} of history in {DAYS} days"
    return page + _section(title, interleaved(rounds, both), DEDUP_GOAL)


def _side(*arguments: object, folder: Path) -> Cost:
    cost = cost_of([sys.executable, "-m", _SIDES, *map(str, arguments)], _log(folder))
    return replace(cost, cpu=float(_log(folder).read_text().split()[-1]))


def _within(work: Callable[[str], None], history: Path) -> Cost:
    """Cost of a few milliseconds, the start of a process left out; all threads count."""
    cpu, wall = time.process_time(), time.perf_counter()
    work(str(history))
    return Cost(time.process_time() - cpu, time.perf_counter() - wall, 0)


def _log(folder: Path) -> Path:
    return folder / "side.log"


def _section(title: str, costs: dict[str, list[Cost]], goal: float | None) -> list[str]:
    lines = [f"## {title}", "", "| what | CPU s | wall s | peak MiB | CPU s of each round |", "|---|---|---|---|---|"]
    for name, found in costs.items():
        middle = median(found)
        each = " ".join(f"{cost.cpu:.3g}" for cost in found)
        lines.append(f"| {name} | {middle.cpu:.3g} | {middle.wall:.3g} | {middle.peak_mib:.0f} | {each} |")
    ours, theirs = costs.values()
    ratios = [a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True)]
    middle_ratio = statistics.median(ratios)
    verdict = "" if goal is None else f" Goal: at most {goal:g}, {'met' if middle_ratio <= goal else '**missed**'}."
    return [
        *lines,
        "",
        f"Ratio of CPU seconds: {middle_ratio:.2f} ({' '.join(f'{r:.2f}' for r in ratios)}).{verdict}",
        "",
    ]
