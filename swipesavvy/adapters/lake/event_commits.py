"""Making one batch of judged events count: choose among copies, write, account, commit in one transaction.

Belongs here: what a batch commits, whether its lines come from landing files or back from the quarantine. Not here:
reading lines (`event_batches` reads landing files, `replaying` the quarantine).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from swipesavvy.adapters.lake.duplicates import Resolution, remaining_sql, resolve
from swipesavvy.adapters.lake.files import DUPLICATES, EVENT_ORDER, EVENTS, QUARANTINE, LakeFiles, LakeWriteError
from swipesavvy.adapters.lake.id_index import IDS, BatchIds, batch_ids
from swipesavvy.adapters.lake.manifest import BatchRecord, LakeFile, LandingState, LedgerEntry
from swipesavvy.adapters.lake.quarantine import quarantine_sql
from swipesavvy.adapters.lake.staging import Stage
from swipesavvy.application.ingestion import SourceReport
from swipesavvy.domain.event_contract import Actor

_NEWEST = f"max(event_at) FILTER (actor_type = '{Actor.CUSTOMER}')"
_KEPT_BACK = "SELECT q.* FROM read_parquet('{path}') q ANTI JOIN leaving USING (landing_file, landing_line)"


@dataclass
class Batch:
    """Where the staged lines of one batch come from.

    `names` names the file numbers; `states` and `landed` tell of lines new to the lake. `returned` counts, by file and
    reason, the lines that leave the quarantine or change their reason: they are listed in the table `leaving`
    (landing_file, landing_line) and lie in `emptied` quarantine files, which are written anew without them.
    """

    names: list[str]
    states: dict[str, LandingState] = field(default_factory=dict)
    landed: Counter[str] = field(default_factory=Counter)
    returned: dict[str, Counter[str]] = field(default_factory=dict)
    emptied: list[LakeFile] = field(default_factory=list)
    facts: dict[str, str | None] = field(default_factory=dict)


class BatchWriter:
    """Commits batches of one ingest or replay and counts them in `report`."""

    def __init__(self, files: LakeFiles, now: datetime, report: SourceReport) -> None:
        self._files = files
        self._now = now
        self._report = report

    def commit(self, stage: Stage, batch: Batch) -> None:
        """Write one batch and make it count; then the stage is empty."""
        record = BatchRecord(
            EVENTS,
            landing=list(batch.states.values()),
            facts=batch.facts,
            changes_content=stage.line_count > 0,
        )
        if stage.line_count:
            _check_nothing_is_missing(stage, batch)
            stage.name_files(batch.names)
            ids = batch_ids(stage.connection)
            resolution = resolve(stage, self._files.root, self._files.manifest, ids)
            late = stage.rows("SELECT count(*) FROM staged WHERE is_late")[0][0]
            self._write(stage, ids, resolution, record)
            for file in batch.emptied:
                record.added.extend(self._keep_back(stage, file))
                record.removed.append(file.path)
            record.ledger = _entries(stage, batch, resolution)
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

    def _keep_back(self, stage: Stage, file: LakeFile) -> list[LakeFile]:
        query = _KEPT_BACK.format(path=str(self._files.root / file.path).replace("'", "''"))
        return self._files.write(stage.connection, f"{query} ORDER BY landing_file, landing_line", file.kind)

    def _count(self, record: BatchRecord, late: int) -> None:
        for row in record.ledger:
            self._report.add(row.landed, row.clean, row.duplicate, row.quarantined)
        self._report.late += late
        self._report.batches += 1


def _check_nothing_is_missing(stage: Stage, batch: Batch) -> None:
    """Every line must be staged or refused; anything else is a defect of the judging, and must not be committed."""
    expected = batch.landed.total() + sum(counts.total() for counts in batch.returned.values())
    found = stage.rows("SELECT (SELECT count(*) FROM staged) + (SELECT count(*) FROM refused)")[0][0]
    if found != expected:
        raise LakeWriteError(
            f"{expected:,} event lines were read but {found:,} judged: nothing of this batch was stored; "
            "this is a defect of the program, the lines are safe in landing/"
        )


def _entries(stage: Stage, batch: Batch, resolution: Resolution) -> list[LedgerEntry]:
    """What the batch changes in the account of each landing file."""
    refused, scrubbed = stage.refused_counts(), stage.scrubbed_counts()
    entries = []
    for name in sorted(set(batch.landed) | set(batch.returned) | set(resolution.shifts)):
        quarantined = dict(refused.get(name, {}))
        for reason, count in batch.returned.get(name, {}).items():
            quarantined[reason] = quarantined.get(reason, 0) - count
        duplicate = resolution.duplicates.get(name, 0) - resolution.shifts.get(name, 0)
        clean = batch.landed[name] - sum(quarantined.values()) - duplicate
        taken_out = scrubbed.get(name, 0)
        entries.append(LedgerEntry(name, batch.landed[name], clean, duplicate, quarantined, scrubbed=taken_out))
    return entries
