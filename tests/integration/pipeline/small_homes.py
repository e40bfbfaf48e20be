"""Homes for tests of whole runs: files that have just landed, and what is published afterwards."""

import shutil
from pathlib import Path
from typing import Any

import duckdb

from swipesavvy.adapters.serving_files import current_build, snapshot_path
from swipesavvy.domain.home import Home


def landed_home(root: Path, landing: Path) -> Home:
    """A home into which these files have just landed."""
    home = Home(root)
    shutil.copytree(landing, home.landing)
    return home


def published_metrics(home: Home) -> list[tuple[Any, ...]]:
    """Every metric row of the snapshot in a fixed order, but those that tell of the intake and of builds' own lines."""
    build_id = current_build(home)
    assert build_id is not None
    with duckdb.connect(snapshot_path(home, build_id), read_only=True) as connection:
        return connection.execute(
            "select * from metric_values where not regexp_matches(metric, '^(data_freshness|late_share)') order by all"
        ).fetchall()
