"""One batch of events in memory: chunks of lines in, typed rows and refused lines out.

Belongs here: running the compiled routing on a private in-memory DuckDB. Not here: which copy of an event wins
(`duplicates`) and what is written where (`event_batches`).
"""

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from swipesavvy.adapters.lake import routing
from swipesavvy.adapters.lake.lines import Chunk
from swipesavvy.adapters.lake.personal_data import PersonalData
from swipesavvy.adapters.lake.quarantine import REFUSED
from swipesavvy.domain.event_contract import Reason

_STAGED = """
CREATE OR REPLACE TEMP TABLE staged (
  file_no INTEGER, line_no BIGINT, reason VARCHAR, detail VARCHAR, event_uid UUID, event_type VARCHAR,
  event_at TIMESTAMP, received_at TIMESTAMP, event_date DATE, user_id VARCHAR, session_id VARCHAR, source VARCHAR,
  actor_type VARCHAR, is_known_type BOOLEAN, is_late BOOLEAN, is_clock_skewed BOOLEAN, campaign_id UUID,
  creative_id UUID, order_id UUID, segment_id VARCHAR, delivery_channel VARCHAR, view_type VARCHAR,
  is_holdout BOOLEAN, order_value DOUBLE, amount DOUBLE, properties VARCHAR, context VARCHAR, extra VARCHAR
)"""
_KINDS = "SELECT DISTINCT kind::VARCHAR FROM envelopes"
EVENT_COLUMNS = """event_uid::VARCHAR AS event_id, event_type, event_at, received_at, event_date, user_id, session_id,
  source, actor_type, is_known_type, is_late, is_clock_skewed, campaign_id::VARCHAR AS campaign_id,
  creative_id::VARCHAR AS creative_id, order_id::VARCHAR AS order_id, segment_id, delivery_channel, view_type,
  is_holdout, order_value, amount, properties, context, landing_file, line_no AS landing_line, extra,
  getvariable('available_at')::TIMESTAMP AS available_at"""


@contextmanager
def lake_connection(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory DuckDB that reads times as UTC and spills to `spill` rather than exhaust the memory."""
    connection = duckdb.connect(
        config={
            "memory_limit": "3GB",
            "temp_directory": os.fspath(spill),
            "preserve_insertion_order": "false",
            # A checkpoint of tables in memory compresses them, which costs more than all the rest.
            "checkpoint_threshold": "1TB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        connection.execute("SET TimeZone = 'UTC'; SET arrow_lossless_conversion = true")
        yield connection
    finally:
        connection.close()


class Stage:
    """The staged rows of the current batch; `clear` starts the next one. No line of the `history` files is too old.

    `user_id_key` gives the secret behind the pseudonyms of user ids that are addresses or phone numbers.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        now: datetime,
        user_id_key: Callable[[], bytes],
        history: Collection[str] = frozenset(),
    ) -> None:
        self.connection = connection
        self._personal_data = PersonalData(connection, user_id_key)
        self._now = now
        self._history = history
        routing.prepare(connection)
        connection.execute(f"SET VARIABLE available_at = {routing.literal(now)}")
        self._envelopes = routing.envelope_sql()
        self._signatures = routing.signatures_sql()
        self._observed_names = routing.observed_names_sql()
        self.clear()

    def clear(self) -> None:
        """Forget the batch."""
        self.connection.execute(_STAGED)
        self.connection.execute(REFUSED)
        self._personal_data.clear()
        self.line_count = 0

    def add(self, chunk: Chunk) -> None:
        """Judge and type every line of a chunk."""
        connection = self.connection
        connection.register("lines", chunk.lines)
        try:
            connection.execute(self._envelopes)
            connection.execute(self._signatures)
            self._mark_repeated_keys()
            history = [number for number, name in enumerate(chunk.files) if name in self._history]
            connection.execute(f"SET VARIABLE {routing.HISTORY_FILES} = {history}::INTEGER[]")
            connection.execute(f"INSERT INTO staged {routing.typed_sql(self._observed(), self._now)}")
            self._set_refused_aside(chunk)
            self._personal_data.take_out(chunk.files)
        finally:
            connection.unregister("lines")
        self.line_count += chunk.lines.num_rows + len(chunk.unreadable)

    def _mark_repeated_keys(self) -> None:
        contexts = [context for (context,) in self.rows(routing.broken_contexts_sql())]
        if contexts:
            self.connection.execute(
                f"UPDATE envelopes SET {routing.MALFORMED} WHERE context IN (SELECT unnest($1))",
                [contexts],
            )
        keys = [names for (names,) in self.rows(routing.repeated_properties_sql())]
        if keys:
            self.connection.execute(routing.mark_repeated_properties_sql(), [keys])

    def _observed(self) -> dict[str | None, set[str]]:
        """Property names seen per known type, None standing for all unknown ones."""
        observed: dict[str | None, set[str]] = {kind: set() for (kind,) in self.rows(_KINDS)}
        for kind, name in self.rows(self._observed_names):
            # A type is missing when all its events turned out to repeat keys after the names were gathered.
            if kind in observed:
                observed[kind].add(name)
        return observed

    def _set_refused_aside(self, chunk: Chunk) -> None:
        """Move refused rows out of the stage together with their text; the chunk's lines are gone after this."""
        connection = self.connection
        connection.register("file_names", _name_table(chunk.files))
        # A refused line may hide a grammar error in a place no valid line uses.
        connection.execute(f"""
            INSERT INTO refused
            SELECT name, line_no, CASE WHEN is_sound THEN reason ELSE '{Reason.MALFORMED_JSON}' END,
              CASE WHEN is_sound THEN detail END, rtrim(line, chr(10) || chr(13))
            FROM (
              SELECT name, line_no, reason, detail, line,
                CASE WHEN reason = '{Reason.MALFORMED_JSON}' THEN false ELSE strict_object(line) END AS is_sound
              FROM staged JOIN lines USING (file_no, line_no) JOIN file_names USING (file_no)
              WHERE reason IS NOT NULL
            )""")
        connection.execute("DELETE FROM staged WHERE reason IS NOT NULL")
        connection.unregister("file_names")
        if chunk.unreadable:
            connection.executemany(
                "INSERT INTO refused VALUES (?, ?, ?, 'not UTF-8', ?)",
                [(line.landing_file, line.line, Reason.MALFORMED_JSON.value, line.raw) for line in chunk.unreadable],
            )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(query, list(values)).fetchall()

    def name_files(self, names: list[str]) -> None:
        """Make the table `landing_files` and the view `events` (lake columns) over the staged rows."""
        self.connection.register("landing_files", _name_table(names))
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP VIEW events AS
            SELECT {EVENT_COLUMNS}
            FROM staged JOIN (SELECT file_no, name AS landing_file FROM landing_files) USING (file_no)""")

    def refused_counts(self) -> dict[str, Counter[str]]:
        """Refused lines by landing file and reason."""
        counts: dict[str, Counter[str]] = {}
        for file, reason, count in self.rows("SELECT landing_file, reason, count(*) FROM refused GROUP BY ALL"):
            counts.setdefault(file, Counter())[reason] = count
        return counts

    def scrubbed_counts(self) -> dict[str, int]:
        """Lines that personal data was taken out of, by landing file, whatever became of them otherwise."""
        return dict(self._personal_data.counts)


def _name_table(names: list[str]) -> pa.Table:
    return pa.table({"file_no": pa.array(range(len(names)), pa.int32()), "name": pa.array(names, pa.string())})
