"""Schedules and the sensor: off unless asked for, and never starting what is under way or has been done."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from dagster_project.automation import CRONS, landing_sensor, tier_schedules
from dagster_project.definitions import build_definitions
from dagster_project.instance import (
    KEPT_DAYS,
    LANDING_TAG,
    PROCESS_TAG,
    close_abandoned_runs,
    prune_runs,
    working_instance,
)
from dagster_project.jobs import tier_jobs
from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.adapters.processes import process_identity
from swipesavvy.adapters.worker_state import WORKER_TAG, WorkerState, write_state
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)


def land(home: Home, name: str = "a.jsonl") -> str:
    home.landing_events.mkdir(parents=True, exist_ok=True)
    (home.landing_events / name).write_text("{}\n", encoding="utf-8")
    return str(landing_signature(home))


def record_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, tags: dict[str, str]) -> str:
    job = tier_jobs["realtime"].name
    return instance.add_run(dg.DagsterRun(job_name=job, run_id=dg_run_id(), status=status, tags=tags)).run_id


def dg_run_id() -> str:
    from uuid import uuid4

    return str(uuid4())


@pytest.fixture
def sensor_context(definitions: dg.Definitions, instance: dg.DagsterInstance) -> Iterator[dg.SensorEvaluationContext]:
    with dg.build_sensor_context(instance=instance, definitions=definitions) as context:
        yield context


def test_everything_is_off_unless_asked_for(home: Home) -> None:
    for automation, status in ((False, "STOPPED"), (True, "RUNNING")):
        repository = build_definitions(home, automation).get_repository_def()
        assert {s.name for s in repository.schedule_defs} == {f"{tier}_schedule" for tier in CRONS}
        found = {s.default_status.value for s in (*repository.schedule_defs, *repository.sensor_defs)}
        assert found == {status}
        assert all(s.minimum_interval_seconds >= 60 for s in repository.sensor_defs)


def test_the_sensor_asks_once_for_each_state_of_landing(home: Home, sensor_context: dg.SensorEvaluationContext) -> None:
    sensor = landing_sensor(home, True)
    assert "nothing has landed" in str(sensor(sensor_context))
    signature = land(home)
    asked = sensor(sensor_context)
    assert isinstance(asked, dg.SensorResult)
    assert asked.run_requests is not None
    assert [(request.run_key, request.tags[LANDING_TAG]) for request in asked.run_requests] == [(signature, signature)]
    sensor_context.update_cursor(asked.cursor)
    assert "nothing new" in str(sensor(sensor_context))
    land(home, "b.jsonl")
    assert isinstance(sensor(sensor_context), dg.SensorResult)


def test_nothing_starts_beside_a_refresh_under_way(
    home: Home, instance: dg.DagsterInstance, sensor_context: dg.SensorEvaluationContext
) -> None:
    land(home)
    record_run(instance, dg.DagsterRunStatus.STARTED, {PROCESS_TAG: str(process_identity())})
    assert "under way" in str(landing_sensor(home, True)(sensor_context))
    for schedule in tier_schedules(home, True):
        data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW))
        assert "under way" in str(data.skip_message)


def test_the_minutes_schedule_has_nothing_to_do_twice_and_the_daily_one_has(
    home: Home, instance: dg.DagsterInstance
) -> None:
    signature = land(home)
    asked = {}
    for status in (None, dg.DagsterRunStatus.SUCCESS):
        if status is not None:
            record_run(instance, status, {LANDING_TAG: signature})
        for schedule in tier_schedules(home, True):
            context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW)
            asked[schedule.name, status] = len(schedule.evaluate_tick(context).run_requests or ())
    assert asked["realtime_schedule", None] == 1
    assert asked["realtime_schedule", dg.DagsterRunStatus.SUCCESS] == 0
    assert asked["daily_schedule", dg.DagsterRunStatus.SUCCESS] == 1


def test_a_run_whose_process_died_is_closed_and_ours_is_not(instance: dg.DagsterInstance) -> None:
    dead = record_run(instance, dg.DagsterRunStatus.STARTED, {PROCESS_TAG: "1@1@elsewhere"})
    ours = record_run(instance, dg.DagsterRunStatus.STARTED, {PROCESS_TAG: str(process_identity())})
    untagged = record_run(instance, dg.DagsterRunStatus.STARTED, {})
    assert close_abandoned_runs(instance) == [dead]
    found = {run.run_id: run.status for run in instance.get_runs()}
    assert found[dead] == dg.DagsterRunStatus.FAILURE
    assert found[ours] == found[untagged] == dg.DagsterRunStatus.STARTED
    assert close_abandoned_runs(instance) == []


def test_the_instance_file_is_renewed_when_it_differs(home: Home, instance: dg.DagsterInstance) -> None:
    from dagster_project.instance import CONFIGURATION, prepare_dagster_home

    assert not instance.telemetry_enabled
    assert not instance.nux_enabled
    (home.dagster / "dagster.yaml").write_text("old: true\n", encoding="utf-8")
    prepare_dagster_home(home)
    assert (home.dagster / "dagster.yaml").read_text(encoding="utf-8") == CONFIGURATION


def test_sensor_and_minute_schedule_stand_by_while_a_worker_runs_and_slower_tiers_do_not(
    home: Home, instance: dg.DagsterInstance, sensor_context: dg.SensorEvaluationContext
) -> None:
    land(home)
    write_state(home, WorkerState(str(process_identity()), "building", NOW.isoformat()))
    record_run(instance, dg.DagsterRunStatus.STARTED, {PROCESS_TAG: str(process_identity()), WORKER_TAG: "resident"})
    assert "resident worker" in str(landing_sensor(home, True)(sensor_context))
    for tier, schedule in zip(CRONS, tier_schedules(home, True), strict=True):
        data = schedule.evaluate_tick(dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW))
        assert ("resident worker" in str(data.skip_message)) == (tier == "realtime")
        assert bool(data.run_requests) == (tier != "realtime")


def test_old_runs_are_forgotten_with_their_files_and_new_ones_stay(home: Home) -> None:
    with working_instance(home) as instance:
        ended = record_run(instance, dg.DagsterRunStatus.SUCCESS, {})
        going = record_run(instance, dg.DagsterRunStatus.STARTED, {})
        now = datetime.now(UTC)
        assert prune_runs(instance, home, now) == 0
        assert prune_runs(instance, home, now + timedelta(days=KEPT_DAYS + 1)) == 1
        assert instance.get_run_by_id(ended) is None
        assert instance.get_run_by_id(going) is not None
