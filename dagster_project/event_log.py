"""Dagster's SQLite event log for a process that runs jobs itself: an open connection per file, not one per event.

Dagster opens, uses and closes a file for each of a run's hundreds of events, which costs a fifth of a small run's CPU
and, on a busy disk, most of its time. The files are the same, so its web server and daemon read them as always.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 60


class HeldEventLog(SqliteEventLogStorage):
    """The event log with its connections kept until `dispose`; the parent's lock lets in one thread at a time."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._held: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """Dagster's own constructor from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._held.get(shard)
            if engine is None:
                arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
                engine = create_engine(self.conn_string_for_shard(shard), connect_args=arguments, poolclass=StaticPool)
                self._initdb(engine)
                # No wait for the disk per event: with a write-ahead log a power cut costs the newest entries of
                # Dagster's history and never its soundness. What was published does not hang on it.
                with engine.connect() as connection:
                    connection.execute(text("PRAGMA synchronous=NORMAL"))
                self._held[shard] = engine
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close every file."""
        for engine in self._held.values():
            engine.dispose()
        self._held.clear()
        super().dispose()
