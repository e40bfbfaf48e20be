"""One event per id: among the copies received within five minutes of the first, the last one wins.

Losing copies are kept, because a copy that lands later may have been received earlier and change the choice. Belongs
here: choosing, over the batch and the history it touches. Not here: finding candidates in history (`id_index`).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from swipesavvy.adapters.lake.files import DUPLICATES, EVENTS, paths_sql
from swipesavvy.adapters.lake.id_index import BatchIds, seen_before
from swipesavvy.adapters.lake.manifest import LakeFile, Manifest
from swipesavvy.adapters.lake.staging import EVENT_COLUMNS, Stage
from swipesavvy.domain.events import DUPLICATE_WINDOW

_COPIES = """
CREATE OR REPLACE TEMP TABLE copies (
  event_id VARCHAR, received_at TIMESTAMP, landing_file VARCHAR, landing_line BIGINT, origin VARCHAR
)"""
_STAGED = "staged"
# No receipt time counts as received first; such copies are all received together, before every other.
_CHOICE = f"""
CREATE OR REPLACE TEMP TABLE choice AS
WITH first_copy AS (
  SELECT *, first_value(received_at) OVER (
    PARTITION BY event_id ORDER BY received_at NULLS FIRST, landing_file, landing_line) AS first_received
  FROM copies
), ranked AS (
  SELECT *, CASE WHEN first_received IS NULL THEN received_at IS NULL
    ELSE received_at <= first_received + to_seconds({DUPLICATE_WINDOW.total_seconds():.0f}) END AS is_eligible
  FROM first_copy
)
SELECT event_id, landing_file, landing_line, origin, row_number() OVER (
  PARTITION BY event_id ORDER BY is_eligible DESC, received_at DESC NULLS LAST, landing_file DESC, landing_line DESC
) = 1 AS wins
FROM ranked"""
_SAME_COPY = f"c.origin = '{_STAGED}' AND NOT c.wins"
_LOSING = f"""
CREATE OR REPLACE TEMP TABLE losing AS
SELECT f.file_no, c.landing_line AS line_no FROM choice c JOIN landing_files f ON f.name = c.landing_file
WHERE {_SAME_COPY}"""
_TAKE_LOSERS = f"""
INSERT INTO losers SELECT {EVENT_COLUMNS}
FROM (SELECT * FROM staged SEMI JOIN losing USING (file_no, line_no))
JOIN (SELECT file_no, name AS landing_file FROM landing_files) USING (file_no)"""
_DROP_LOSERS = """
DELETE FROM staged USING losing l WHERE staged.file_no = l.file_no AND staged.line_no = l.line_no"""
_STAGED_LOSERS = f"SELECT landing_file, count(*) FROM choice c WHERE {_SAME_COPY} GROUP BY ALL"


@dataclass
class Resolution:
    """What choosing changed: rows of history files that moved, and ledger counts by landing file.

    `rewritten` files lose the rows listed in the table `moved`; `duplicates` counts staged rows that lost;
    `shifts` counts winners gained (or lost, below zero) among rows of earlier batches.
    """

    rewritten: list[LakeFile] = field(default_factory=list)
    duplicates: dict[str, int] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)


def resolve(stage: Stage, root: Path, manifest: Manifest, ids: BatchIds) -> Resolution:
    """Choose winners among the staged rows and history.

    Losing rows move from the table `staged` to the table `losers`; winners out of the history of duplicates go to
    `promoted` (both with lake columns).
    """
    connection = stage.connection
    for table in ("losers", "promoted"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM events LIMIT 0")
    seen, days = seen_before(root, manifest, ids.index)
    marks = ids.index.marks
    candidates = ids.texts(np.union1d(marks[1:][marks[1:] == marks[:-1]], seen))
    if not candidates:
        return Resolution()
    history = [file for file in manifest.files(EVENTS, DUPLICATES) if file.kind == DUPLICATES or file.day in days]
    _gather_copies(stage, root, candidates, history if len(seen) else [])
    connection.execute(_CHOICE)
    connection.execute(_LOSING)
    connection.execute(_TAKE_LOSERS)
    connection.execute(_DROP_LOSERS)
    resolution = Resolution(duplicates=dict(stage.rows(_STAGED_LOSERS)))
    _move_history(stage, root, history, resolution)
    return resolution


def _gather_copies(stage: Stage, root: Path, candidates: list[str], history: list[LakeFile]) -> None:
    """Fill `copies` with every copy of the candidate ids: the staged ones and those of the history files."""
    connection = stage.connection
    connection.execute(_COPIES)
    connection.register("candidates", pa.table({"event_id": pa.array(candidates, pa.string())}))
    connection.execute(f"""
        INSERT INTO copies SELECT event_uid::VARCHAR, received_at, f.name, line_no, '{_STAGED}'
        FROM staged JOIN landing_files f USING (file_no)
        WHERE event_uid IN (SELECT event_id::UUID FROM candidates)""")
    if history:
        connection.execute(f"""
            INSERT INTO copies SELECT event_id, received_at, landing_file, landing_line, filename
            FROM read_parquet({paths_sql(root, history)}, filename = true)
            WHERE event_id IN (SELECT event_id FROM candidates)""")
    connection.unregister("candidates")


def _move_history(stage: Stage, root: Path, history: list[LakeFile], resolution: Resolution) -> None:
    """Copy rows of earlier batches whose fate changed to `losers` or `promoted`, and list them in `moved`."""
    connection = stage.connection
    connection.execute(_COPIES.replace("copies", "moved"))
    for file in history:
        origin = str(root / file.path)
        wins, target = (True, "promoted") if file.kind == DUPLICATES else (False, "losers")
        changed = stage.rows(
            "SELECT landing_file, count(*) FROM choice WHERE origin = ? AND wins = ? GROUP BY ALL", origin, wins
        )
        if not changed:
            continue
        resolution.rewritten.append(file)
        for landing_file, count in changed:
            gained = count if wins else -count
            resolution.shifts[landing_file] = resolution.shifts.get(landing_file, 0) + gained
        connection.execute(
            "INSERT INTO moved SELECT event_id, NULL, landing_file, landing_line, origin FROM choice "
            "WHERE origin = ? AND wins = ?",
            [origin, wins],
        )
        connection.execute(f"""
            INSERT INTO {target} SELECT r.* FROM read_parquet({paths_sql(root, [file])}) r
            SEMI JOIN (SELECT * FROM moved WHERE origin = '{origin.replace("'", "''")}') m
              USING (event_id, landing_file, landing_line)""")


def remaining_sql(root: Path, file: LakeFile) -> str:
    """Query for the rows a rewritten history file keeps."""
    return (
        f"SELECT r.* FROM read_parquet({paths_sql(root, [file])}) r "
        "ANTI JOIN moved m USING (event_id, landing_file, landing_line)"
    )
