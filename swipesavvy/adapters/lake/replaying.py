"""Judging quarantined event lines again: what the present contract accepts moves into the lake, the rest stays.

A line that is now refused for another reason says so afterwards, as if it had landed today. Every batch is one manifest
transaction, so a replay that is killed or called twice ends where a single one would. Belongs here: which lines are
judged again and what leaves the quarantine. Not here: rows of reference tables, which are read again from their landing
files (`table_batches`).
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import duckdb
import pyarrow as pa

from swipesavvy.adapters.lake.event_commits import Batch, BatchWriter
from swipesavvy.adapters.lake.files import EVENTS, QUARANTINE, SPILL, LakeFiles, paths_sql
from swipesavvy.adapters.lake.lines import Chunk
from swipesavvy.adapters.lake.manifest import LakeFile
from swipesavvy.adapters.lake.replayable import known_replayable, replayable_fact
from swipesavvy.adapters.lake.staging import Stage, lake_connection
from swipesavvy.application.ingestion import QuarantineFilter, ReplayReport, SourceReport
from swipesavvy.domain.event_contract import Reason

_AT_ONCE = 300_000
_HELD = """
CREATE OR REPLACE TEMP TABLE held AS
WITH chosen AS (
  SELECT landing_file, landing_line, reason, detail, raw, filename FROM read_parquet({paths}, filename = true)
  WHERE raw IS NOT NULL AND ($1 IS NULL OR reason = $1) AND ($2 IS NULL OR landing_file = $2)
    AND ($3 IS NULL OR landing_line <= map($3::VARCHAR[], $4::BIGINT[])[landing_file])
)
SELECT *, (dense_rank() OVER (ORDER BY landing_file) - 1)::INTEGER AS file_no FROM chosen"""
# Malformed lines say why only where they were read.
_LEAVING = f"""
CREATE OR REPLACE TEMP TABLE leaving AS
SELECT h.landing_file, h.landing_line, h.reason, h.filename, true AS is_accepted
FROM staged s JOIN held h ON h.file_no = s.file_no AND h.landing_line = s.line_no
UNION ALL
SELECT h.landing_file, h.landing_line, h.reason, h.filename, false
FROM refused r JOIN held h USING (landing_file, landing_line)
WHERE r.reason <> h.reason OR (r.reason <> '{Reason.MALFORMED_JSON}' AND r.detail IS DISTINCT FROM h.detail)"""
_REFUSED_ANEW = """
DELETE FROM refused r WHERE NOT EXISTS (
  FROM leaving l WHERE l.landing_file = r.landing_file AND l.landing_line = r.landing_line)"""


class EventReplay:
    """One replay of quarantined events, bounded in memory."""

    def __init__(
        self,
        files: LakeFiles,
        now: datetime,
        chosen: QuarantineFilter,
        last_lines: dict[str, int] | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._files = files
        self._now = now
        self._chosen = chosen
        self._last_lines = last_lines
        self._at_once = at_once
        self.accepted_to: dict[str, int] = {}
        """The last accepted line of every landing file."""
        self._report = ReplayReport()
        self._moved = SourceReport(EVENTS)

    def run(self, *, is_backfill: bool = False, is_dry: bool = False) -> ReplayReport:
        """Judge the chosen lines again; those accepted now move, unless the run is dry.

        In a backfill no line is too old. A line without `received_at` is judged by the clock of this replay.
        """
        with lake_connection(self._files.root / SPILL) as connection:
            history = self._files_of_history() if is_backfill else frozenset()
            stage = Stage(connection, self._now, self._files.user_id_key, history)
            writer = BatchWriter(self._files, self._now, self._moved)
            for held in self._portions():
                self._judge(stage, held)
                batch = self._batch(stage, held)
                if batch.returned and not is_dry:
                    # History let in on request is refused otherwise: it is not among the replayable lines.
                    batch.facts = {} if is_backfill else self._fewer_replayable(stage)
                    writer.commit(stage, batch)
                stage.clear()
        self._report.clean, self._report.duplicate = self._moved.clean, self._moved.duplicate
        return self._report

    def _files_of_history(self) -> frozenset[str]:
        """In a backfill every landing file is history."""
        return frozenset(self._files.manifest.landing(EVENTS))

    def _portions(self) -> Iterator[list[LakeFile]]:
        """The quarantine files that were there at the start, a bounded number of lines at a time."""
        portion: list[LakeFile] = []
        for file in self._files.manifest.files(f"{QUARANTINE}:{EVENTS}"):
            portion.append(file)
            if sum(part.row_count for part in portion) >= self._at_once:
                yield portion
                portion = []
        if portion:
            yield portion

    def _judge(self, stage: Stage, held: list[LakeFile]) -> None:
        connection = stage.connection
        connection.execute(
            _HELD.format(paths=paths_sql(self._files.root, held)),
            [self._chosen.reason, self._chosen.landing_file, *self._limits()],
        )
        self._names = [
            name
            for (name,) in stage.rows("SELECT landing_file FROM held GROUP BY landing_file, file_no ORDER BY file_no")
        ]
        lines = _lines(connection)
        self._report.judged += lines.num_rows
        if lines.num_rows:
            stage.add(Chunk(lines, [], {}, self._names, 0))
        connection.execute(_LEAVING)
        connection.execute(_REFUSED_ANEW)

    def _limits(self) -> tuple[list[str] | None, list[int] | None]:
        limits = self._last_lines
        return (None, None) if limits is None else (list(limits), list(limits.values()))

    def _batch(self, stage: Stage, held: list[LakeFile]) -> Batch:
        """What leaves its place, counted by file and reason: lines accepted, and lines now refused otherwise."""
        batch = Batch(self._names)
        for name, reason, count, accepted, last in stage.rows(
            "SELECT landing_file, reason, count(*), count(*) FILTER (is_accepted), "
            "max(landing_line) FILTER (is_accepted) FROM leaving GROUP BY ALL ORDER BY landing_file, reason"
        ):
            batch.returned.setdefault(name, Counter())[reason] = count
            if accepted:
                self.accepted_to[name] = max(last, self.accepted_to.get(name, 0))
                self._report.accepted[(EVENTS, reason)] += accepted
        emptied = {name for (name,) in stage.rows("SELECT DISTINCT filename FROM leaving")}
        batch.emptied = [file for file in held if str(self._files.root / file.path) in emptied]
        return batch

    def _fewer_replayable(self, stage: Stage) -> dict[str, str | None]:
        """What is left of the lines known to be replayable."""
        known = known_replayable(self._files.manifest, EVENTS)
        if known is None:
            return {}
        moved = stage.rows("SELECT count(*) FROM leaving WHERE is_accepted")[0][0]
        return replayable_fact(EVENTS, max(0, known - moved))


def _lines(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    table = connection.sql("SELECT file_no, landing_line AS line_no, raw AS line FROM held").to_arrow_table()
    return table.cast(pa.schema([("file_no", pa.int32()), ("line_no", pa.int64()), ("line", pa.large_string())]))
