"""The resident worker of an installation: whatever lands is soon a published number.

It looks at the landing folder each second and refreshes the realtime tier in this process, through the same assets as
every run, with Dagster, dbt and their parsed project kept in memory. Schedule and sensor do that work while no worker
runs. How a refresh goes is `runs`' business; starting and ending this process is the command line's.
"""

import logging
import os
import resource
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from dagster._core.errors import DagsterExecutionInterruptedError
from filelock import FileLock, Timeout

from dagster_project.instance import prune_runs, working_instance
from dagster_project.runs import Pipeline
from swipesavvy.adapters.build_planning import standing_build
from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.adapters.processes import process_identity
from swipesavvy.adapters.warehouse import warehouse_lock
from swipesavvy.adapters.worker_state import WORKER_TAG, WorkerState, write_state
from swipesavvy.domain.errors import BusyError, NotBuiltYetError, SwipeSavvyError
from swipesavvy.domain.home import Home

LOG = logging.getLogger(__name__)
TIER = "realtime"
LOOK_SECONDS = 1.0
# Between the starts of two builds: a steady stream must leave the cores some rest and other builds a turn.
PACE_SECONDS = 15.0
REST_SECONDS = 2.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 15.0, 600.0
PRUNE_SECONDS = 3600.0
MOST_MEMORY_MIB = 2000
MOST_BUILDS = 1000
GRACE_SECONDS = 12.0


class Worker:
    """The loop of one home. It returns when asked to end, and when a fresh process shall take over."""

    def __init__(self, home: Home) -> None:
        """`home` may be empty: the first files that land are then the first build."""
        self._home = home
        self._pipeline = Pipeline(home, {WORKER_TAG: "resident"})
        self._parent = os.getppid()
        self._ending = threading.Event()
        self._built: str | None = None
        self._not_before = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._prune_at = time.monotonic() + 60
        identity = process_identity() or str(os.getpid())
        self._state = WorkerState(identity, "waiting", datetime.now(UTC).isoformat())

    def end(self) -> None:
        """Ask the loop to return; a build under way ends first."""
        self._ending.set()

    def serve(self) -> None:
        """Look, build, wait, until asked to end or due for a fresh process."""
        self._tell("waiting")
        while not self._ending.is_set() and not self._due_for_renewal():
            if time.monotonic() >= self._not_before:
                self._look()
            self._tidy()
            self._ending.wait(LOOK_SECONDS)

    def _look(self) -> None:
        landed = landing_signature(self._home)
        if landed is None or landed == self._built:
            return
        started = time.monotonic()
        try:
            with warehouse_lock(self._home, "the resident worker", datetime.now(UTC)):
                self._refresh(landed, started)
        except DagsterExecutionInterruptedError:
            # Dagster has the signals while it runs something; an unfinished build is simply done again.
            self.end()
        except BusyError:
            # Somebody else builds, perhaps with these very files: look again when it is done.
            if self._state.doing != "queued":
                self._tell("queued")
        except NotBuiltYetError as error:
            self._built = landed
            self._tell("waiting", problem=None)
            LOG.info("nothing to build yet: %s", error)
        except SwipeSavvyError as error:
            self._failed(str(error))
        except Exception as error:
            # A fault of ours must not end a worker whose next batch may well succeed; the log has the trace.
            LOG.exception("the refresh failed")
            self._failed(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")

    def _refresh(self, landed: str, started: float) -> None:
        standing = standing_build(self._home, None)
        if standing is None:
            self._tell("building")
            build_id, is_new = self._pipeline.refresh(TIER, None, datetime.now(UTC))
            seconds = time.monotonic() - started
            if is_new:
                LOG.info("published %s in %.1f s", build_id, seconds)
                self._state = replace(
                    self._state, builds=self._state.builds + 1, build_id=build_id, seconds=round(seconds, 2)
                )
        self._built = landed
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._not_before = max(started + PACE_SECONDS, time.monotonic() + REST_SECONDS)
        self._tell("waiting", problem=None)

    def _failed(self, problem: str) -> None:
        LOG.error("%s; tried again in %.0f s", problem, self._retry_seconds)
        self._not_before = time.monotonic() + self._retry_seconds
        self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)
        self._state = replace(self._state, failures=self._state.failures + 1)
        self._tell("waiting", problem=problem)

    def _tell(self, doing: str, **more: str | None) -> None:
        now = datetime.now(UTC).isoformat()
        self._state = replace(self._state, doing=doing, changed_at=now, memory_mib=memory_mib(), **more)  # type: ignore[arg-type]
        write_state(self._home, self._state)

    def _tidy(self) -> None:
        if time.monotonic() < self._prune_at:
            return
        self._prune_at = time.monotonic() + PRUNE_SECONDS
        with working_instance(self._home) as instance:
            pruned = prune_runs(instance, self._home, datetime.now(UTC))
        if pruned:
            LOG.info("forgot %d old runs of Dagster", pruned)

    def _due_for_renewal(self) -> bool:
        """Whether this process has grown large or old, or nobody supervises it any more."""
        if os.getppid() != self._parent:
            return True
        if memory_mib() > MOST_MEMORY_MIB or self._state.builds >= MOST_BUILDS:
            LOG.info("a fresh process takes over")
            return True
        return False


def memory_mib() -> int:
    """Resident memory of this process now; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return pages * resource.getpagesize() // 2**20


def serve(home: Home) -> None:
    """Run the worker in this process until SIGINT or SIGTERM.

    A build under way may end within some seconds; then this process dies with it, which every build survives.

    Raises:
        BusyError: another worker serves this home.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.logs / "worker.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"{home.root}: a worker runs here already; end the other `swipesavvy` process first"
        raise BusyError(message) from None
    with lock:
        # Opening Dagster's storage says the same ten lines each time.
        logging.getLogger("alembic").setLevel(logging.WARNING)
        worker = Worker(home)

        def end(_number: int, _frame: FrameType | None) -> None:
            worker.end()
            timer = threading.Timer(GRACE_SECONDS, os._exit, [0])
            timer.daemon = True
            timer.start()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        worker.serve()
