"""The lake of one home: the door through which everything else takes files in and finds out what it holds.

Belongs here: the lock, the order of a whole ingest, and questions answered from the manifest.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from swipesavvy.adapters.lake.backfilling import land_backfill, record_backfills, recorded_backfills
from swipesavvy.adapters.lake.event_batches import BATCH_LINES, CHUNK_BYTES, EventIntake
from swipesavvy.adapters.lake.files import EVENTS, QUARANTINE, LakeFiles, LakeWriteError
from swipesavvy.adapters.lake.manifest import Backfill, BatchRecord, Manifest
from swipesavvy.adapters.lake.manifest_schema import LACKS_AVAILABLE_AT
from swipesavvy.adapters.lake.quarantine_listing import quarantined_lines
from swipesavvy.adapters.lake.replayable import replayable_hint
from swipesavvy.adapters.lake.replaying import EventReplay
from swipesavvy.application.ingestion import (
    BackfillReport,
    BackfillRequest,
    IngestReport,
    LedgerRow,
    Progress,
    QuarantinedLine,
    QuarantineFilter,
    ReplayReport,
    SourceReport,
)
from swipesavvy.domain.errors import BusyError, UsageError
from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.home import REFERENCE_TABLES, Home

_LOCK_SECONDS = 600.0


class ParquetLake:
    """The port `application.ingestion.Lake` on Parquet files and a SQLite manifest.

    `chunk_bytes` and `batch_lines` bound the memory of an ingest; they never change what the lake holds afterwards.
    """

    def __init__(self, home: Home, chunk_bytes: int = CHUNK_BYTES, batch_lines: int = BATCH_LINES) -> None:
        self._home = home
        self._manifest = Manifest(home.lake / "manifest.db")
        self._files = LakeFiles(home, self._manifest)
        self._chunk_bytes = chunk_bytes
        self._batch_lines = batch_lines

    @contextmanager
    def _writing(self, now: datetime, *, is_swept: bool = True) -> Iterator[None]:
        """Exclusive use of the lake, swept of what a killed process left behind. BusyError after ten minutes."""
        with _explaining(self._home.lake):
            self._home.lake.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._home.lake / "LOCK")
            try:
                lock.acquire(timeout=_LOCK_SECONDS)
            except Timeout as error:
                raise BusyError(
                    f"another process is taking files into {self._home.lake}; try again when it ends"
                ) from error
            try:
                self._manifest.create()
                if is_swept:
                    self._files.sweep(now)
                self._upgrade(now)
                yield
            finally:
                lock.release()

    def _upgrade(self, now: datetime) -> None:
        if self._manifest.fact(LACKS_AVAILABLE_AT) is not None:
            from swipesavvy.adapters.lake.upgrading import upgrade_files

            upgrade_files(self._files, now)

    def ingest(self, now: datetime, progress: Progress | None = None) -> IngestReport:
        """Take in what has landed since the last time: events, then every reference table."""
        report = IngestReport()
        report.sources[EVENTS] = self.ingest_events(now, progress)
        for name in REFERENCE_TABLES:
            report.sources[name] = self.ingest_table(name, now)
        if not report.landed and not self._manifest.version():
            report.notes.append(f"nothing has landed in {self._home.landing}")
        return report

    def ingest_events(self, now: datetime, progress: Progress | None = None) -> SourceReport:
        """Take in new lines of the event stream. `now` is the clock lines without `received_at` are judged by."""
        with self._writing(now):
            hint = replayable_hint(self._manifest, EVENTS, lambda: self._replayable(EVENTS, now), now)
            report = self._take_in_events(now, progress)
        report.notes.extend([hint] if hint else [])
        return report

    def _take_in_events(self, now: datetime, progress: Progress | None = None) -> SourceReport:
        report = EventIntake(self._home, self._files, now, self._chunk_bytes, self._batch_lines).run(progress)
        # Normally none: a killed request, or a lake rebuilt from landing.
        self._let_in_recorded_lines(now)
        return report

    def _let_in_recorded_lines(self, now: datetime) -> ReplayReport:
        """Replay the lines that records let in though they are too old, where the manifest does not know of it yet."""
        known = self._manifest.backfills()
        new = [found for found in recorded_backfills(self._home) if found.through_line and found not in known]
        if not new:
            return ReplayReport()
        last_lines: dict[str, int] = {}
        for found in new:
            last_lines[found.landing_file] = max(found.through_line or 0, last_lines.get(found.landing_file, 0))
        report = EventReplay(self._files, now, QuarantineFilter(reason=Reason.TOO_OLD), last_lines).run(
            is_backfill=True
        )
        self._manifest.commit(BatchRecord(EVENTS, backfills=new, changes_content=False), now)
        return report

    def ingest_table(self, name: str, now: datetime) -> SourceReport:
        """Take in new or changed files of one reference table."""
        from swipesavvy.adapters.lake.table_batches import TableIntake

        if name not in REFERENCE_TABLES:
            raise UsageError(f"there is no reference table {name}: one of {', '.join(REFERENCE_TABLES)}")
        # Looking at every file of the lake once per ingest is enough: events sweep.
        with self._writing(now, is_swept=False):
            hint = replayable_hint(self._manifest, name, lambda: self._replayable(name, now), now)
            report = TableIntake(self._home, self._files, name, now).run()
        report.notes.extend([hint] if hint else [])
        return report

    def replay(self, chosen: QuarantineFilter, now: datetime, is_dry: bool = False) -> ReplayReport:
        """Judge refused lines again; what the present contract accepts moves into the lake, the rest stays.

        A reference table is read again as a whole, so that all its rows are judged again if one is meant.
        """
        known = (EVENTS, *REFERENCE_TABLES)
        if chosen.source is not None and chosen.source not in known:
            raise UsageError(f"there is no source {chosen.source}: one of {', '.join(known)}")
        report = ReplayReport()
        if not self._manifest.version():
            return report
        with self._writing(now):
            for source in known if chosen.source is None else (chosen.source,):
                report.add(self._replay_source(source, chosen, now, is_dry))
        return report

    def _replay_source(self, source: str, chosen: QuarantineFilter, now: datetime, is_dry: bool) -> ReplayReport:
        from swipesavvy.adapters.lake.table_batches import TableIntake

        if source == EVENTS:
            return EventReplay(self._files, now, chosen).run(is_dry=is_dry)
        return TableIntake(self._home, self._files, source, now).replay(chosen, is_dry)

    def _replayable(self, source: str, now: datetime) -> int:
        return self._replay_source(source, QuarantineFilter(), now, is_dry=True).accepted.total()

    def backfill(self, file: Path, request: BackfillRequest, now: datetime) -> BackfillReport:
        """Copy a file of events of any age into landing and take it in, with a record of who asked and why.

        The same bytes a second time change nothing. BadInputError: it is no file of events.
        """
        with self._writing(now):
            name, was_known = land_backfill(self._home, file, request, now)
            taken = self._take_in_events(now)
        report = SourceReport(name)
        for row in self._manifest.ledger():
            if row.landing_file == name:
                report.add(row.landed, row.clean, row.duplicate, row.quarantined)
        problems = [problem for problem in taken.problems if name in problem]
        problems += [f"landing/{place}: the last line is incomplete" for place in taken.pending if name in place]
        reasons = {reason: count for reason, count in sorted(report.quarantined.items()) if count}
        return BackfillReport(name, was_known, report.landed, report.clean, report.duplicate, reasons, problems)

    def backfill_quarantined(
        self, chosen: QuarantineFilter, request: BackfillRequest, now: datetime, is_dry: bool = False
    ) -> ReplayReport:
        """Let events in that were refused as too old, with a record of who asked and why."""
        chosen = replace(chosen, source=EVENTS, reason=Reason.TOO_OLD)
        if not self._manifest.version():
            return ReplayReport()
        with self._writing(now):
            trial = EventReplay(self._files, now, chosen)
            report = trial.run(is_backfill=True, is_dry=True)
            if is_dry:
                return report
            record_backfills(
                self._home,
                [
                    Backfill(name, request.reason, request.requested_by, now, through_line=last)
                    for name, last in trial.accepted_to.items()
                ],
            )
            done = self._let_in_recorded_lines(now)
            return replace(done, judged=report.judged)

    def quarantined_lines(self, chosen: QuarantineFilter, limit: int) -> list[QuarantinedLine]:
        """At most `limit` refused lines, the newest first."""
        return quarantined_lines(self.quarantine_files(), chosen, limit)

    def version(self) -> str:
        """Number of the newest batch; changes if and only if the content of the lake has changed."""
        return str(self._manifest.version())

    def files(self) -> dict[str, list[Path]]:
        """Parquet files that hold the events and each reference table now."""
        found: dict[str, list[Path]] = {name: [] for name in (EVENTS, *REFERENCE_TABLES)}
        for file in self._manifest.files():
            name = file.kind.removeprefix("tables:")
            if name in found:
                found[name].append(self._home.lake / file.path)
        return found

    def quarantine_files(self) -> list[Path]:
        """Parquet files of refused lines and rows of all sources, a row each.

        Columns: landing_file, landing_line, "table" (the source), reason, detail, raw, quarantined_at.
        """
        kinds = [f"{QUARANTINE}:{name}" for name in (EVENTS, *REFERENCE_TABLES)]
        return [self._home.lake / file.path for file in self._manifest.files(*kinds)]

    def data_as_of(self) -> datetime | None:
        """The newest valid customer event or order (aware UTC), None while there is neither."""
        moments = [file.newest_at for file in self._manifest.files(EVENTS, "tables:orders") if file.newest_at]
        return max(moments).replace(tzinfo=UTC) if moments else None

    def ledger(self) -> list[LedgerRow]:
        """Every batch and landing file, oldest first."""
        return self._manifest.ledger()

    def quarantined(self) -> dict[str, dict[str, int]]:
        """Refused lines by source and reason."""
        counts: dict[str, Counter[str]] = {}
        for row in self._manifest.ledger():
            counts.setdefault(row.source, Counter()).update(row.quarantined)
        return {source: dict(found) for source, found in counts.items() if found}


@contextmanager
def _explaining(folder: Path) -> Iterator[None]:
    """Say in one line what keeps the lake from being written; what was committed before stands."""
    try:
        yield
    except (OSError, sqlite3.OperationalError, duckdb.IOException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())
        raise LakeWriteError(
            f"{folder} could not be written ({reason}): free space or mend the rights, then run again; "
            "nothing that landed is lost"
        ) from error
    except sqlite3.DatabaseError as error:
        raise LakeWriteError(
            f"{folder / 'manifest.db'} is damaged ({error}): delete the lake folder, "
            "`swipesavvy run` rebuilds it from landing/"
        ) from error


def open_lake(home: Home) -> ParquetLake:
    """The lake of a home; nothing is created before something is taken in."""
    return ParquetLake(home)
