"""Shared fixtures: a scrubbed environment and temporary homes."""

import os
from pathlib import Path

import pytest

from swipesavvy.domain.home import Home

KEPT = {"SWIPESAVVY_TEST_DATA"}
for _name in [n for n in os.environ if n.startswith(("SWIPESAVVY_", "DAGSTER_", "DBT_")) and n not in KEPT]:
    del os.environ[_name]
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["TZ"] = "UTC"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty installation."""
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data sets; skips with the reason where it is absent."""
    folder = os.environ.get("SWIPESAVVY_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SWIPESAVVY_TEST_DATA does not name a folder with the real data sets")
    return Path(folder)
