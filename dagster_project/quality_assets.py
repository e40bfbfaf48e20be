"""The quality of what landed: the ledger and its like handed to dbt, anomalies, and what a build tells about itself.

Rates and limits are the quality models' business, detection is `swipesavvy.domain.anomalies`; nothing is computed here.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.lake_assets import EVENTS, OWNERS, PLAN
from dagster_project.presentation import table_metadata
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.build_events import events_of_build, take_in_emitted
from swipesavvy.adapters.emitted_events import append_emitted
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake_profile import rows_in
from swipesavvy.adapters.quality_sources import quality_sources
from swipesavvy.adapters.results import write_result
from swipesavvy.adapters.sources_file import read_plan, write_plan
from swipesavvy.adapters.warehouse import reading
from swipesavvy.adapters.watched_series import read_counts, read_figures
from swipesavvy.application.anomaly_detection import detect

GROUP = "quality"
ANOMALIES = dg.AssetKey(["results", "anomalies"])
EMITTED = dg.AssetKey(["landing", "emitted"])
SOURCES = {
    "batch_ledger": "What became of landed lines, one row per batch, landing file, outcome and reason.",
    "contract": "The event contract, one row per event type and declared property.",
    "quarantined": "Refused lines and rows; dbt reads all but their text.",
    "duplicates": "Copies of events that did not win.",
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["lake", name],
            deps=[EVENTS, PLAN],
            group_name=GROUP,
            owners=OWNERS,
            kinds={"parquet"},
            description=description,
        )
        for name, description in SOURCES.items()
    ],
    name="quality_sources",
    pool=POOL,
)
def quality_source_files(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Gather what the quality models read and add it to the hand-over."""
    home = installation.home
    plan = read_plan(home)
    found = quality_sources(home, open_lake(home), plan.build_id)
    tables = {name: [str(path.resolve()) for path in files] for name, files in found.items()}
    write_plan(home, replace(plan, tables=plan.tables | tables))
    for name, files in found.items():
        key = dg.AssetKey(["lake", name])
        yield dg.MaterializeResult(asset_key=key, metadata=table_metadata(context, key, rows_in(files)))


@dg.asset(
    key=ANOMALIES,
    deps=[
        ["intermediate", "int_event_hours"],
        ["intermediate", "int_duplicate_hours"],
        ["marts", "metric_series"],
    ],
    group_name=GROUP,
    owners=["team:data-science"],
    kinds={"python", "parquet"},
    pool=POOL,
    description="Unusual hours and days of volumes, duplicate copies and daily metrics in the last 30 days.",
)
def anomalies(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """Judge every watched series and add the findings' file to what dbt's final phase reads."""
    progress.info("looking for anomalies")
    home = installation.home
    plan = read_plan(home)
    as_of = plan.as_of.replace(tzinfo=None)
    with reading(home) as connection:
        events, duplicates = read_counts(connection, as_of)
        figures = read_figures(connection, as_of)
    found = detect(as_of, events, duplicates, figures)
    path = write_result(home, "anomalies", plan.build_id, [asdict(anomaly) for anomaly in found])
    write_plan(home, replace(plan, tables={**plan.tables, "anomalies": [str(path.resolve())]}))
    return dg.MaterializeResult(
        metadata={
            **table_metadata(context, ANOMALIES, len(found)),
            "newest": sum(anomaly.is_newest for anomaly in found),
            "path": dg.MetadataValue.path(path),
        }
    )


@dg.asset(
    key=EMITTED,
    deps=[ANOMALIES, *(["quality", name] for name in ("quality_metrics", "quarantine_reasons", "event_expectations"))],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"file"},
    pool=POOL,
    description="What the build tells about itself: anomaly_detected for what is unusual now, data_refresh_completed. "
    "Nothing where somebody asked for an instant.",
)
def emitted_events(installation: Installation) -> dg.MaterializeResult[None]:
    """Append the build's events to landing and take them in, so that ledger and landing agree in what is published."""
    home, now = installation.home, installation.now()
    plan = read_plan(home)
    if not plan.emits:
        return dg.MaterializeResult(metadata={"emitted": 0})
    with reading(home) as connection:
        events = events_of_build(connection, plan, now)
    emitted = append_emitted(home, plan.as_of.date(), events)
    if emitted:
        settled = take_in_emitted(home, plan, len(emitted), now)
        write_plan(home, settled)
    return dg.MaterializeResult(
        metadata={"emitted": len(emitted), "path": dg.MetadataValue.path(home.emitted_file(plan.as_of.date()))}
    )


quality_assets = [quality_source_files, anomalies, emitted_events]
