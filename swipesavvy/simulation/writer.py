"""Puts a market on the disk: landing files as they would have arrived, and the truth beside them.

Every file is written under a temporary name that no reader looks for, forced to the disk and renamed. The arguments
are recorded first, so that a home never holds two markets: the same arguments write the same files again, others are
refused.
"""

import gzip
import json
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import polars as pl

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import Home
from swipesavvy.simulation.arrays import DAY
from swipesavvy.simulation.market import Market
from swipesavvy.simulation.spec import MarketSpec

ARGUMENTS, COUNTS = "market.json", "counts.json"
_PACKED_AFTER = 90 * DAY  # older days of events lie there compressed, as rotated logs do
_PREFIX = "simulated-"

Step = Callable[[int, int], None]


def recorded_spec(home: Home) -> MarketSpec | None:
    """The arguments of the market a home holds, or None."""
    recorded = home.truth / ARGUMENTS
    return MarketSpec.from_record(json.loads(recorded.read_text(encoding="utf-8"))) if recorded.exists() else None


def check_vacant(home: Home, spec: MarketSpec) -> None:
    """Refuse a home that holds events of anything but this very market. UsageError says what to do."""
    recorded = recorded_spec(home)
    if recorded is not None:
        if recorded == spec:
            return
        raise UsageError(
            f"{home.root} already holds a market made with other arguments ({home.truth / ARGUMENTS}); "
            "repeat those, or choose another --home"
        )
    if home.landing_events.is_dir() and any(home.landing_events.iterdir()):
        raise UsageError(f"{home.landing_events} already holds events of another origin; choose another --home")


def write(market: Market, home: Home, step: Step = lambda _done, _total: None) -> list[Path]:
    """Write everything and return the paths; `step` hears (files done, files in all)."""
    check_vacant(home, market.spec)
    _put(home.truth / ARGUMENTS, _json(market.spec.as_record()))
    days = market.landed.with_columns(day=pl.col("received") // DAY).partition_by("day", maintain_order=True)
    tables = {home.landing / name: table for name, table in market.tables.items() if table.height}
    truths = {home.truth / f"{name}.parquet": table for name, table in market.truth.items()}
    total = len(days) + len(tables) + len(truths) + 1
    written: list[Path] = []

    def put(path: Path, content: bytes) -> None:
        _put(path, content)
        written.append(path)
        step(len(written), total)

    for day in days:
        put(*_day_file(home, market.spec, day))
    for path, table in (tables | truths).items():
        put(path, _bytes(table, path.suffix))
    put(home.truth / COUNTS, _json(market.counts))
    return written


def _day_file(home: Home, spec: MarketSpec, day: pl.DataFrame) -> tuple[Path, bytes]:
    number = int(day["day"][0])
    date = pl.Series([number], dtype=pl.Int32).cast(pl.Date)[0]
    content = ("\n".join(day["line"].to_list()) + "\n").encode()
    if (number + 1) * DAY > spec.end - _PACKED_AFTER:
        return home.landing_events / f"{_PREFIX}{date}.jsonl", content
    # No time in the header: the same market gives the same bytes on any day.
    return home.landing_events / f"{_PREFIX}{date}.jsonl.gz", gzip.compress(content, compresslevel=5, mtime=0)


def _bytes(table: pl.DataFrame, suffix: str) -> bytes:
    if suffix == ".csv":
        return table.write_csv().encode()
    if suffix == ".jsonl":
        return table.write_ndjson().encode()
    return _parquet(table)


def _parquet(table: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _put(path: Path, content: bytes) -> None:
    """Whole or absent: beside, forced to the disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
