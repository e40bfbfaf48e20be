"""A bare `dbt build`, as the data team would type it: nothing landed, nothing handed over, unit tests included."""

import json
import os
import subprocess
import sys
from pathlib import Path

from swipesavvy.adapters.code_version import DBT_PROJECT


def test_a_bare_build_of_a_fresh_checkout_passes_with_its_unit_tests(tmp_path: Path) -> None:
    environment = os.environ | {
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "SWIPESAVVY_WAREHOUSE": str(tmp_path / "fresh.duckdb"),
        "SWIPESAVVY_SOURCES": str(tmp_path / "absent.json"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "build", "--profiles-dir", "."],
        cwd=DBT_PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    statuses = {
        kind: {r["status"] for r in results if r["unique_id"].startswith(kind)} for kind in ("unit_test", "test")
    }
    assert statuses == {"unit_test": {"pass"}, "test": {"pass"}}
    tested = {r["unique_id"].split(".")[2] for r in results if r["unique_id"].startswith("unit_test.")}
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))
    metrics = {
        node["name"] for node in manifest["nodes"].values() if node.get("config", {}).get("meta", {}).get("metric")
    }
    assert metrics <= tested, f"without a unit test: {sorted(metrics - tested)}"
