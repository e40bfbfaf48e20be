"""Landing files become the lake: one asset for events, one per reference table, and the instant a build describes.

Validation, deduplication and the manifest are the lake adapter's; here is only what Dagster shows of them.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.presentation import lag_minutes, sparkline, table_metadata
from dagster_project.resources import Installation, progress, progress_of_bytes
from swipesavvy.adapters.build_planning import plan_build
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake_profile import rows_in, rows_per_day
from swipesavvy.application.ingestion import SourceReport
from swipesavvy.domain.builds import parse_as_of
from swipesavvy.domain.home import REFERENCE_TABLES

OWNERS = ["team:data-engineering"]
LAKE_GROUP = "lake"
EVENTS = dg.AssetKey(["lake", "events"])
PLAN = dg.AssetKey(["lake", "build"])
DAYS_SHOWN = 60


def warn(report: SourceReport) -> None:
    """One line per file that could not be taken in as it should, per torn last line, and per thing worth doing."""
    for problem in report.problems:
        progress.warning("%s", problem)
    for place in report.pending:
        progress.warning("%s: the last line is incomplete; it is taken in once it is complete", place)
    for note in report.notes:
        progress.warning("%s", note)


landing_files = [
    dg.AssetSpec(
        ["landing", table],
        group_name="landing",
        description=f"Files as they arrived under landing/{table}; append-only.",
        owners=OWNERS,
        kinds={"file"},
    )
    for table in ("events", *REFERENCE_TABLES)
]


@dg.asset(
    key=EVENTS,
    deps=[["landing", "events"]],
    group_name=LAKE_GROUP,
    owners=OWNERS,
    kinds={"duckdb", "parquet"},
    description="Valid events, one row per event_id, in Parquet by event day; every other line is counted or "
    "quarantined with its reason.",
)
def lake_events(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult[None]:
    """Take in event files that are new or have grown."""
    progress.info("taking in events")
    lake = open_lake(installation.home)
    now = installation.now()
    report = lake.ingest_events(now, progress_of_bytes)
    warn(report)
    days = rows_per_day(lake.files()["events"])
    return dg.MaterializeResult(
        metadata={
            **table_metadata(context, EVENTS, sum(rows for _, rows in days)),
            **lag_minutes(lake.data_as_of(), now),
            "events_by_day": sparkline([rows for _, rows in days[-DAYS_SHOWN:]], f"Events a day, last {DAYS_SHOWN}"),
            "lake_version": lake.version(),
            "new_lines": report.landed,
            "new_quarantined": sum(report.quarantined.values()),
            "new_duplicates": report.duplicate,
        }
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["lake", table],
            deps=[["landing", table]],
            group_name=LAKE_GROUP,
            owners=OWNERS,
            kinds={"duckdb", "parquet"},
            description=f"Reference table {table}: the newest valid row of each key.",
            skippable=True,
        )
        for table in REFERENCE_TABLES
    ],
    can_subset=True,
    name="lake_reference_tables",
)
def lake_reference_tables(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Upsert reference tables whose files are new or have changed."""
    progress.info("taking in reference tables")
    lake = open_lake(installation.home)
    now = installation.now()
    for table in REFERENCE_TABLES:
        key = dg.AssetKey(["lake", table])
        if key in context.selected_asset_keys:
            warn(lake.ingest_table(table, now))
            rows = rows_in(lake.files()[table])
            yield dg.MaterializeResult(asset_key=key, metadata=table_metadata(context, key, rows))


class AsOf(dg.Config):
    """Which instant to describe: `YYYY-MM-DD` means the end of that day; nothing means the newest event or order."""

    as_of: str | None = None


@dg.asset(
    key=PLAN,
    deps=[EVENTS, *(["lake", table] for table in REFERENCE_TABLES)],
    group_name=LAKE_GROUP,
    owners=OWNERS,
    kinds={"json"},
    description="The plan of a build: the instant it describes, its name, and the files every source consists of.",
)
def lake_build(config: AsOf, installation: Installation) -> dg.MaterializeResult[None]:
    """Fix what this build describes; every later step reads it from here."""
    now = installation.now()
    plan = plan_build(installation.home, parse_as_of(config.as_of) if config.as_of else None, now)
    progress.info("planning build %s as of %s", plan.build_id, plan.as_of.isoformat(timespec="seconds"))
    return dg.MaterializeResult(
        metadata={
            **lag_minutes(plan.data_as_of, now),
            "as_of": dg.MetadataValue.timestamp(plan.as_of),
            "build_id": plan.build_id,
            "lake_version": plan.lake_version,
            "code_version": plan.code_version,
            "fingerprint": plan.fingerprint,
        }
    )


lake_assets = [lake_events, lake_reference_tables]
