"""What a run costs against a run with nothing new and against hand-written SQL, each on a fresh home."""

import gzip
import shutil
import sys
from pathlib import Path

from tests.benchmarks.agreement import Agreement, compared
from tests.benchmarks.measuring import Cost, cost_of, interleaved
from tests.benchmarks.report import Measured, report
from tests.benchmarks.starts import dagster_start, dbt_start

SWIPESAVVY = str(Path(sys.executable).with_name("swipesavvy"))
FIRST, AGAIN, HAND = "first run", "run again, nothing new", "hand-written SQL"
DBT, DAGSTER = "dbt, one trivial model", "Dagster, one trivial asset"
FIXED = ("--seed", "1", "--until", "2026-06-30", "--broken-share", "0")
# Without broken lines: a script that has no strict JSON reader then sees the same events, and the results must agree.
MARKETS = {
    "a small market": ("--days", "30", "--users", "500", "--campaigns", "8"),
    "one million events": ("--days", "150", "--users", "19500", "--campaigns", "40"),
}


class Bench:
    """One market, simulated once, and the five things measured on it."""

    def __init__(self, folder: Path, market: tuple[str, ...]):
        self._folder = folder
        self._origin = folder / "origin"
        self._home = folder / "home"
        folder.mkdir()
        self._swipesavvy("simulate", *market, *FIXED, home=self._origin)

    def events(self) -> int:
        """Landed lines, broken and duplicate ones too."""
        count = 0
        for path in (self._origin / "landing" / "events").iterdir():
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
                count += sum(1 for _ in lines)
        return count

    def measure(self, rounds: int) -> dict[str, list[Cost]]:
        """The costs of every round."""
        dbt_start(self._folder / "dbt")
        return interleaved(
            rounds,
            {
                FIRST: self._first_run,
                AGAIN: lambda: self._swipesavvy("run", home=self._home),
                HAND: self._hand,
                DBT: lambda: dbt_start(self._folder / "dbt"),
                DAGSTER: lambda: dagster_start(self._folder / "dagster"),
            },
        )

    def agreement(self) -> Agreement:
        """The last run's snapshot against the hand-written result."""
        return compared(self._home, self._folder / "hand.parquet")

    def _first_run(self) -> Cost:
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir()
        (self._home / "landing").symlink_to(self._origin / "landing")
        return self._swipesavvy("run", home=self._home)

    def _hand(self) -> Cost:
        script = [sys.executable, "-m", "tests.benchmarks.hand_written"]
        return cost_of([*script, str(self._origin / "landing"), str(self._folder / "hand.parquet")], self._log("hand"))

    def _swipesavvy(self, *arguments: str, home: Path) -> Cost:
        return cost_of([SWIPESAVVY, *arguments, "--home", str(home)], self._log(arguments[0]))

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


def run(rounds: int, quick: bool, folder: Path) -> list[str]:
    """Measures both markets (the small one only, if quick); the lines of the report."""
    measured = []
    for number, (name, market) in enumerate(MARKETS.items()):
        if number == 0 or not quick:
            bench = Bench(folder / str(number), market)
            costs = bench.measure(rounds)
            measured.append(Measured(name, " ".join((*market, *FIXED)), bench.events(), costs, bench.agreement()))
    return report(measured)
