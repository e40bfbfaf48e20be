"""The fixed price of the tools: a dbt build of one trivial model and a Dagster run of one trivial asset, each fresh.

Belongs here: the smallest projects that start everything and do nothing.
"""

import sys
from pathlib import Path

from tests.benchmarks.measuring import Cost, cost_of

PROJECT = """name: trivial
version: "1.0"
config-version: 2
profile: trivial
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = "trivial: {{target: dev, outputs: {{dev: {{type: duckdb, path: '{path}', threads: 1}}}}}}\n"
ASSET = """
import sys
import dagster as dg

@dg.asset
def trivial():
    return None

with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    assert dg.materialize([trivial], instance=instance).success
"""


def dbt_start(folder: Path) -> Cost:
    """`dbt build` of one model; the first call parses, so call it once before measuring."""
    if not (folder / "models").is_dir():
        (folder / "models").mkdir(parents=True)
        (folder / "models" / "one.sql").write_text("select 1 as one\n", encoding="utf-8")
        (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
        (folder / "profiles.yml").write_text(PROFILE.format(path=folder / "trivial.duckdb"), encoding="utf-8")
    dbt = str(Path(sys.executable).with_name("dbt"))
    return cost_of([dbt, "build", "--project-dir", str(folder), "--profiles-dir", str(folder)], folder / "dbt.log")


def dagster_start(folder: Path) -> Cost:
    """One asset materialised in process on an instance that keeps its history on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "asset.py"
    script.write_text(ASSET, encoding="utf-8")
    instance = folder / "instance"
    instance.mkdir(exist_ok=True)
    return cost_of([sys.executable, str(script), str(instance)], folder / "dagster.log")
