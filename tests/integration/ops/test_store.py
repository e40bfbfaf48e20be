import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from swipesavvy.adapters.ops import OpsStore, open_ops
from swipesavvy.adapters.ops.attempts import AttemptRow
from swipesavvy.adapters.ops.base import Base
from swipesavvy.adapters.ops.engine import WRITES, home_schema, ops_engine
from swipesavvy.adapters.ops.migrations import HEAD
from swipesavvy.adapters.ops.revisions import alembic_config
from swipesavvy.application.people import SignIn
from swipesavvy.domain.errors import BadInputError, BusyError
from swipesavvy.domain.home import Home
from swipesavvy.domain.people import Attempts
from swipesavvy.settings import Settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_migrations_build_what_the_models_declare(store: OpsStore) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_revision_is_the_one_named() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_a_store_can_be_taken_down_and_up_again(store: OpsStore, settings: Settings) -> None:
    with store.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.downgrade(alembic_config(connection), "base")
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    open_ops(settings).close()
    assert "people" in inspect(store.engine).get_table_names()


def test_an_instant_comes_back_aware_in_utc_whatever_its_zone(store: OpsStore) -> None:
    there = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with store.writing() as unit:
        unit.attempts.of("a")
        unit.attempts.put("a", Attempts(1, there))
    with store.writing() as unit:
        found = unit.attempts.of("a").last_at
    assert found == there
    assert found is not None
    assert found.utcoffset() == timedelta(0)
    with store.reading() as unit:
        assert (
            unit.session.query(AttemptRow).filter(AttemptRow.last_at < there + timedelta(microseconds=1)).count() == 1
        )
        assert unit.session.query(AttemptRow).filter(AttemptRow.last_at < there).count() == 0


def test_a_time_without_a_zone_is_refused(store: OpsStore) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), store.writing() as unit:
        unit.attempts.put("a", Attempts(1, datetime(2026, 3, 29)))  # noqa: DTZ001


def test_an_error_takes_the_whole_transaction_back(store: OpsStore) -> None:
    def fail_after_writing() -> None:
        with store.writing() as unit:
            unit.attempts.of("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with store.reading() as unit:
        assert unit.session.query(AttemptRow).count() == 0


def test_foreign_keys_hold(store: OpsStore) -> None:
    with pytest.raises(IntegrityError), store.writing() as unit:
        unit.sessions.add(SignIn("h", "nobody", NOW, NOW))


def test_two_homes_share_nothing(store: OpsStore, settings: Settings, tmp_path: Path) -> None:
    other = open_ops(settings.model_copy(update={"home": tmp_path / "other"}))
    with other.writing() as unit:
        unit.attempts.of("a")
    with store.reading() as unit:
        assert unit.session.query(AttemptRow).count() == 0
    other.close()


def test_a_store_of_a_newer_version_is_left_alone(store: OpsStore, settings: Settings) -> None:
    with store.writing() as unit:
        unit.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadInputError, match="revision 9999, which this version does not know"):
        open_ops(settings)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from swipesavvy.adapters.ops import open_ops
from swipesavvy.domain.people import Attempts
from swipesavvy.settings import Settings
store = open_ops(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2] or None))
for number in range(60):
    with store.writing() as unit:
        unit.people.all()
        count = unit.attempts.of("shared").failures
        unit.attempts.put("shared", Attempts(count + 1, datetime.now(UTC)))
store.close()
"""


def test_processes_that_start_and_write_together_lose_nothing(settings: Settings) -> None:
    """Each also races to migrate the empty store; reading first and writing later must not fail or lose an update."""
    address = settings.database_url.get_secret_value() if settings.database_url else ""
    arguments = [sys.executable, "-W", "error", "-c", WRITER, str(settings.home), address]
    writers = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [writer.communicate(timeout=90)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], errors
    store = open_ops(settings)
    with store.writing() as unit:
        assert unit.attempts.of("shared").failures == 180
    store.close()


def test_sqlite_is_private_durable_and_waits(home: Home) -> None:
    store = open_ops(Settings(home=home.root))
    with store.engine.connect() as connection:
        pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
        assert [connection.scalar(text(f"PRAGMA {name}")) for name in pragmas] == ["wal", 2, 1, 15_000]
    assert home.ops_file.stat().st_mode & 0o077 == 0
    store.close()


def test_a_writer_that_waits_too_long_is_told_in_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swipesavvy.adapters.ops.engine.BUSY_SECONDS", 0)
    store = open_ops(Settings(home=home.root))
    with store.writing() as first:
        first.attempts.of("a")
        with pytest.raises(BusyError, match="database is locked"), store.writing() as second:
            second.attempts.of("b")
    store.close()


def test_a_damaged_file_is_told_in_one_line(home: Home) -> None:
    home.ops_file.write_text("this is no database at all, whatever its name says\n" * 40)
    with pytest.raises(BadInputError, match=r"damaged.*restore"):
        open_ops(Settings(home=home.root))


@pytest.mark.parametrize("address", ["mysql://me:secret@host/db", "no address", "sqlite:///x"])
def test_an_address_of_something_else_is_refused_without_repeating_it(home: Home, address: str) -> None:
    with pytest.raises(BadInputError, match="no address of PostgreSQL") as refused:
        open_ops(Settings(home=home.root, database_url=address))
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_is_told_without_the_password(home: Home) -> None:
    with pytest.raises(BusyError, match="does not answer") as refused:
        open_ops(Settings(home=home.root, database_url="postgresql://me:secret@127.0.0.1:1/db"))
    assert "secret" not in str(refused.value)


def test_the_schema_of_a_home_is_drawn_once(home: Home) -> None:
    name = home_schema(home)
    assert home_schema(home) == name
    home.ops_schema_file.write_text('public"; drop table people; --\n')
    with pytest.raises(BadInputError, match="no schema name"):
        ops_engine(home, "postgresql://host/db")
