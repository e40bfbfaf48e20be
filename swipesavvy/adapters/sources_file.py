"""The hand-over to dbt: one JSON file naming `as_of`, the build and the Parquet files of every source."""

import json
from datetime import UTC, datetime
from pathlib import Path

from swipesavvy.adapters.durable import write_json
from swipesavvy.domain.builds import BuildPlan
from swipesavvy.domain.errors import NotBuiltYetError
from swipesavvy.domain.home import Home

INSTANT = "%Y-%m-%dT%H:%M:%S.%f"


def write_plan(home: Home, plan: BuildPlan) -> None:
    """Replace the hand-over file; dbt reads it at the start of each of its phases."""
    write_json(
        home.sources_file,
        {
            "as_of": plan.as_of.strftime(INSTANT),
            "data_as_of": plan.data_as_of.strftime(INSTANT),
            "build_id": plan.build_id,
            "lake_version": plan.lake_version,
            "code_version": plan.code_version,
            "fingerprint": plan.fingerprint,
            "tables": plan.tables,
            "emits": plan.emits,
        },
    )


def read_plan(home: Home) -> BuildPlan:
    """The plan of the build in progress.

    Raises:
        NotBuiltYetError: no build was planned in this home yet.
    """
    path: Path = home.sources_file
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path}: no build is planned; materialise lake/build first, or run `swipesavvy run`"
        raise NotBuiltYetError(message) from None
    return BuildPlan(
        build_id=value["build_id"],
        as_of=datetime.fromisoformat(value["as_of"]).replace(tzinfo=UTC),
        data_as_of=datetime.fromisoformat(value["data_as_of"]).replace(tzinfo=UTC),
        lake_version=value["lake_version"],
        code_version=value["code_version"],
        fingerprint=value["fingerprint"],
        tables=value["tables"],
        emits=value.get("emits", False),
    )
