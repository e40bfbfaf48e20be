"""When things run by themselves: a schedule per refresh tier and a sensor on new landing files.

All of it is switched off unless the installation says so (`swipesavvy up` does).
"""

import dagster as dg

from dagster_project.instance import LANDING_TAG, close_abandoned_runs
from dagster_project.jobs import TIERS, build_job, tier_jobs
from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.adapters.worker_state import WORKER_TAG, running_worker
from swipesavvy.domain.home import Home

# UTC; nothing between 00:00 and 04:00, where local clocks jump.
CRONS = {"realtime": "* * * * *", "hourly": "7 * * * *", "daily": "30 5 * * *", "weekly": "0 6 * * 1"}
SENSOR_SECONDS = 60
RESIDENT = "the resident worker does this"
UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def _busy(instance: dg.DagsterInstance) -> bool:
    """Whether a refresh is waiting or running: a second one would only wait for its lock.

    The resident worker's do not count. It builds nearly always, and a slower tier waits for its turn between two.
    """
    close_abandoned_runs(instance)
    jobs = {name for tier in TIERS for name in (tier_jobs[tier].name, build_job(tier).name)}
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=UNDER_WAY))
    return any(run.job_name in jobs and WORKER_TAG not in run.tags for run in runs)


def tier_schedules(home: Home, switched_on: bool) -> list[dg.ScheduleDefinition]:
    """One schedule per tier. The minute's one has nothing to do while nothing new has landed."""
    return [_schedule(home, tier, cron, switched_on) for tier, cron in CRONS.items()]


def _schedule(home: Home, tier: str, cron: str, switched_on: bool) -> dg.ScheduleDefinition:
    def evaluate(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if tier == "realtime" and running_worker(home) is not None:
            return dg.SkipReason(RESIDENT)
        if _busy(context.instance):
            return dg.SkipReason("a refresh is under way")
        signature = landing_signature(home)
        if signature is None:
            return dg.SkipReason(f"nothing has landed in {home.landing}")
        if tier == "realtime" and _tried(context.instance, signature):
            return dg.SkipReason("nothing new has landed")
        return dg.RunRequest(tags={LANDING_TAG: signature})

    return dg.ScheduleDefinition(
        name=f"{tier}_schedule",
        job=tier_jobs[tier],
        cron_schedule=cron,
        execution_timezone="UTC",
        execution_fn=evaluate,
        default_status=dg.DefaultScheduleStatus.RUNNING if switched_on else dg.DefaultScheduleStatus.STOPPED,
        description=f"Starts the {tier} tier ({cron} UTC).",
    )


def _tried(instance: dg.DagsterInstance, signature: str) -> bool:
    """Whether this state of the landing folder was built, or failed to: the same files would fail each minute again."""
    done = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    filters = dg.RunsFilter(tags={LANDING_TAG: signature}, statuses=done)
    return bool(instance.get_runs(filters=filters, limit=1))


def landing_sensor(home: Home, switched_on: bool) -> dg.SensorDefinition:
    """Starts the realtime tier once for each state of the landing folder."""

    @dg.sensor(
        name="new_landing_files",
        job=tier_jobs["realtime"],
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if switched_on else dg.DefaultSensorStatus.STOPPED,
        description="Starts the realtime tier when landing files are new or have grown.",
    )
    def new_landing_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if running_worker(home) is not None:
            return dg.SkipReason(RESIDENT)
        signature = landing_signature(home)
        if signature is None:
            return dg.SkipReason(f"nothing has landed in {home.landing}")
        if signature == context.cursor or _tried(context.instance, signature):
            return dg.SkipReason("nothing new has landed")
        if _busy(context.instance):
            return dg.SkipReason("a refresh is under way; the next tick looks again")
        request = dg.RunRequest(run_key=signature, tags={LANDING_TAG: signature})
        return dg.SensorResult(run_requests=[request], cursor=signature)

    return new_landing_files
