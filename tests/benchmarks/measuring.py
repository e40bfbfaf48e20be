"""What a command costs: CPU seconds, wall seconds and memory of a fresh process and all it waited for.

Belongs here: running and timing, and describing the machine. CPU seconds are the measure to judge by: on a shared
machine wall time moves with the neighbours.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "dagster-dbt", "polars", "pyarrow")


@dataclass(frozen=True)
class Cost:
    """Of one run of one command."""

    cpu: float
    wall: float
    peak_mib: float


def cost_of(command: Sequence[str], log: Path) -> Cost:
    """Runs a command in a fresh process; its output goes to `log`, a failure raises with the log's end."""
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-3000:]}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        max(cost.peak_mib for cost in costs),
    )


def interleaved(rounds: int, what: dict[str, Callable[[], Cost]]) -> dict[str, list[Cost]]:
    """Every measured thing once a round, so that a noisy minute hits all of them alike."""
    found: dict[str, list[Cost]] = {name: [] for name in what}
    for number in range(1, rounds + 1):
        for name, measure in what.items():
            found[name].append(measure())
            last = found[name][-1]
            sys.stderr.write(f"round {number}/{rounds} {name}: {last.cpu:.1f} CPU s, {last.wall:.1f} s\n")
    return found


def machine() -> list[str]:
    """What the numbers were taken on, without naming the machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"{', '.join(sorted(models)) or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB memory",
        f"{platform.system()}, Python {platform.python_version()}",
        ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    ]
