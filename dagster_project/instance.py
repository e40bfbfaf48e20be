"""Dagster's own home inside an installation: its configuration file, and runs whose process has died.

Storage is Dagster's default (SQLite under the home). What is run belongs to the assets and jobs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from swipesavvy.adapters.durable import write_text
from swipesavvy.adapters.processes import is_running
from swipesavvy.adapters.worker_state import WORKER_TAG
from swipesavvy.domain.home import Home

PROCESS_TAG = "swipesavvy/process"
LANDING_TAG = "swipesavvy/landing"
# Days a run can be looked up, and how many of the runs the resident worker makes each minute.
KEPT_DAYS = 30
KEPT_RESIDENT = 500
PRUNED_AT_ONCE = 500
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
LIVE = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]

CONFIGURATION = """\
# Written by swipesavvy; changes are overwritten at the next start.
telemetry:
  enabled: false
# No invitation to a newsletter over the data team's own page.
nux:
  enabled: false
# SQLite takes one writer at a time: more than two runs would wait for each other.
concurrency:
  runs:
    max_concurrent_runs: 2
  pools:
    default_limit: 1
    granularity: op
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 7200
  free_slots_after_run_end_seconds: 60
retention:
  schedule:
    purge_after_days: 7
  sensor:
    purge_after_days:
      skipped: 2
      failure: 30
      success: 30
      started: 30
"""


def prepare_dagster_home(home: Home) -> Path:
    """Write `dagster.yaml` where it is missing or old; returns the folder to use as `DAGSTER_HOME`."""
    file = home.dagster / "dagster.yaml"
    if not file.is_file() or file.read_text(encoding="utf-8") != CONFIGURATION:
        write_text(file, CONFIGURATION)
    return home.dagster


@contextmanager
def working_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of an installation, for a process that runs jobs itself."""
    folder = prepare_dagster_home(home)
    event_log = {
        "module": "dagster_project.event_log",
        "class": "HeldEventLog",
        # Where Dagster puts it by default, so that every other process of this home sees the same.
        "config": {"base_dir": str(folder / "history" / "runs")},
    }
    reference = InstanceRef.from_dir(str(folder), overrides={"event_log_storage": event_log})
    with dg.DagsterInstance.from_ref(reference) as instance:
        yield instance


def close_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail runs that say they are going on although their process is gone; returns their ids.

    A killed process cannot report its end. Its concurrency slots would block every later run.
    """
    closed = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=LIVE)):
        identity = run.tags.get(PROCESS_TAG)
        if identity is not None and not is_running(identity):
            instance.report_run_failed(run, message="The process of this run was killed; a later run does its work.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            closed.append(run.run_id)
    return closed


def prune_runs(instance: dg.DagsterInstance, home: Home, now: datetime) -> int:
    """Forget runs with their events: those older than `KEPT_DAYS`, and the worker's beyond its newest `KEPT_RESIDENT`.

    Dagster never does: each run is a file, and its events slow down every page. Returns how many were forgotten.
    """
    ended = dg.RunsFilter(statuses=ENDED, created_before=now - timedelta(days=KEPT_DAYS))
    resident = dg.RunsFilter(statuses=ENDED, tags={WORKER_TAG: "resident"})
    old = [run.run_id for run in instance.get_runs(filters=ended, limit=PRUNED_AT_ONCE)]
    more = [run.run_id for run in instance.get_runs(filters=resident, limit=PRUNED_AT_ONCE + KEPT_RESIDENT)]
    forgotten = list(dict.fromkeys([*old, *more[KEPT_RESIDENT:]]))
    for run_id in forgotten:
        instance.delete_run(run_id)
        (home.dagster / "history" / "runs" / f"{run_id}.db").unlink(missing_ok=True)
    return len(forgotten)
