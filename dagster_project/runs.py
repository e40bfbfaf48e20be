"""Dagster's jobs run in this process, for the command line: ingestion first, then the tier.

Ingestion needs neither dbt nor its integration, and a run that finds nothing new must not pay for them: this module
imports the rest only when it is needed.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import dagster as dg

from dagster_project.instance import LANDING_TAG, close_abandoned_runs, working_instance
from dagster_project.lake_assets import lake_assets
from dagster_project.lake_checks import lake_checks
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.build_planning import planned_fingerprint, remember_seen
from swipesavvy.adapters.code_version import landing_signature, landing_signatures
from swipesavvy.adapters.serving_files import current_build
from swipesavvy.adapters.snapshots import published_plan
from swipesavvy.domain.builds import parse_as_of
from swipesavvy.domain.errors import BuildError, BusyError, NotBuiltYetError, SwipeSavvyError
from swipesavvy.domain.home import REFERENCE_TABLES, Home
from swipesavvy.settings import Settings

SOURCES = ("events", *REFERENCE_TABLES)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def refresh(home: Home, tier: str, as_of: str | None, now: datetime) -> tuple[str, bool]:
    """One refresh of a process that makes only one; see `Pipeline.refresh`."""
    return Pipeline(home).refresh(tier, as_of, now)


class Pipeline:
    """The jobs of one home, put together once: a process that lives on pays for imports and resolving only once."""

    def __init__(self, home: Home, tags: Mapping[str, str] | None = None) -> None:
        """`tags` are put on every run of Dagster this pipeline makes."""
        self._home = home
        self._tags = dict(tags or {})
        self._jobs: dict[str, dg.JobDefinition] = {}
        self._taken_in: dict[str, str | None] = {}
        logging.getLogger("dagster").setLevel(logging.CRITICAL)

    def refresh(self, tier: str, as_of: str | None, now: datetime) -> tuple[str, bool]:
        """Take in, build, check and publish; the caller holds the warehouse lock.

        Returns the build that stands afterwards, and whether it is new. Of a pipeline that is used again only those
        lake assets run whose landing folder has changed since.

        Raises:
            BuildError: something failed; nothing was published.
            NotBuiltYetError: nothing to build from.
        """
        try:
            return self._refresh(tier, as_of, now)
        except (BusyError, NotBuiltYetError):
            raise  # nothing failed: somebody else builds, or there is nothing to build from
        except SwipeSavvyError as error:
            if as_of is None:
                self._tell(error, now)
            raise

    def _tell(self, error: SwipeSavvyError, now: datetime) -> None:
        # Imported here: a run that ends well does not need it.
        from swipesavvy.adapters.alerting import observe_failure

        observe_failure(Settings(home=self._home.root), str(error), now)

    def _refresh(self, tier: str, as_of: str | None, now: datetime) -> tuple[str, bool]:
        home = self._home
        with working_instance(home) as instance:
            for run_id in close_abandoned_runs(instance):
                progress.warning("Dagster run %s was cut short; its work is done again", run_id[:8])
            landing = landing_signature(home)
            self._take_in(instance)
            moment = parse_as_of(as_of) if as_of else None
            wanted, published = planned_fingerprint(home, moment, now), published_plan(home)
            is_new = published is None or published["fingerprint"] != wanted
            if is_new:
                self._build(instance, tier, as_of, landing)
            remember_seen(home, as_of, landing)
        build_id = current_build(home)
        if build_id is None:
            message = f"{home.root}: the run published nothing; `swipesavvy serve dagster` shows its steps"
            raise BuildError(message)
        return build_id, is_new

    def _take_in(self, instance: dg.DagsterInstance) -> None:
        # Looked at before reading: what lands meanwhile is a change for the next time.
        landed = landing_signatures(self._home)
        changed = [name for name in landed if name not in self._taken_in or landed[name] != self._taken_in[name]]
        if changed:
            self._execute(self._ingest_job(changed), instance, QUIET, self._tags)
        self._taken_in = landed

    def _ingest_job(self, sources: Sequence[str]) -> dg.JobDefinition:
        name = "ingest" if len(sources) == len(SOURCES) else "ingest_" + "_".join(sources)
        if name not in self._jobs:
            selection = dg.AssetSelection.assets(*(dg.AssetKey(["lake", source]) for source in sources))
            definitions = dg.Definitions(
                assets=lake_assets,
                asset_checks=lake_checks,
                jobs=[dg.define_asset_job(name, selection=selection)],
                resources={"installation": Installation(root=str(self._home.root))},
                executor=dg.in_process_executor,
            )
            self._jobs[name] = definitions.resolve_job_def(name)
        return self._jobs[name]

    def _build(self, instance: dg.DagsterInstance, tier: str, as_of: str | None, landing: str | None) -> None:
        configuration = {**QUIET, "ops": {"lake__build": {"config": {"as_of": as_of}}}}
        of_landing = {LANDING_TAG: landing} if landing and as_of is None else {}
        self._execute(self._tier_job(tier), instance, configuration, {**self._tags, **of_landing})

    def _tier_job(self, tier: str) -> dg.JobDefinition:
        if tier not in self._jobs:
            progress.info("loading dbt")
            from dagster_project.definitions import build_definitions
            from dagster_project.jobs import build_job

            job = build_job(tier)
            definitions = dg.Definitions.merge(build_definitions(self._home), dg.Definitions(jobs=[job]))
            self._jobs[tier] = definitions.resolve_job_def(job.name)
        return self._jobs[tier]

    @staticmethod
    def _execute(
        job: dg.JobDefinition, instance: dg.DagsterInstance, run_config: dict[str, Any], tags: Mapping[str, str]
    ) -> None:
        run_id = str(uuid4())
        try:
            job.execute_in_process(instance=instance, run_config=run_config, run_id=run_id, tags=dict(tags))
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
