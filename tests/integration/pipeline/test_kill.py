"""Killed at any moment and run again, a run ends as if nothing had happened."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from small_homes import landed_home, published_metrics

from dagster_project.instance import LIVE, working_instance
from swipesavvy.adapters.serving_files import current_build, published_builds
from swipesavvy.commands.run import refresh_home
from swipesavvy.domain.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipeline")]
PATIENCE_SECONDS = 300

Moment = Callable[[Home], bool]


def _phases(home: Home) -> str:
    file = home.warehouse / "phases.json"
    return file.read_text(encoding="utf-8") if file.exists() else ""


MOMENTS: dict[str, Moment] = {
    "the lake is being filled": lambda home: (home.lake / "manifest.db").exists(),
    "the build is planned": lambda home: home.sources_file.exists(),
    "dbt writes the marts": lambda home: (
        home.warehouse_file.exists() and home.warehouse_file.stat().st_size > 1_000_000
    ),
    "the marts are done": lambda home: "base" in _phases(home),
    "the intervals are written": lambda home: any((home.results / "lift_intervals").glob("*.parquet")),
    "the metrics are done": lambda home: "final" in _phases(home),
    "the snapshot is being copied": lambda home: any(home.serving.glob(".*.duckdb*")),
    "the pointer has moved": lambda home: home.current_pointer.exists(),
}


@pytest.fixture(scope="module")
def undisturbed(small_market: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = landed_home(tmp_path_factory.mktemp("undisturbed"), small_market)
    refresh_home(home, "realtime")
    return home


def start_run(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "swipesavvy", "run", "--select", "realtime", "--home", str(home.root)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_when(process: subprocess.Popen[bytes], due: Callable[[], bool]) -> bool:
    """Kill without warning at the first instant `due` holds; False if the run ended before."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if due():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.002)
    process.kill()
    process.wait()
    return False


def assert_as_undisturbed(home: Home, undisturbed: Home) -> None:
    assert published_metrics(home) == published_metrics(undisturbed)
    build_id = current_build(home)
    assert build_id == published_builds(home)[-1]
    assert not list(home.serving.glob(".*")), "no half snapshot is left"
    assert not (home.warehouse / "WRITING").exists()
    with working_instance(home) as instance:
        assert not instance.get_runs(filters=dg.RunsFilter(statuses=LIVE)), "no run is left as going on"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_when(moment: str, tmp_path: Path, small_market: Path, undisturbed: Home) -> None:
    home = landed_home(tmp_path / "home", small_market)
    assert kill_when(start_run(home), lambda: MOMENTS[moment](home)), "the run ended before the moment came"
    refresh_home(home, "realtime")
    assert_as_undisturbed(home, undisturbed)


def test_a_run_killed_three_times_at_random(tmp_path: Path, small_market: Path, undisturbed: Home) -> None:
    home = landed_home(tmp_path / "home", small_market)
    chance = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID", "fixed"))
    for _ in range(3):
        until = time.monotonic() + chance.uniform(1, 25)
        kill_when(start_run(home), lambda until=until: time.monotonic() > until)  # type: ignore[misc]
    refresh_home(home, "realtime")
    assert_as_undisturbed(home, undisturbed)


def test_a_lost_warehouse_is_made_again(tmp_path: Path, undisturbed: Home) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(undisturbed.root, home.root)
    shutil.rmtree(home.warehouse)
    shutil.rmtree(home.serving)
    refresh_home(home, "realtime")
    assert_as_undisturbed(home, undisturbed)
