"""What the worker says of itself is believed only while that very process runs."""

import os
from dataclasses import replace
from datetime import UTC, datetime

from swipesavvy.adapters.processes import process_identity
from swipesavvy.adapters.worker_state import WorkerState, running_worker, worker_part, write_state
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
STATE = WorkerState(str(process_identity()), "waiting", "2026-11-21T12:00:00+00:00", 7, 0, "b7", 4.25, None, 300)


def test_a_home_without_a_worker_says_how_to_get_one(home: Home) -> None:
    assert running_worker(home) is None
    part = worker_part(home, NOW)
    assert part.state == "empty"
    assert "`swipesavvy up`" in part.says


def test_a_running_worker_is_known_with_its_last_build(home: Home) -> None:
    write_state(home, STATE)
    assert running_worker(home) == STATE
    part = worker_part(home, NOW)
    assert (part.state, part.says) == ("ok", "waiting for 30 s, 7 builds, the last one in 4.2 s")
    assert part.details["build_id"] == "b7"


def test_a_dead_worker_is_none_though_its_file_stands_and_its_number_is_used_again(home: Home) -> None:
    write_state(home, replace(STATE, process=f"{os.getpid()}@1@another-boot"))
    assert running_worker(home) is None


def test_a_failed_try_is_worth_a_look(home: Home) -> None:
    write_state(home, replace(STATE, problem="test x found 3 rows", failures=1))
    part = worker_part(home, NOW)
    assert part.state == "watch"
    assert "test x found 3 rows" in part.says


def test_a_damaged_file_is_no_worker(home: Home) -> None:
    write_state(home, STATE)
    (home.warehouse / "worker.json").write_text("{", encoding="utf-8")
    assert running_worker(home) is None
