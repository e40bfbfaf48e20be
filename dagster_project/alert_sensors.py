"""What tells of trouble outside a run: a run that failed, and a look around each minute. Off unless served.

Both live in Dagster's own processes, not in the pipeline: what stands still cannot say so itself. The rules are in
`swipesavvy.application.alert_findings`.
"""

from datetime import UTC, datetime
from functools import cache

import dagster as dg

from swipesavvy.adapters.alerting import observe_failure
from swipesavvy.adapters.watchman import Watchman
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

SENSOR_SECONDS = 60


def watch_sensor(home: Home, switched_on: bool) -> dg.SensorDefinition:
    """Looks each minute at disk, parts, the served API and data that waits for a run; starts nothing."""

    @cache
    def watchman() -> Watchman:
        # One for the life of the code server: it compares counters of two looks.
        settings = Settings(home=home.root)
        host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104  compared, not bound
        base = f"http://[{host}]" if ":" in host else f"http://{host}"
        return Watchman(settings, f"{base}:{settings.api_port}" if switched_on else None)

    @dg.sensor(
        name="watchman",
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=_status(switched_on),
        description="Opens alerts about disk, parts, the API, and landed data that waits too long; starts no run.",
    )
    def watch() -> dg.SkipReason:
        delivery = watchman().check(datetime.now(UTC))
        told = next(iter(delivery.sent.values()), [])
        failed = "".join(f"; {channel}: {problem}" for channel, problem in delivery.failed.items())
        return dg.SkipReason(f"{len(told)} alerts were news{failed}")

    return watch


def failure_sensor(home: Home, switched_on: bool) -> dg.SensorDefinition:
    """Tells of every run that Dagster ended as failed; runs of the command line tell by themselves as well."""

    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=_status(switched_on),
        description="Opens an alert when a run fails; it is over with the next published build.",
    )
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        says = f"{run.job_name}, run {run.run_id[:8]}: {_cause(context)}"
        observe_failure(Settings(home=home.root), says, datetime.now(UTC))

    return failed_runs


def _status(switched_on: bool) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if switched_on else dg.DefaultSensorStatus.STOPPED


def _cause(context: dg.RunFailureSensorContext) -> str:
    """The first error of ours behind the failure, else the innermost one, in its own words."""
    said: list[str] = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None:
            said.append(error.message.strip())
            error = error.cause
    ours = [text.partition(": ")[2] for text in said if text.startswith("swipesavvy.")]
    return next(iter(ours or said[-1:]), context.failure_event.message or "no reason was given")
