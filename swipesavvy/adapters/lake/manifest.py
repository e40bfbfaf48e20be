"""The manifest: which files make up the lake, how far each landing file is consumed, and the ledger.

One SQLite transaction commits a batch, so a killed process leaves either all of a batch or nothing of it. Belongs
here: the only SQL against `manifest.db`. Not here: reading or writing Parquet.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from swipesavvy.adapters.lake.manifest_schema import bring_up_to_date
from swipesavvy.application.ingestion import LedgerRow

_BUSY_SECONDS = 30.0


@dataclass(frozen=True)
class LakeFile:
    """One file of the lake: `path` relative to the lake, `day` for event files, `newest_at` naive UTC."""

    path: str
    kind: str
    row_count: int
    day: date | None = None
    newest_at: datetime | None = None


@dataclass(frozen=True)
class LandingState:
    """How far one landing file (relative to `landing/`) has been taken in.

    `consumed` counts bytes (uncompressed ones of a .gz file); `open_line` says that the last line taken had no newline
    yet; `pending` and `problem` are repeated in every report until the file changes.
    """

    path: str
    source: str
    size: int = 0
    mtime_ns: int = 0
    consumed: int = 0
    line_count: int = 0
    open_line: bool = False
    fingerprint: str | None = None
    pending: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class LedgerEntry:
    """A ledger row before its batch has a number."""

    landing_file: str
    landed: int
    clean: int
    duplicate: int
    quarantined: dict[str, int]
    erased: int = 0
    scrubbed: int = 0


@dataclass(frozen=True)
class Backfill:
    """Who let history of any age in, when (aware) and why: a whole landing file, or its lines up to `through_line`.

    `digest` identifies the bytes of a file that was handed in for this.
    """

    landing_file: str
    reason: str
    requested_by: str
    requested_at: datetime
    digest: str | None = None
    through_line: int | None = None


@dataclass
class BatchRecord:
    """Everything one transaction commits. `changes_content` is false for housekeeping such as compaction.

    `facts` are remembered by name; None forgets one.
    """

    source: str
    added: list[LakeFile] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    landing: list[LandingState] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    backfills: list[Backfill] = field(default_factory=list)
    facts: dict[str, str | None] = field(default_factory=dict)
    changes_content: bool = True


class Manifest:
    """Access to one `manifest.db`; reading a lake that does not exist yet finds it empty and creates nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=FULL")
            bring_up_to_date(connection, self.path)
            yield connection
        finally:
            connection.close()

    def create(self) -> None:
        """Make the manifest, or bring an older one up to date; refuse one of a newer program."""
        with self._connection():
            pass

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        if not self.path.exists():
            return []
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def commit(self, record: BatchRecord, now: datetime) -> None:
        """Make a batch count, all of it or nothing. `now` (aware) dates it."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            newest = connection.execute("SELECT coalesce(max(seq), 0) FROM batches").fetchone()[0]
            seq = newest + 1 if record.changes_content else newest
            _store(connection, record, seq, _utc(now))
            connection.execute("COMMIT")

    def version(self) -> int:
        """Number of the newest batch; 0 for an empty lake."""
        rows = self._rows("SELECT coalesce(max(seq), 0) FROM batches")
        return int(str(rows[0][0])) if rows else 0

    def files(self, *kinds: str) -> list[LakeFile]:
        """The files that count now, of these kinds (all kinds if none is named), in the order they were added."""
        chosen = [
            LakeFile(
                str(path),
                str(kind),
                int(str(row_count)),
                None if day is None else date.fromisoformat(str(day)),
                None if newest is None else datetime.fromisoformat(str(newest)),
            )
            for path, kind, row_count, day, newest in self._rows(
                "SELECT path, kind, row_count, day, newest_at FROM files WHERE removed_at IS NULL ORDER BY rowid"
            )
        ]
        return [file for file in chosen if not kinds or file.kind in kinds]

    def landing(self, source: str) -> dict[str, LandingState]:
        """State of every landing file of a source that was ever touched."""
        rows = self._rows("SELECT * FROM landing WHERE source = ?", source)
        states = [LandingState(*row) for row in rows]  # type: ignore[arg-type]
        return {state.path: state for state in states}

    def ledger(self) -> list[LedgerRow]:
        """The whole ledger, oldest batch first."""
        rows = self._rows(
            "SELECT seq, committed_at, l.source, landing_file, landed, clean, duplicate, quarantined, erased, scrubbed "
            "FROM ledger l JOIN batches USING (seq) ORDER BY seq, landing_file"
        )
        return [
            LedgerRow(
                int(str(seq)),
                datetime.fromisoformat(str(committed)),
                str(source),
                str(landing_file),
                int(str(landed)),
                int(str(clean)),
                int(str(duplicate)),
                json.loads(str(quarantined)),
                int(str(erased)),
                int(str(scrubbed)),
            )
            for seq, committed, source, landing_file, landed, clean, duplicate, quarantined, erased, scrubbed in rows
        ]

    def backfills(self) -> list[Backfill]:
        """Every recorded permission to take in old history, oldest first."""
        return [
            Backfill(
                str(landing_file),
                str(reason),
                str(by),
                datetime.fromisoformat(str(at)),
                None if digest is None else str(digest),
                None if through is None else int(str(through)),
            )
            for landing_file, reason, by, at, digest, through in self._rows(
                "SELECT landing_file, reason, requested_by, requested_at, digest, through_line "
                "FROM backfills ORDER BY rowid"
            )
        ]

    def fact(self, name: str) -> str | None:
        """A remembered fact, None if there is none of this name."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def known_paths(self) -> set[str]:
        """Every path the manifest mentions, files kept for slow readers included."""
        return {str(row[0]) for row in self._rows("SELECT path FROM files")}

    def removed_before(self, moment: datetime) -> list[str]:
        """Files that stopped counting before `moment` (aware)."""
        limit = _utc(moment)
        return [str(row[0]) for row in self._rows("SELECT path FROM files WHERE removed_at < ?", limit)]

    def forget(self, paths: Iterable[str]) -> None:
        """Drop removed files from the list; call it before unlinking them."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "DELETE FROM files WHERE path = ? AND removed_at IS NOT NULL", [(path,) for path in paths]
            )
            connection.execute("COMMIT")


def _store(connection: sqlite3.Connection, record: BatchRecord, seq: int, moment: str) -> None:
    """Write a record under the number `seq`; the caller holds the transaction."""
    if record.changes_content:
        connection.execute("INSERT INTO batches VALUES (?, ?, ?)", (seq, moment, record.source))
    connection.executemany(
        "UPDATE files SET removed_at = ? WHERE path = ?", [(moment, path) for path in record.removed]
    )
    connection.executemany(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, NULL)",
        [
            (
                file.path,
                file.kind,
                file.row_count,
                file.day and file.day.isoformat(),
                file.newest_at and file.newest_at.isoformat(),
                seq,
            )
            for file in record.added
        ],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO landing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [tuple(vars(state).values()) for state in record.landing],
    )
    connection.executemany(
        "INSERT INTO ledger (seq, source, landing_file, landed, clean, duplicate, quarantined, erased, scrubbed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                seq,
                record.source,
                row.landing_file,
                row.landed,
                row.clean,
                row.duplicate,
                json.dumps(dict(sorted(row.quarantined.items()))),
                row.erased,
                row.scrubbed,
            )
            for row in record.ledger
        ],
    )
    connection.executemany(
        "INSERT INTO backfills (landing_file, reason, requested_by, requested_at, digest, through_line) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (b.landing_file, b.reason, b.requested_by, _utc(b.requested_at), b.digest, b.through_line)
            for b in record.backfills
        ],
    )
    connection.executemany("DELETE FROM facts WHERE name = ?", [(name,) for name in record.facts])
    connection.executemany(
        "INSERT INTO facts VALUES (?, ?)", [(name, value) for name, value in record.facts.items() if value is not None]
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
