"""Taking the event stream in, a batch at a time: read, judge, choose among copies, write, commit.

Belongs here: the order of these steps and what one batch commits. Each step lives in its own module.
"""

import logging
from collections import Counter
from datetime import datetime

from swipesavvy.adapters.lake.duplicates import Resolution, remaining_sql, resolve
from swipesavvy.adapters.lake.files import DUPLICATES, EVENT_ORDER, EVENTS, QUARANTINE, SPILL, LakeFiles
from swipesavvy.adapters.lake.id_index import IDS, BatchIds, batch_ids, merge_small
from swipesavvy.adapters.lake.landing import EVENT_SUFFIXES, survey
from swipesavvy.adapters.lake.lines import Chunk, LineReader
from swipesavvy.adapters.lake.manifest import BatchRecord, LakeFile, LandingState, LedgerEntry
from swipesavvy.adapters.lake.quarantine import quarantine_sql
from swipesavvy.adapters.lake.staging import Stage, lake_connection
from swipesavvy.application.ingestion import Progress, SourceReport
from swipesavvy.domain.event_contract import Actor
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
        found = survey(self._home.landing, EVENTS, EVENT_SUFFIXES, manifest.landing(EVENTS))
        report.pending.extend(found.pending)
        report.problems.extend(found.problems)
        if found.fresh:
            total = sum(file.size for file in found.fresh)
            smallest = min(self._chunk_bytes, max(total, 1) + 1)
            reader = LineReader(found.fresh, smallest)
            with lake_connection(self._files.root / SPILL) as connection:
                stage = Stage(connection, self._now)
                self._read_batches(stage, reader, total, progress)
                self._files.compact(connection, self._now)
                self._merge_index()
            report.pending.extend(reader.pending)
            report.problems.extend(reader.problems)
        for problem in report.problems:
            LOG.warning("%s", problem)
        return report

    def _read_batches(self, stage: Stage, reader: LineReader, total: int, progress: Progress | None) -> None:
        states: dict[str, LandingState] = {}
        landed: Counter[str] = Counter()
        chunk: Chunk | None = None
        for chunk in reader.chunks():
            stage.add(chunk)
            states |= chunk.states
            landed += chunk.landed()
            if progress:
                progress(EVENTS, chunk.bytes_read, total)
            if stage.line_count >= self._batch_lines:
                self._commit(stage, chunk.files, states, landed)
                states, landed = {}, Counter()
        if chunk is not None and (states or landed):
            self._commit(stage, chunk.files, states, landed)

    def _commit(self, stage: Stage, names: list[str], states: dict[str, LandingState], landed: Counter[str]) -> None:
        """Write one batch and make it count; then the stage is empty."""
        record = BatchRecord(EVENTS, landing=list(states.values()), changes_content=stage.line_count > 0)
        if stage.line_count:
            stage.name_files(names)
            ids = batch_ids(stage.connection)
            resolution = resolve(stage, self._files.root, self._files.manifest, ids)
            late = stage.rows("SELECT count(*) FROM staged WHERE is_late")[0][0]
            self._write(stage, ids, resolution, record)
            record.ledger = self._ledger(stage, landed, resolution)
            self._count(record, late)
        self._files.manifest.commit(record, self._now)
        stage.clear()

    def _write(self, stage: Stage, ids: BatchIds, resolution: Resolution, record: BatchRecord) -> None:
        connection, files = stage.connection, self._files
        rows = "SELECT * FROM events UNION ALL BY NAME SELECT * FROM promoted"
        days = stage.rows(f"SELECT event_date, {_NEWEST} FROM ({rows}) GROUP BY event_date ORDER BY event_date")
        for day, newest in days:
            query = f"SELECT * FROM ({rows}) WHERE event_date = DATE '{day}' ORDER BY {EVENT_ORDER}"
            record.added.extend(files.write(connection, query, EVENTS, day, newest))
        record.added.extend(files.write(connection, "SELECT * FROM losers ORDER BY event_id", DUPLICATES))
        record.added.extend(files.write(connection, quarantine_sql(EVENTS, self._now), f"{QUARANTINE}:{EVENTS}"))
        if len(ids.index.marks):
            record.added.append(files.write_bytes(ids.index.to_bytes(), IDS, len(ids.index.marks)))
        for file in resolution.rewritten:
            record.added.extend(self._rewrite(stage, file))
            record.removed.append(file.path)

    def _rewrite(self, stage: Stage, file: LakeFile) -> list[LakeFile]:
        query = remaining_sql(self._files.root, file)
        newest = stage.rows(f"SELECT {_NEWEST} FROM ({query})")[0][0]
        order = EVENT_ORDER if file.kind == EVENTS else "event_id"
        return self._files.write(stage.connection, f"{query} ORDER BY {order}", file.kind, file.day, newest)

    def _ledger(self, stage: Stage, landed: Counter[str], resolution: Resolution) -> list[LedgerEntry]:
        refused = stage.refused_counts()
        entries = []
        for name in sorted(set(landed) | set(resolution.shifts)):
            quarantined = dict(refused.get(name, {}))
            shift = resolution.shifts.get(name, 0)
            duplicate = resolution.duplicates.get(name, 0) - shift
            clean = landed[name] - sum(quarantined.values()) - duplicate
            entries.append(LedgerEntry(name, landed[name], clean, duplicate, quarantined))
        return entries

    def _count(self, record: BatchRecord, late: int) -> None:
        for row in record.ledger:
            self._report.add(row.landed, row.clean, row.duplicate, row.quarantined)
        self._report.late += late
        self._report.batches += 1

    def _merge_index(self) -> None:
        added, removed = merge_small(self._files)
        if added:
            self._files.manifest.commit(BatchRecord(EVENTS, added, removed, changes_content=False), self._now)


_NEWEST = f"max(event_at) FILTER (actor_type = '{Actor.CUSTOMER}')"
