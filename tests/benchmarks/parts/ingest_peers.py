"""What taking a batch in costs against dlt, what its checks cost, and what its memory does as history grows.

Belongs here: measurements on top of a history. `ingest` compares with one plain read and write.
"""

import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tests.benchmarks.measuring import Cost, cost_of, interleaved, median

BATCH, HISTORIES, CHECKED = 35_000, (0, 50_000, 300_000), 100_000
DLT_GOALS = {"dlt, dict rows": 8.0, "dlt, one Arrow table": 2.5}
CHECKS_GOAL = 0.15
PEER = Path(".venv-bench/bin/python")


def run(rounds: int, quick: bool, folder: Path) -> list[str]:
    """The page: dlt, the share of the checks, memory over history."""
    if not PEER.exists():
        raise SystemExit("the peers are not installed: run `make bench`, or `make .venv-bench/.installed` before this")
    histories = tuple(count // (10 if quick else 1) for count in HISTORIES)
    market = folder / "market"
    simulate = [str(Path(sys.executable).with_name("swipesavvy")), "simulate", "--days", "10"]
    simulate += ["--users", "30000" if quick else "90000", "--campaigns", "40", "--seed", "1"]
    _measured([*simulate, "--until", "2026-06-30", "--home", str(market)], folder, timed=False)
    _ours("tests.benchmarks.ingest_sides", "lines", market, folder / "all.jsonl", histories[-1] + BATCH, folder=folder)
    shutil.rmtree(market)
    for count in histories:
        _home(folder, count)
    page = [
        "# Ingest against dlt, its checks and its memory",
        "",
        "CPU seconds (user and system, all threads) of the work without the start of its process and its imports,",
        "interleaved; ratios are formed within a round and their median is judged. Memory is the peak of the process.",
        "",
    ]
    page += _against_dlt(rounds, histories[1], folder)
    page += _checks(rounds, CHECKED // (10 if quick else 1), folder)
    return page + _memory(rounds, histories, folder)


def _against_dlt(rounds: int, history: int, folder: Path) -> list[str]:
    sides: dict[str, Callable[[], Cost]] = {"ingest": lambda: _next_batch(history, folder)}
    for kind, name in zip(("rows", "arrow"), DLT_GOALS, strict=True):
        sides[name] = lambda kind=kind: _dlt(kind, folder / f"{history}.batch", folder)  # type: ignore[misc]
    costs = interleaved(rounds, sides)
    lines = [
        f"## {BATCH:,} lines against dlt, merged on the event id into DuckDB",
        "",
        f"Ours goes into a home that holds {history:,} lines; dlt into a new database, which favours dlt. dlt loads by",
        "Parquet; it checks nothing, keeps no quarantine and no ledger, and leaves nested values as text from Arrow.",
        "",
        *_table(costs),
        "",
    ]
    for name, goal in DLT_GOALS.items():
        ratios = [theirs.cpu / ours.cpu for ours, theirs in zip(costs["ingest"], costs[name], strict=True)]
        lines += [f"{name} / ingest: {_judged(ratios, goal, statistics.median(ratios) >= goal, 'at least')}", ""]
    return lines


def _checks(rounds: int, count: int, folder: Path) -> list[str]:
    raw, home, sound = folder / "raw.jsonl", folder / "checked", folder / "sound.jsonl"
    _copy_lines(folder / "all.jsonl", raw, 0, count)
    _place(home, "a.jsonl", raw)
    _take(home, folder)
    _ours("tests.benchmarks.peer_sides", "sound", home, raw, sound, folder=folder)

    def fresh(side: str) -> Cost:
        shutil.rmtree(home, ignore_errors=True)
        _place(home, "a.jsonl", sound)
        return _take(home, folder, side)

    both = {"with its checks": lambda: fresh("take"), "without them": lambda: fresh("take_unchecked")}
    costs = interleaved(rounds, both)
    shares = [a.cpu / b.cpu - 1 for a, b in zip(*costs.values(), strict=True)]
    return [
        f"## What the checks add: {count:,} sound lines into an empty home",
        "",
        "Without: the statements that read and type a line, their judgement replaced by nothing.",
        "",
        *_table(costs),
        "",
        f"Added share: {_judged(shares, CHECKS_GOAL, statistics.median(shares) <= CHECKS_GOAL, 'at most')}",
        "",
    ]


def _memory(rounds: int, histories: tuple[int, ...], folder: Path) -> list[str]:
    sides: dict[str, Callable[[], Cost]] = {
        f"on {count:,} lines": lambda count=count: _next_batch(count, folder)  # type: ignore[misc]
        for count in histories
    }
    return [f"## Memory of {BATCH:,} lines over history", "", *_table(interleaved(rounds, sides)), ""]


def _home(folder: Path, count: int) -> None:
    """A home that holds the first lines, and the batch that follows them."""
    every, home = folder / "all.jsonl", folder / f"{count}.home"
    _copy_lines(every, folder / f"{count}.batch", count, BATCH)
    (home / "landing" / "events").mkdir(parents=True)
    if count:
        _copy_lines(every, home / "landing" / "events" / "a.jsonl", 0, count)
        _take(home, folder)


def _next_batch(history: int, folder: Path) -> Cost:
    home = folder / "next"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder / f"{history}.home", home)
    _place(home, "b.jsonl", folder / f"{history}.batch")
    return _take(home, folder)


def _dlt(kind: str, batch: Path, folder: Path) -> Cost:
    work = folder / "dlt"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    script = Path(__file__).parents[1] / "dlt_side.py"
    return _measured([str(PEER), str(script), kind, str(batch), str(work)], folder)


def _place(home: Path, name: str, source: Path) -> None:
    landing = home / "landing" / "events"
    landing.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, landing / name)


def _copy_lines(source: Path, target: Path, first: int, count: int) -> None:
    with source.open("rb") as lines, target.open("wb") as out:
        out.writelines(islice(lines, first, first + count))


def _take(home: Path, folder: Path, side: str = "take") -> Cost:
    return _ours("tests.benchmarks.peer_sides", side, home, folder=folder)


def _ours(module: str, *arguments: object, folder: Path) -> Cost:
    return _measured([sys.executable, "-m", module, *map(str, arguments)], folder)


def _measured(command: list[str], folder: Path, timed: bool = True) -> Cost:
    log = folder / "side.log"
    cost = cost_of(command, log)
    return replace(cost, cpu=float(log.read_text().split()[-1])) if timed else cost


def _table(costs: dict[str, list[Cost]]) -> list[str]:
    lines = ["| what | CPU s | wall s | peak MiB | CPU s of each round |", "|---|---|---|---|---|"]
    for name, found in costs.items():
        middle, each = median(found), " ".join(f"{cost.cpu:.3g}" for cost in found)
        lines.append(f"| {name} | {middle.cpu:.3g} | {middle.wall:.3g} | {middle.peak_mib:.0f} | {each} |")
    return lines


def _judged(found: list[float], goal: float, is_met: bool, bound: str) -> str:
    each = " ".join(f"{value:.2f}" for value in found)
    verdict = "met" if is_met else "**missed**"
    return f"{statistics.median(found):.2f} ({each}). Goal: {bound} {goal:g}, {verdict}."
