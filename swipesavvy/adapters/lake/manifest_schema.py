"""The tables of `manifest.db` and how an older one is brought to the present shape, in place.

Belongs here: DDL and the steps from version to version, each one transaction. Not here: reading and writing rows
(`manifest`), nor mending Parquet files of an older lake (`upgrading`, which works off what a step notes in `facts`).
"""

import sqlite3
from pathlib import Path

from swipesavvy.domain.errors import BadInputError

VERSION = 2
LACKS_AVAILABLE_AT = "lacks_available_at"
"""Name of the fact that some event files of this lake were written before they told when they became available."""

_FIRST = """
CREATE TABLE batches (seq INTEGER PRIMARY KEY, committed_at TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE files (
    path TEXT PRIMARY KEY, kind TEXT NOT NULL, row_count INTEGER NOT NULL, day TEXT, newest_at TEXT,
    added_seq INTEGER NOT NULL, removed_at TEXT
);
CREATE TABLE landing (
    path TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    consumed INTEGER NOT NULL, line_count INTEGER NOT NULL, open_line INTEGER NOT NULL, fingerprint TEXT,
    pending TEXT, problem TEXT
);
CREATE TABLE ledger (
    seq INTEGER NOT NULL, source TEXT NOT NULL, landing_file TEXT NOT NULL, landed INTEGER NOT NULL,
    clean INTEGER NOT NULL, duplicate INTEGER NOT NULL, quarantined TEXT NOT NULL
);
"""
_SECOND = """
ALTER TABLE ledger ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN scrubbed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE backfills (
    landing_file TEXT NOT NULL, through_line INTEGER, digest TEXT, reason TEXT NOT NULL, requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_NOTE_OLD_FILES = f"INSERT INTO facts SELECT '{LACKS_AVAILABLE_AT}', count(*) FROM files HAVING count(*) > 0;"
_STEPS = {0: f"{_FIRST}{_SECOND}", 1: f"{_SECOND}{_NOTE_OLD_FILES}"}


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Create or upgrade the tables; nothing happens where they are present. BadInputError for a newer manifest."""
    found = _version(connection)
    if found == VERSION:
        return
    if found not in _STEPS:
        raise BadInputError(
            f"{path} has version {found}, this program knows {VERSION}: use the newer program, or "
            "delete the lake folder, `swipesavvy run` rebuilds it from landing/"
        )
    if found == 0:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Somebody else may have done it while this process waited for its turn.
        if _version(connection) == found:
            for statement in _STEPS[found].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
