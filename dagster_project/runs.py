"""Dagster's jobs run in this process, for the command line: ingestion first, then the tier.

Ingestion needs neither dbt nor its integration, and a run that finds nothing new must not pay for them: this module
imports the rest only when it is needed.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import uuid4

import dagster as dg

from dagster_project.instance import LANDING_TAG, close_abandoned_runs, working_instance
from dagster_project.lake_assets import lake_assets
from dagster_project.lake_checks import lake_checks
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.build_planning import planned_fingerprint, remember_seen
from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.adapters.serving_files import current_build
from swipesavvy.adapters.snapshots import published_plan
from swipesavvy.domain.builds import parse_as_of
from swipesavvy.domain.errors import BuildError, SwipeSavvyError
from swipesavvy.domain.home import Home

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def refresh(home: Home, tier: str, as_of: str | None, now: datetime) -> tuple[str, bool]:
    """Take in, build, check and publish; the caller holds the warehouse lock.

    Returns the build that stands afterwards, and whether it is new.

    Raises:
        BuildError: something failed; nothing was published.
        NotBuiltYetError: nothing to build from.
    """
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with working_instance(home) as instance:
        for run_id in close_abandoned_runs(instance):
            progress.warning("Dagster run %s was cut short; its work is done again", run_id[:8])
        landing = landing_signature(home)
        _run_ingestion(home, instance)
        moment = parse_as_of(as_of) if as_of else None
        wanted, published = planned_fingerprint(home, moment, now), published_plan(home)
        is_new = published is None or published["fingerprint"] != wanted
        if is_new:
            _run_tier(home, instance, tier, as_of, landing)
        remember_seen(home, as_of, landing)
    build_id = current_build(home)
    if build_id is None:
        message = f"{home.root}: the run ended without a published build; `swipesavvy serve dagster` shows its steps"
        raise BuildError(message)
    return build_id, is_new


def _run_ingestion(home: Home, instance: dg.DagsterInstance) -> None:
    definitions = dg.Definitions(
        assets=lake_assets,
        asset_checks=lake_checks,
        jobs=[dg.define_asset_job("ingest", selection=dg.AssetSelection.all())],
        resources={"installation": Installation(root=str(home.root))},
        executor=dg.in_process_executor,
    )
    _execute(definitions.resolve_job_def("ingest"), instance, QUIET)


def _run_tier(home: Home, instance: dg.DagsterInstance, tier: str, as_of: str | None, landing: str | None) -> None:
    progress.info("loading dbt")
    from dagster_project.definitions import build_definitions
    from dagster_project.jobs import build_job

    job = build_job(tier)
    definitions = dg.Definitions.merge(build_definitions(home), dg.Definitions(jobs=[job]))
    configuration = {**QUIET, "ops": {"lake__build": {"config": {"as_of": as_of}}}}
    tags = {LANDING_TAG: landing} if landing and as_of is None else {}
    _execute(definitions.resolve_job_def(job.name), instance, configuration, tags=tags)


def _execute(job: dg.JobDefinition, instance: dg.DagsterInstance, run_config: dict[str, Any], **more: Any) -> None:
    run_id = str(uuid4())
    try:
        job.execute_in_process(instance=instance, run_config=run_config, run_id=run_id, **more)
    except dg.DagsterError as error:
        raise _failed_check(instance, run_id) or _explained(error) from error


def _failed_check(instance: dg.DagsterInstance, run_id: str) -> SwipeSavvyError | None:
    """The check that held the run back, with what it found."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        event = entry.dagster_event
        found = event.asset_check_evaluation_data if event is not None else None
        if found is not None and not found.passed and found.severity == dg.AssetCheckSeverity.ERROR:
            where = f"{found.asset_key.to_user_string()}, {found.check_name}"
            return BuildError(f"{where}: {found.description or 'did not pass'}; nothing was published")
    return None


def _explained(error: BaseException) -> SwipeSavvyError:
    """The expected error behind Dagster's wrapping, or one line that says where to look."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SwipeSavvyError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return BuildError(f"the run failed: {' '.join(str(error).split())[:300]}; nothing was published")
