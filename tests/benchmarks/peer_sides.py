"""Our sides that `parts.ingest_peers` compares, each in a fresh process: python -m tests.benchmarks.peer_sides SIDE ...

Belongs here: taking a file in on top of what a home holds, with the contract's judgement and without it.
"""

import re
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from swipesavvy.adapters.lake import ParquetLake, routing
from swipesavvy.domain.home import Home
from tests.benchmarks.ingest_sides import NOW

_JUDGEMENT = re.compile(r"judged AS \(\s*SELECT \*, CASE.*?END AS reason\n", re.DOTALL)
_OBJECT = re.compile(r"CASE\s+WHEN NOT json_valid\(line\).*?END AS object", re.DOTALL)
_MALFORMED = re.compile(r"coalesce\(is_refused OR.*?, false\) AS malformed", re.DOTALL)


def take(home: str) -> None:
    """One ingest of whatever is new in the home's landing folder."""
    ParquetLake(Home(Path(home))).ingest_events(NOW)


def take_unchecked(home: str) -> None:
    """The same ingest with the statements' judgement cut out; the file must hold sound lines only.

    What only the judgement needs is then left out by DuckDB itself: a column nobody reads is not computed.
    """
    envelope, typed = routing.envelope_sql(), routing.typed_sql

    def unjudged(observed: dict[str | None, set[str]], now: datetime) -> str:
        return _cut(_JUDGEMENT, typed(observed, now), "judged AS (SELECT *, NULL::VARCHAR AS reason\n")

    without = _cut(_MALFORMED, _cut(_OBJECT, envelope, "line AS object"), "false AS malformed")
    none = "SELECT NULL WHERE false"
    for name, replacement in {
        "envelope_sql": lambda: without,
        "typed_sql": unjudged,
        "broken_contexts_sql": lambda: none,
        "repeated_properties_sql": lambda: none,
    }.items():
        setattr(routing, name, replacement)
    take(home)


def _cut(what: re.Pattern[str], statement: str, replacement: str) -> str:
    found, count = what.subn(lambda _: replacement, statement)
    if count != 1:
        raise SystemExit(f"the statement no longer has the one place that {what.pattern} describes")
    return found


def sound(home: str, source: str, target: str) -> None:
    """The lines of a landing file without those the home refused."""
    with duckdb.connect() as connection:
        refused = {
            line
            for (line,) in connection.execute(
                f"SELECT landing_line FROM read_parquet('{home}/lake/quarantine/**/*.parquet')"
            ).fetchall()
        }
    with Path(source).open("rb") as lines, Path(target).open("wb") as out:
        out.writelines(line for number, line in enumerate(lines, 1) if number not in refused)


if __name__ == "__main__":
    side, *arguments = sys.argv[1:]
    begun = time.process_time()
    sides: dict[str, Callable[..., None]] = {"take": take, "take_unchecked": take_unchecked, "sound": sound}
    sides[side](*arguments)
    # The work alone, as in `ingest_sides`.
    sys.stdout.write(f"\n{time.process_time() - begun}\n")
