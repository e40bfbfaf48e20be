"""Landing files for tests, what the lake holds afterwards, and what it should hold by a plain reading of the rules."""

import gzip
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.application.ingestion import SourceReport
from swipesavvy.domain import events
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def uid(number: int) -> str:
    """A UUID for a small number."""
    return str(UUID(int=(number + 1) * 0x1_0000_0001_0000_0000_0000_0001, version=4))


def line(number: int, received: int | None = 0, hours: float = 0, **changes: Any) -> str:
    """An event with the id of `number`, received so many seconds after START (None: no receipt time)."""
    found = {
        "event_id": uid(number),
        "event_type": "user_engaged",
        "timestamp": (START - timedelta(hours=hours)).isoformat(),
        "user_id": f"u{number}",
        "source": "mobile",
        "properties": {"engagement_type": "search"},
    }
    if received is not None:
        found["received_at"] = (START + timedelta(seconds=received)).isoformat()
    return json.dumps(found | changes)


def land(home: Home, name: str, lines: Iterable[str], source: str = "events") -> Path:
    """Write a landing file of whole lines; a name ending in .gz is compressed."""
    path = home.landing / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(f"{text}\n" for text in lines).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    return path


def append(path: Path, data: str) -> None:
    """Let a landing file grow."""
    with path.open("a", encoding="utf-8") as handle:
        handle.write(data)


def take_in(home: Home, **limits: int) -> SourceReport:
    """One ingest of the events."""
    return ParquetLake(home, **limits).ingest_events(NOW)


def rows(files: Sequence[Path], columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of Parquet files, sorted."""
    if not files:
        return []
    names = ", ".join(f"'{file}'" for file in files)
    with duckdb.connect() as connection:
        return sorted(connection.execute(f"SELECT {columns} FROM read_parquet([{names}])").fetchall(), key=repr)


@dataclass(frozen=True)
class Content:
    """Everything a lake holds, without the names of its files."""

    events: list[tuple[Any, ...]]
    duplicates: list[tuple[Any, ...]]
    quarantine: list[tuple[Any, ...]]
    ledger: dict[str, tuple[int, int, int, dict[str, int]]]


def content(home: Home) -> Content:
    """What the lake of a home holds; checks on the way that every batch of the ledger balances."""
    lake = ParquetLake(home)
    parts = {kind: [] for kind in ("duplicates", "quarantine:events")}
    for file in lake._manifest.files(*parts):
        parts[file.kind].append(home.lake / file.path)
    totals: dict[str, tuple[int, int, int, Counter[str]]] = defaultdict(lambda: (0, 0, 0, Counter()))
    for row in lake.ledger():
        assert row.balances
        landed, clean, duplicate, reasons = totals[row.landing_file]
        reasons.update(row.quarantined)
        totals[row.landing_file] = (landed + row.landed, clean + row.clean, duplicate + row.duplicate, reasons)
    return Content(
        rows(lake.files()["events"]),
        rows(parts["duplicates"]),
        rows(parts["quarantine:events"], "landing_file, landing_line, reason, detail, raw"),
        {name: (*total[:3], dict(+total[3])) for name, total in totals.items()},
    )


def winners(landing: dict[str, list[str]]) -> list[tuple[str, str, int]]:
    """By the plain rules, on valid lines only: (event_id, file, line) of the copy that counts."""
    copies: dict[str, list[tuple[datetime | None, bytes, int, str]]] = defaultdict(list)
    for name, lines in landing.items():
        for number, text in enumerate(lines, start=1):
            found = json.loads(text)
            received = found.get("received_at")
            at = None if received is None else datetime.fromisoformat(received)
            copies[found["event_id"].lower()].append((at, name.encode(), number, name))
    kept = []
    for event_id, same in copies.items():
        same.sort(key=lambda copy: (copy[0] is not None, copy[0] or NOW, copy[1], copy[2]))
        first = same[0][0]
        together = [
            copy
            for copy in same
            if (copy[0] is None if first is None else copy[0] is not None and copy[0] - first <= timedelta(minutes=5))
        ]
        kept.append((event_id, f"events/{together[-1][3]}", together[-1][2]))
    return sorted(kept)


@contextmanager
def changed(target: Any, name: Any, value: Any) -> Iterator[None]:
    """Another attribute or item for a while."""
    before = target[name] if isinstance(target, dict) else getattr(target, name)
    put = target.__setitem__ if isinstance(target, dict) else lambda key, new: setattr(target, key, new)
    put(name, value)
    try:
        yield
    finally:
        put(name, before)


def narrower_contract() -> AbstractContextManager[None]:
    """The contract before it was mended: searching is no engagement yet."""
    declared = events.EVENT_TYPES["user_engaged"]
    properties = tuple(
        replace(prop, choices=tuple(word for word in prop.choices if word != "search")) for prop in declared.properties
    )
    return changed(events.EVENT_TYPES, "user_engaged", replace(declared, properties=properties))


def forget_version_two(home: Home) -> None:
    """Turn a lake back into what the first version of the manifest described."""
    connection = sqlite3.connect(home.lake / "manifest.db", isolation_level=None)
    connection.executescript(
        "ALTER TABLE ledger DROP COLUMN erased; ALTER TABLE ledger DROP COLUMN scrubbed;"
        "DROP TABLE backfills; DROP TABLE facts; PRAGMA user_version=1;"
    )
    paths = connection.execute("SELECT path FROM files WHERE kind IN ('events', 'duplicates')").fetchall()
    connection.close()
    with duckdb.connect() as engine:
        for path in (home.lake / found for (found,) in paths):
            engine.execute(
                f"CREATE OR REPLACE TABLE old AS SELECT * EXCLUDE (available_at) FROM read_parquet('{path}')"
            )
            engine.execute(f"COPY old TO '{path}' (FORMAT parquet)")
