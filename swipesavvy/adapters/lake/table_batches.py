"""Taking one reference table in: read new and changed files, type, keep the newest version of each row, commit.

Belongs here: the order of these steps and what is re-read when. A file that is new or has grown is merged into what
the lake holds; one that was replaced makes all files of the table count anew, since rows it used to hide may return.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

import duckdb
import polars as pl
from duckdb.func import FunctionNullHandling

from swipesavvy.adapters.home_secrets import USER_IDS, home_secret
from swipesavvy.adapters.lake import table_rules
from swipesavvy.adapters.lake.files import QUARANTINE, SPILL, LakeFiles, LakeWriteError, paths_sql
from swipesavvy.adapters.lake.landing import READ_ERRORS, TABLE_SUFFIXES, LandingFile, read_problem, survey
from swipesavvy.adapters.lake.manifest import BatchRecord, LakeFile, LandingState, LedgerEntry
from swipesavvy.adapters.lake.quarantine import REFUSED, quarantine_sql
from swipesavvy.adapters.lake.replayable import replayable_fact
from swipesavvy.adapters.lake.staging import lake_connection
from swipesavvy.adapters.lake.table_ledger import changes
from swipesavvy.adapters.lake.table_reading import read_rows
from swipesavvy.application.ingestion import QuarantineFilter, ReplayReport, SourceReport
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home
from swipesavvy.domain.instants import parse_instant
from swipesavvy.domain.reference_tables import TABLES

LOG = logging.getLogger(__name__)
_READ_BYTES = 1 << 20
_NEWEST = {"orders": "ordered_at"}
_REFUSED_COLUMNS = "landing_file, landing_line, reason, detail, raw"


def _digest(file: LandingFile, length: int | None = None) -> str:
    """A digest of a file's first `length` bytes, or of all."""
    digest, left = hashlib.blake2b(digest_size=16), file.size if length is None else length
    with file.path.open("rb", buffering=0) as handle:
        while left > 0 and (data := handle.read(min(left, _READ_BYTES))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()


def _utc_instant(text: str | None) -> datetime | None:
    found = None if text is None else parse_instant(text, assume_utc=True)
    return None if found is None else found.replace(tzinfo=None)


class TableIntake:
    """One ingest of one reference table."""

    def __init__(self, home: Home, files: LakeFiles, name: str, now: datetime) -> None:
        self._home = home
        self._files = files
        self._name = name
        self._table = TABLES[name]
        self._now = now
        self._report = SourceReport(name)
        self._states: list[LandingState] = []

    def run(self) -> SourceReport:
        """Take in every new or changed file; one commit for all of them."""
        report = self._report
        known = self._files.manifest.landing(self._name)
        found = survey(self._home.landing, self._name, TABLE_SUFFIXES, known)
        report.pending.extend(found.pending)
        report.problems.extend(found.problems)
        if found.fresh:
            self._take_in(found.fresh)
        for problem in report.problems:
            LOG.warning("%s", problem)
        return report

    def _take_in(self, fresh: list[LandingFile]) -> None:
        changed, is_replaced = self._changed(fresh)
        if is_replaced:
            changed = survey(self._home.landing, self._name, TABLE_SUFFIXES, {}).fresh
        with self._connection() as connection:
            counts = self._read_all(connection, changed)
            if counts:
                self._commit(connection, self._merge(connection, counts))
        if not counts and self._states:
            self._files.manifest.commit(BatchRecord(self._name, landing=self._states, changes_content=False), self._now)

    def replay(self, chosen: QuarantineFilter, is_dry: bool = False) -> ReplayReport:
        """Read the table's files again if refused rows are meant; rows the present contract accepts move.

        All files are read, because a row that counts anew may give way to one that it used to hide.
        """
        report = ReplayReport()
        held = self._held(chosen)
        if not held:
            return report
        found = survey(self._home.landing, self._name, TABLE_SUFFIXES, {}).fresh
        missing = sorted(set(held) - {file.name for file in found})
        report.problems.extend(f"landing/{name} is gone: its refused rows stay as they are" for name in missing)
        report.judged = sum(count for name, count in held.items() if name not in missing)
        with self._connection() as connection:
            counts = self._read_all(connection, found)
            entries = self._merge(connection, counts) if counts else []
            for entry in entries:
                gone = {(self._name, reason): -count for reason, count in entry.quarantined.items() if count < 0}
                report.accepted.update(gone)
            if entries and not is_dry:
                self._commit(connection, entries, replayable_fact(self._name, 0))
                report.clean = sum(entry.clean for entry in entries)
                report.duplicate = sum(entry.duplicate for entry in entries)
        report.problems.extend(self._report.problems)
        return report

    def _held(self, chosen: QuarantineFilter) -> dict[str, int]:
        """The refused rows that are meant, by landing file."""
        files = self._files.manifest.files(f"{QUARANTINE}:{self._name}")
        if not files:
            return {}
        with lake_connection(self._files.root / SPILL) as connection:
            return dict(
                connection.execute(
                    f"SELECT landing_file, count(*) FROM read_parquet({paths_sql(self._files.root, files)}) "
                    "WHERE ($1 IS NULL OR reason = $1) AND ($2 IS NULL OR landing_file = $2) GROUP BY ALL",
                    [chosen.reason, chosen.landing_file],
                ).fetchall()
            )

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with lake_connection(self._files.root / SPILL) as connection:
            connection.create_function(
                "any_instant",
                _utc_instant,
                ["VARCHAR"],
                "TIMESTAMP",
                null_handling=FunctionNullHandling.SPECIAL,
            )
            table_rules.prepare(connection, home_secret(self._home, USER_IDS))
            yield connection

    def _read_all(self, connection: duckdb.DuckDBPyConnection, files: list[LandingFile]) -> dict[str, int]:
        """Type the rows of these files; the number of rows of each that could be read."""
        connection.execute(table_rules.empty_table_sql("typed_rows", self._table))
        connection.execute(REFUSED)
        return {file.name: landed for file in files if (landed := self._read(connection, file)) is not None}

    def _changed(self, fresh: list[LandingFile]) -> tuple[list[LandingFile], bool]:
        """Files whose bytes differ from what was taken in, and whether one of them lost bytes it had."""
        changed: list[LandingFile] = []
        is_replaced = False
        for file in fresh:
            try:
                before = file.state.fingerprint
                if before and _digest(file) == before:
                    self._states.append(file.after())
                    continue
                is_replaced |= bool(before) and _digest(file, file.state.consumed) != before
            except OSError as error:
                self._report.problems.append(read_problem(file.name, error))
                continue
            changed.append(file)
        return changed, is_replaced

    def _read(self, connection: duckdb.DuckDBPyConnection, file: LandingFile) -> int | None:
        """Type the rows of one file; its number of rows, or None (and a problem) if it cannot be read."""
        pending: list[int] = []
        landed = 0
        connection.execute("BEGIN")
        try:
            fingerprint = _digest(file)
            for rows in read_rows(file.path, self._table, connection, pending):
                landed += len(rows.lines) + len(rows.refused)
                connection.register("raw_rows", rows.to_arrow(file.name))
                connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {table_rules.typed_sql(self._table)}")
                connection.unregister("raw_rows")
                self._route(connection, file.name, rows.refused)
        except (BadInputError, *READ_ERRORS) as error:
            connection.execute("ROLLBACK")
            self._report.problems.append(_file_problem(file.name, error))
            return None
        connection.execute("COMMIT")
        places = [f"{file.name}:{line}" for line in pending]
        self._report.pending.extend(places)
        state = file.after(
            consumed=file.size,
            line_count=landed,
            fingerprint=fingerprint,
            pending=", ".join(places) or None,
            problem=None,
        )
        self._states.append(state)
        return landed

    def _route(self, connection: duckdb.DuckDBPyConnection, name: str, unreadable: list[tuple[int, str, str]]) -> None:
        """Valid rows to `typed_rows`, the others to `refused`. The text of a row with personal columns is not kept."""
        connection.execute(
            "INSERT INTO typed_rows SELECT * EXCLUDE (reason, detail, raw) FROM judged WHERE reason IS NULL"
        )
        connection.execute(
            "INSERT INTO refused SELECT landing_file, landing_line, reason, detail, raw FROM judged "
            "WHERE reason IS NOT NULL"
        )
        if unreadable:
            connection.executemany(
                "INSERT INTO refused VALUES (?, ?, ?, ?, NULL)",
                [(name, line, reason, detail) for line, reason, detail in unreadable],
            )

    def _merge(self, connection: duckdb.DuckDBPyConnection, landed: dict[str, int]) -> list[LedgerEntry]:
        """Merge the rows just read with those of all other files into the table `newest`, and check; what changed."""
        old, old_refused = self._present()
        self._keep_others(connection, "typed_rows", "*", old, list(landed))
        self._keep_others(connection, "refused", _REFUSED_COLUMNS, old_refused, list(landed))
        connection.execute(f"CREATE TEMP TABLE newest AS {table_rules.newest_sql(self._table, 'typed_rows')}")
        self._check(connection, landed)
        return self._ledger(connection, landed)

    def _present(self) -> tuple[list[LakeFile], list[LakeFile]]:
        """The files of rows and of refused rows the lake consists of now."""
        manifest = self._files.manifest
        return manifest.files(f"tables:{self._name}"), manifest.files(f"{QUARANTINE}:{self._name}")

    def _commit(
        self,
        connection: duckdb.DuckDBPyConnection,
        entries: list[LedgerEntry],
        facts: dict[str, str | None] | None = None,
    ) -> None:
        """Write the merged rows in place of the present ones, and make them count."""
        record = BatchRecord(self._name, landing=self._states, ledger=entries, facts=facts or {})
        keys = ", ".join(f'"{name}"' for name in self._table.key)
        query = f"SELECT * FROM newest ORDER BY {keys}, landing_file, landing_line"
        write = partial(self._files.write, connection)
        record.added.extend(write(query, f"tables:{self._name}", newest_at=self._newest(connection)))
        old, old_refused = self._present()
        record.added.extend(write(self._quarantine_sql(old_refused), f"{QUARANTINE}:{self._name}"))
        record.removed.extend(file.path for file in (*old, *old_refused))
        for row in entries:
            self._report.add(row.landed, row.clean, row.duplicate, row.quarantined)
        self._report.batches += 1
        self._files.manifest.commit(record, self._now)

    def _quarantine_sql(self, old_refused: list[LakeFile]) -> str:
        """Query for the refused rows; those that were refused for the same reason before keep their instant."""
        query = quarantine_sql(self._name, self._now)
        if not old_refused:
            return query
        return f"""
            SELECT q.* REPLACE (coalesce(o.since, q.quarantined_at) AS quarantined_at) FROM ({query}) q
            LEFT JOIN (
              SELECT landing_file, landing_line, reason, min(quarantined_at) AS since
              FROM read_parquet({paths_sql(self._files.root, old_refused)}) GROUP BY ALL
            ) o USING (landing_file, landing_line, reason) ORDER BY landing_file, landing_line"""

    def _keep_others(
        self, connection: duckdb.DuckDBPyConnection, target: str, columns: str, old: list[LakeFile], landed: list[str]
    ) -> None:
        """Add the rows that the lake holds of files not read this time."""
        if old:
            connection.execute(
                f"INSERT INTO {target} BY NAME SELECT {columns} FROM read_parquet({paths_sql(self._files.root, old)}) "
                "WHERE NOT list_contains($1, landing_file)",
                [landed],
            )

    def _check(self, connection: duckdb.DuckDBPyConnection, landed: dict[str, int]) -> None:
        """The rows just read must meet the table's schema; anything else is a defect of the rules above."""
        query = "SELECT * FROM newest WHERE list_contains($1, landing_file)"
        frame = pl.from_arrow(connection.sql(query, params=[list(landed)]).to_arrow_table())
        found = table_rules.breaches(self._table, frame) if isinstance(frame, pl.DataFrame) else []
        if found:
            raise LakeWriteError(f"rows of {self._name} break their schema and were not stored: {'; '.join(found)}")

    def _newest(self, connection: duckdb.DuckDBPyConnection) -> datetime | None:
        column = _NEWEST.get(self._name)
        if column is None:
            return None
        found: datetime | None = connection.execute(f"SELECT max({column}) FROM newest").fetchall()[0][0]
        return found

    def _ledger(self, connection: duckdb.DuckDBPyConnection, landed: dict[str, int]) -> list[LedgerEntry]:
        """Changes against what the ledger says of each landing file: rows it lost to newer versions included."""
        clean = dict(connection.execute("SELECT landing_file, count(*) FROM newest GROUP BY ALL").fetchall())
        refused: dict[str, dict[str, int]] = {}
        for name, reason, count in connection.execute(
            "SELECT landing_file, reason, count(*) FROM refused GROUP BY ALL"
        ).fetchall():
            refused.setdefault(name, {})[reason] = count
        rows = [row for row in self._files.manifest.ledger() if row.source == self._name]
        return changes(rows, landed, clean, refused)


def _file_problem(name: str, error: BaseException) -> str:
    if isinstance(error, BadInputError):
        return f"landing/{name}: {error}; nothing was taken from it, its neighbours were"
    if isinstance(error, FileNotFoundError):
        return read_problem(name, error)
    return f"landing/{name} could not be read ({error}); nothing was taken from it, its neighbours were"
