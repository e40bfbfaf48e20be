"""Python between dbt's phases: reads sufficient statistics, calls the application, writes result tables.

The statistics themselves are `swipesavvy.domain.statistics`; nothing is computed here.
"""

from dataclasses import replace

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.presentation import table_metadata
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.results import write_result
from swipesavvy.adapters.sources_file import read_plan, write_plan
from swipesavvy.adapters.warehouse import reading

LIFT_INTERVALS = dg.AssetKey(["results", "lift_intervals"])
EXPERIMENT_ARMS = dg.AssetKey(["marts", "experiment_arms"])


@dg.asset(
    key=LIFT_INTERVALS,
    deps=[EXPERIMENT_ARMS],
    group_name="statistics",
    owners=["team:data-science"],
    kinds={"python", "parquet"},
    pool=POOL,
    description="Confidence intervals and p-values of every experiment, from the arms' sufficient statistics.",
)
def lift_intervals(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """Compute the intervals and add their file to what dbt's final phase reads."""
    from swipesavvy.application import experiment_statistics

    progress.info("computing intervals")
    home = installation.home
    plan = read_plan(home)
    with reading(home) as connection:
        arms = connection.table("marts.experiment_arms").to_arrow_table().to_pylist()
    rows = experiment_statistics.lift_intervals(arms)
    path = write_result(home, "lift_intervals", plan.build_id, rows)
    write_plan(home, replace(plan, tables={**plan.tables, "lift_intervals": [str(path.resolve())]}))
    return dg.MaterializeResult(
        metadata={
            **table_metadata(context, LIFT_INTERVALS, len(rows)),
            "arms": len(arms),
            "path": dg.MetadataValue.path(path),
        }
    )
