"""The measured opponent: `python -m tests.benchmarks.hand_written LANDING RESULT`, hand-written SQL."""

import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def compute(landing: Path, result: Path) -> None:
    """Runs the two SQL files over a landing folder and writes their result as Parquet."""
    with duckdb.connect() as connection:
        connection.execute("set variable landing = ?", [str(landing)])
        for name in ("hand_read.sql", "hand_metrics.sql"):
            connection.execute((HERE / name).read_text(encoding="utf-8"))
        connection.execute(f"copy hand to '{result}' (format parquet)")


if __name__ == "__main__":
    compute(Path(sys.argv[1]), Path(sys.argv[2]))
