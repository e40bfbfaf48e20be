"""Everything Dagster loads, put together for one installation. Parts are declared in the modules beside this one."""

import dagster as dg

from dagster_project.alert_assets import alerts
from dagster_project.alert_sensors import failure_sensor, watch_sensor
from dagster_project.automation import landing_sensor, tier_schedules
from dagster_project.dbt_phases import dbt_base, dbt_final
from dagster_project.expectations import expectation_checks
from dagster_project.jobs import ingest_job, tier_jobs
from dagster_project.lake_assets import lake_assets, lake_build, landing_files
from dagster_project.lake_checks import lake_checks, thorough_lake_checks
from dagster_project.publish_assets import serving_snapshot
from dagster_project.quality_assets import quality_assets
from dagster_project.quality_checks import quality_warnings
from dagster_project.resources import Installation
from dagster_project.statistics_assets import lift_intervals
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings


def build_definitions(home: Home, automation: bool = False) -> dg.Definitions:
    """The definitions of one installation; `automation` says whether schedules and sensors start switched on."""
    return dg.Definitions(
        assets=[
            *landing_files,
            *lake_assets,
            lake_build,
            *quality_assets,
            dbt_base,
            lift_intervals,
            dbt_final,
            serving_snapshot,
            alerts,
        ],
        asset_checks=[*lake_checks, *thorough_lake_checks, *expectation_checks, quality_warnings],
        jobs=[ingest_job, *tier_jobs.values()],
        schedules=tier_schedules(home, automation),
        sensors=[sensor(home, automation) for sensor in (landing_sensor, failure_sensor, watch_sensor)],
        resources={"installation": Installation(root=str(home.root))},
        # One process per run: the warehouse lock is held by a process, and a step process costs seconds to start.
        executor=dg.in_process_executor,
    )


_settings = Settings()
defs = build_definitions(_settings.paths(), _settings.automation)
