"""The event log of a working process: the same files as Dagster's own, held open, without a wait per event."""

from pathlib import Path

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import text

from dagster_project.event_log import HeldEventLog


def test_files_are_dagsters_own_and_no_event_waits_for_the_disk(tmp_path: Path) -> None:
    held = HeldEventLog(str(tmp_path))
    for shard in ("index", "a-run"):
        with held._connect(shard) as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 1, "NORMAL"
    held.dispose()
    plain = SqliteEventLogStorage(str(tmp_path))
    assert plain.path_for_shard("a-run") == str(tmp_path / "a-run.db")
    assert (tmp_path / "a-run.db").is_file()
    with plain._connect("a-run") as connection:
        assert connection.execute(text("select count(*) from event_logs")).scalar() == 0
    plain.dispose()
