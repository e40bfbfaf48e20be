"""Taking the event stream in, a batch at a time: read and judge; `event_commits` makes each batch count.

Belongs here: what is read, how much at a time, and the housekeeping after it. Each step lives in its own module.
"""

import logging
from datetime import datetime

from swipesavvy.adapters.lake.backfilling import recorded_backfills
from swipesavvy.adapters.lake.compaction import compact
from swipesavvy.adapters.lake.event_commits import Batch, BatchWriter
from swipesavvy.adapters.lake.files import EVENTS, SPILL, LakeFiles
from swipesavvy.adapters.lake.id_index import merge_small
from swipesavvy.adapters.lake.landing import EVENT_SUFFIXES, survey
from swipesavvy.adapters.lake.lines import LineReader
from swipesavvy.adapters.lake.manifest import BatchRecord
from swipesavvy.adapters.lake.staging import Stage, lake_connection
from swipesavvy.application.ingestion import Progress, SourceReport
from swipesavvy.domain.home import Home

LOG = logging.getLogger(__name__)
CHUNK_BYTES = 48 << 20
BATCH_LINES = 300_000


class EventIntake:
    """One ingest of the event stream. `chunk_bytes` and `batch_lines` bound its memory."""

    def __init__(
        self,
        home: Home,
        files: LakeFiles,
        now: datetime,
        chunk_bytes: int = CHUNK_BYTES,
        batch_lines: int = BATCH_LINES,
    ) -> None:
        self._home = home
        self._files = files
        self._now = now
        self._chunk_bytes = chunk_bytes
        self._batch_lines = batch_lines
        self._report = SourceReport(EVENTS)

    def run(self, progress: Progress | None = None) -> SourceReport:
        """Take in every new line; each batch is committed on its own."""
        report, manifest = self._report, self._files.manifest
        history = self._absorb_backfills()
        found = survey(self._home.landing, EVENTS, EVENT_SUFFIXES, manifest.landing(EVENTS))
        report.pending.extend(found.pending)
        report.problems.extend(found.problems)
        if found.fresh:
            total = sum(file.size for file in found.fresh)
            smallest = min(self._chunk_bytes, max(total, 1) + 1)
            reader = LineReader(found.fresh, smallest)
            with lake_connection(self._files.root / SPILL) as connection:
                stage = Stage(connection, self._now, self._files.user_id_key, history)
                self._read_batches(stage, reader, total, progress)
                compact(self._files, connection, self._now)
                self._merge_index()
            report.pending.extend(reader.pending)
            report.problems.extend(reader.problems)
        for problem in report.problems:
            LOG.warning("%s", problem)
        return report

    def _absorb_backfills(self) -> frozenset[str]:
        """Landing files no line of which is too old, by the records beside them and the manifest's copy."""
        known = self._files.manifest.backfills()
        new = [found for found in recorded_backfills(self._home) if found.through_line is None and found not in known]
        if new:
            self._files.manifest.commit(BatchRecord(EVENTS, backfills=new, changes_content=False), self._now)
        return frozenset(found.landing_file for found in (*known, *new) if found.through_line is None)

    def _read_batches(self, stage: Stage, reader: LineReader, total: int, progress: Progress | None) -> None:
        writer = BatchWriter(self._files, self._now, self._report)
        batch = Batch([])
        for chunk in reader.chunks():
            stage.add(chunk)
            batch.names = chunk.files
            batch.states |= chunk.states
            batch.landed += chunk.landed()
            if progress:
                progress(EVENTS, chunk.bytes_read, total)
            if stage.line_count >= self._batch_lines:
                writer.commit(stage, batch)
                batch = Batch([])
        if batch.states or batch.landed:
            writer.commit(stage, batch)

    def _merge_index(self) -> None:
        added, removed = merge_small(self._files)
        if added:
            self._files.manifest.commit(BatchRecord(EVENTS, added, removed, changes_content=False), self._now)
