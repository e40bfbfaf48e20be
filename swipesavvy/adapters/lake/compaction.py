"""Merging the small files that many small batches leave, so that reading the lake costs what its rows cost.

Belongs here: what is merged when, and how much in one go. The content of the lake and its version stay as they are;
readers with the old list of files keep them until they are swept (`files`).
"""

from collections.abc import Sequence
from datetime import date, datetime

import duckdb

from swipesavvy.adapters.lake.files import (
    DUPLICATES,
    EVENT_ORDER,
    EVENTS,
    QUARANTINE,
    LakeFiles,
    LakeWriteError,
    paths_sql,
)
from swipesavvy.adapters.lake.manifest import BatchRecord, LakeFile

SMALL_FILE_ROWS = 100_000
"""A file with fewer rows than this is small."""

MOST_SMALL_FILES = 16
"""So many small files of a kind and day are left alone."""

MOST_ROWS = 2_000_000
"""A run merges no more rows than this, the groups with most files first; the rest waits for the next run."""

_ORDERS = {EVENTS: EVENT_ORDER, DUPLICATES: "event_id, landing_file, landing_line"}
_ORDER_ELSE = "landing_file, landing_line"


def compact(files: LakeFiles, connection: duckdb.DuckDBPyConnection, now: datetime, most_rows: int = MOST_ROWS) -> int:
    """Merge small files where many have gathered: per day for events, per kind for the rest; the groups merged.

    Each group is one manifest transaction.
    """
    left, merged = most_rows, 0
    for group in _crowded(files.manifest.files(EVENTS, DUPLICATES, f"{QUARANTINE}:{EVENTS}")):
        rows = sum(file.row_count for file in group)
        if rows > left:
            continue
        _merge(files, connection, group, now)
        left -= rows
        merged += 1
    return merged


def _crowded(files: Sequence[LakeFile]) -> list[list[LakeFile]]:
    groups: dict[tuple[str, date | None], list[LakeFile]] = {}
    for file in files:
        if file.row_count < SMALL_FILE_ROWS:
            groups.setdefault((file.kind, file.day), []).append(file)
    return sorted((group for group in groups.values() if len(group) > MOST_SMALL_FILES), key=len, reverse=True)


def _merge(files: LakeFiles, connection: duckdb.DuckDBPyConnection, group: list[LakeFile], now: datetime) -> None:
    kind, day = group[0].kind, group[0].day
    newest = max((file.newest_at for file in group if file.newest_at), default=None)
    order = _ORDERS.get(kind, _ORDER_ELSE)
    query = f"SELECT * FROM read_parquet({paths_sql(files.root, group)}) ORDER BY {order}"
    added = files.write(connection, query, kind, day, newest)
    if sum(file.row_count for file in added) != sum(file.row_count for file in group):
        raise LakeWriteError(f"merging {len(group)} files of {kind} lost rows; the old files stay in force")
    files.manifest.commit(BatchRecord(kind, added, [file.path for file in group], changes_content=False), now)
