"""The sides that `parts.ingest` compares, each run in a fresh process: python -m tests.benchmarks.ingest_sides SIDE ...

Belongs here: exactly the work that is measured, and making the data for it quickly.
"""

import gzip
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np

from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.adapters.lake.files import LakeFiles
from swipesavvy.adapters.lake.id_index import IDS, Marks, seen_before
from swipesavvy.adapters.lake.manifest import BatchRecord, Manifest
from swipesavvy.domain.event_contract import Kind
from swipesavvy.domain.events import EVENT_TYPES, properties_of
from swipesavvy.domain.home import Home

NOW = datetime(2026, 7, 1, tzinfo=UTC)
_TYPES = {
    Kind.UUID: "UUID",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.MONEY: "DOUBLE",
    Kind.SCORE: "DOUBLE",
    Kind.FLAG: "BOOLEAN",
    Kind.DOCUMENT: "JSON",
}


def lines(market: str, target: str, count: str) -> None:
    """The first lines of a market's landing files in one file."""
    left = int(count)
    with Path(target).open("wb") as out:
        for path in sorted((Path(market) / "landing" / "events").iterdir()):
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as source:
                for line in islice(source, left):
                    out.write(line)
                    left -= 1


def ingest(source: str, home: str) -> None:
    """One ingest of a landing file into an empty home."""
    shutil.rmtree(home, ignore_errors=True)
    landing = Path(home, "landing", "events")
    landing.mkdir(parents=True)
    (landing / "a.jsonl").symlink_to(source)
    ParquetLake(Home(Path(home))).ingest_events(NOW)


def floor(source: str, target: str) -> None:
    """One statement from typed read_json to zstd Parquet, of the properties that occur."""
    declared = {prop.name: _TYPES.get(prop.kind, "VARCHAR") for t in EVENT_TYPES.values() for prop in properties_of(t)}
    with Path(source).open(encoding="utf-8", errors="replace") as text:
        head = "".join(islice(text, 2000))
    fields = ", ".join(f'"{name}" {kind}' for name, kind in declared.items() if f'"{name}":' in head)
    context = "STRUCT(app_version VARCHAR, platform VARCHAR, user_segment VARCHAR, region VARCHAR)"
    columns = {
        "event_id": "UUID",
        "event_type": "VARCHAR",
        "timestamp": "TIMESTAMPTZ",
        "user_id": "VARCHAR",
        "session_id": "VARCHAR",
        "source": "VARCHAR",
        "received_at": "TIMESTAMPTZ",
        "properties": f"STRUCT({fields})",
        "context": context,
    }
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM read_json('{source}', format = 'newline_delimited', columns = {columns}, "
            f"ignore_errors = true)) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )


def history(folder: str, count: str, days: str, batch: str) -> None:
    """Ids of history: day files for the join, the lake's marks of the same ids, and a batch that repeats a few."""
    root = Path(folder)
    home = Home(root)
    root.mkdir()
    manifest = Manifest(home.lake / "manifest.db")
    home.lake.mkdir()
    manifest.create()
    files, draw = LakeFiles(home, manifest), np.random.default_rng(1)
    batch_marks = [draw.integers(0, 2**64, int(batch) - 150 * int(days), np.uint64)]
    with duckdb.connect() as connection:
        for day in range(int(days)):
            marks = np.sort(draw.integers(0, 2**64, int(count) // int(days), np.uint64))
            batch_marks.append(draw.choice(marks, 150, replace=False))
            connection.register("ids", {"mark": marks})
            day_text = date(2026, 6, 1) + timedelta(days=day)
            connection.execute(
                f"COPY (SELECT md5(mark::VARCHAR)::UUID::VARCHAR AS event_id FROM ids) "
                f"TO '{root}/{day_text}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
            connection.unregister("ids")
            index = Marks(marks, np.full(len(marks), 20_605 + day, np.int32))
            manifest.commit(BatchRecord("events", [files.write_bytes(index.to_bytes(), IDS, len(marks))]), NOW)
        found = np.sort(np.concatenate(batch_marks))
        np.save(root / "batch.npy", found)
        connection.register("ids", {"mark": found})
        connection.execute(
            f"COPY (SELECT md5(mark::VARCHAR)::UUID::VARCHAR AS event_id FROM ids) TO '{root}/batch.parquet'"
        )


def marks(folder: str) -> None:
    """Which ids of the batch history holds, by the lake's own index."""
    home = Home(Path(folder))
    batch = np.load(home.root / "batch.npy")
    found, _ = seen_before(home.lake, Manifest(home.lake / "manifest.db"), Marks(batch, np.zeros(len(batch), np.int32)))
    assert len(found) >= 1500


def join(folder: str) -> None:
    """The same question as an anti-join over the day files."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT count(*) FROM '{folder}/batch.parquet' ANTI JOIN '{folder}/2026-*.parquet' USING (event_id)"
        ).fetchall()
    assert rows[0][0] > 0


if __name__ == "__main__":
    side, *arguments = sys.argv[1:]
    begun = time.process_time()
    sides: dict[str, Callable[..., None]] = {"lines": lines, "ingest": ingest, "floor": floor, "history": history}
    sides[side](*arguments)
    # The work alone: both sides import the same modules, which would bring them closer to one another.
    sys.stdout.write(f"\n{time.process_time() - begun}\n")
