"""What the resident worker says about itself in a file, and whether it still runs. Working is not done here.

The name of its process stands in the file, so that a killed worker is known for dead at once and needs no heartbeat.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from swipesavvy.adapters.durable import write_json
from swipesavvy.adapters.processes import is_running
from swipesavvy.domain.health import Part, age_in_words
from swipesavvy.domain.home import Home

WORKER_TAG = "swipesavvy/worker"


@dataclass(frozen=True)
class WorkerState:
    """The worker after its last change: `doing` is starting, waiting, queued or building; instants are ISO-8601."""

    process: str
    doing: str
    changed_at: str
    builds: int = 0
    failures: int = 0
    build_id: str | None = None
    seconds: float | None = None
    problem: str | None = None
    memory_mib: int = 0


def write_state(home: Home, state: WorkerState) -> None:
    """Replace what the worker said before."""
    home.warehouse.mkdir(parents=True, exist_ok=True)
    write_json(_file(home), asdict(state))


def running_worker(home: Home) -> WorkerState | None:
    """What the worker of this home says, if one runs."""
    try:
        state = WorkerState(**json.loads(_file(home).read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        return None
    return state if is_running(state.process) else None


def worker_part(home: Home, now: datetime) -> Part:
    """The worker's part of the health report."""
    state = running_worker(home)
    if state is None:
        return Part("worker", "empty", "none runs here; `swipesavvy up` starts one, `swipesavvy run` builds once")
    changed = datetime.fromisoformat(state.changed_at)
    age = round((now - changed).total_seconds())
    says = f"{state.doing} for {age_in_words(changed, now)}, {state.builds:,} builds"
    if state.seconds is not None:
        says += f", the last one in {state.seconds:.1f} s"
    if state.problem:
        says += f"; the last try failed: {state.problem}"
    details: dict[str, str | int | float | bool | None] = {
        "doing": state.doing,
        "doing_seconds": age,
        "builds": state.builds,
        "failures": state.failures,
        "build_id": state.build_id,
        "seconds": state.seconds,
        "memory_mib": state.memory_mib,
    }
    return Part("worker", "watch" if state.problem else "ok", says, details)


def _file(home: Home) -> Path:
    return home.warehouse / "worker.json"
