"""The last step: what dbt built and every check passed becomes the snapshot that readers open."""

import dagster as dg

from dagster_project.dbt_phases import PHASES, POOL, dbt_base, dbt_final, manifest
from dagster_project.presentation import lag_minutes, table_metadata
from dagster_project.quality_assets import EMITTED
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.catalogue import metric_catalogue, served_tables
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.ledger_table import ledger_table
from swipesavvy.adapters.results import forget_results
from swipesavvy.adapters.serving_files import snapshot_path
from swipesavvy.adapters.snapshots import SnapshotContent, publish, retire
from swipesavvy.adapters.sources_file import read_plan
from swipesavvy.adapters.warehouse import built_phases
from swipesavvy.domain.builds import BuildPlan
from swipesavvy.domain.errors import BuildError

SNAPSHOT = dg.AssetKey(["serving", "snapshot"])


@dg.asset(
    key=SNAPSHOT,
    # Every model, so that no failing check of any of them can be overtaken.
    deps=[*dbt_base.keys, *dbt_final.keys, EMITTED],
    group_name="serving",
    owners=["team:data-engineering"],
    kinds={"duckdb"},
    pool=POOL,
    description="An immutable DuckDB file with the served tables; the pointer CURRENT names it afterwards.",
)
def serving_snapshot(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """Publish the planned build, then retire old snapshots."""
    home, now = installation.home, installation.now()
    plan = read_plan(home)
    _require_all_phases(installation, plan)
    progress.info("publishing %s", plan.build_id)
    content = SnapshotContent(
        tables=served_tables(manifest),
        catalogue=metric_catalogue(manifest),
        ledger=ledger_table(open_lake(home).ledger()),
    )
    rows = publish(home, plan, content, now)
    forget_results(home, retire(home, now))
    path = snapshot_path(home, plan.build_id)
    return dg.MaterializeResult(
        metadata={
            **table_metadata(context, SNAPSHOT, sum(rows.values())),
            **lag_minutes(plan.data_as_of, now),
            "build_id": plan.build_id,
            "as_of": dg.MetadataValue.timestamp(plan.as_of),
            "megabytes": round(path.stat().st_size / 1e6, 2),
            "tables": dg.MetadataValue.md("\n".join(f"- `{name}`: {count:,} rows" for name, count in rows.items())),
            "path": dg.MetadataValue.path(path),
        }
    )


def _require_all_phases(installation: Installation, plan: BuildPlan) -> None:
    missing = set(PHASES) - built_phases(installation.home, plan.build_id)
    if missing:
        message = f"build {plan.build_id}: {' and '.join(sorted(missing))} did not finish; materialise all of it first"
        raise BuildError(message)
