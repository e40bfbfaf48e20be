"""One process builds at a time, and what a killed one left is thrown away."""

import logging
import subprocess
import sys
from datetime import UTC, datetime

import duckdb
import pytest

from swipesavvy.adapters import warehouse
from swipesavvy.domain.errors import BusyError, NotBuiltYetError
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from swipesavvy.adapters.warehouse import warehouse_lock
from swipesavvy.domain.home import Home
with warehouse_lock(Home(Path(sys.argv[1])), "a test", datetime(2026, 11, 21, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_holder_is_named_and_its_death_frees_the_lock(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(BusyError, match=rf"process {other.pid} \(a test, since 2026-11-21T00:00:00"),
            warehouse.warehouse_lock(home, "us", NOW),
        ):
            pass
        with (
            caplog.at_level(logging.INFO, "swipesavvy.progress"),
            pytest.raises(BusyError),
            warehouse.warehouse_lock(home, "us", NOW, wait_seconds=0.3),
        ):
            pass
        assert f"waiting: process {other.pid}" in caplog.text
        other.kill()
        other.wait()
    with warehouse.warehouse_lock(home, "us", NOW):
        pass


def test_entering_twice_in_one_process_is_free(home: Home) -> None:
    with warehouse.warehouse_lock(home, "run", NOW), warehouse.warehouse_lock(home, "asset", NOW):
        pass


def test_a_warehouse_left_by_a_killed_writer_starts_anew(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with warehouse.writing(home) as path, duckdb.connect(path) as connection:
        connection.execute("create table kept as select 1 as a")
    with warehouse.reading(home) as connection:
        assert connection.execute("from kept").fetchall() == [(1,)]

    def die() -> None:
        with warehouse.writing(home):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    with pytest.raises(NotBuiltYetError, match="swipesavvy run"), warehouse.reading(home):
        pass
    with caplog.at_level(logging.WARNING), warehouse.writing(home) as path:
        assert not path.exists()
    assert "cut short" in caplog.text


def test_phases_belong_to_one_build(home: Home) -> None:
    warehouse.mark_built(home, "b1", "base")
    warehouse.mark_built(home, "b1", "final")
    assert warehouse.built_phases(home, "b1") == {"base", "final"}
    warehouse.mark_built(home, "b2", "base")
    assert warehouse.built_phases(home, "b1") == set()
    assert warehouse.built_phases(home, "b2") == {"base"}
