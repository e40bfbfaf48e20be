"""A failing data test publishes nothing, and says which test found how many rows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_homes import landed_home, published_metrics

from swipesavvy.adapters.serving_files import current_build, published_builds
from swipesavvy.domain.home import Home
from swipesavvy.settings import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipeline")]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code, so that a test can be added to its dbt project."""
    copy = tmp_path / "checkout"
    for name in ("swipesavvy", "dagster_project", "dbt_project"):
        shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    return copy


def run(checkout: Path, home: Home) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swipesavvy", "run", "--select", "realtime", "--home", str(home.root)]
    environment = {"PYTHONPATH": str(checkout), "PATH": str(Path(sys.executable).parent)}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_the_snapshot_of_before_stays(checkout: Path, small_market: Path, tmp_path: Path) -> None:
    home = landed_home(tmp_path / "home", small_market)
    first = run(checkout, home)
    assert first.returncode == 0, first.stderr
    before, rows = current_build(home), published_metrics(home)

    test = checkout / "dbt_project" / "tests" / "assert_nothing_passes.sql"
    for model in ("fct_conversions", "metric_values"):
        test.write_text(f"select 1 as found from {{{{ ref('{model}') }}}} limit 3\n", encoding="utf-8")
        failed = run(checkout, home)
        assert failed.returncode == 1
        last = failed.stderr.strip().splitlines()[-1]
        assert last.startswith("error: test assert_nothing_passes found 3 rows; nothing was published"), failed.stderr
        assert "Traceback" not in failed.stderr
        assert (current_build(home), published_builds(home)) == (before, [before])
        assert published_metrics(home) == rows

    test.unlink()
    again = run(checkout, home)
    assert again.stdout == f"nothing new; build {before} stands\n", "and nothing stands in the way of the next run"
