"""What assets are given: the installation they work on, with its warehouse lock held for the whole run."""

import logging
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from dagster_project.instance import PROCESS_TAG
from swipesavvy.adapters.processes import process_identity
from swipesavvy.adapters.warehouse import warehouse_lock
from swipesavvy.domain.home import Home

progress = logging.getLogger("swipesavvy.progress")


def progress_of_bytes(what: str, done: int, total: int) -> None:
    """Tell whoever watches how far reading has come; a handler finds the numbers on the record."""
    progress.debug("%s", what, extra={"done": done, "total": total})


class Installation(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One home. A run holds its lock from the first asset to the last: its files must not change under it.

    `wait_seconds` is how long a run waits for another one to finish before it fails.
    """

    root: str
    wait_seconds: float = 900.0

    _held: ExitStack = PrivateAttr(default_factory=ExitStack)

    @property
    def home(self) -> Home:
        """The folder layout of this installation."""
        return Home(Path(self.root))

    @staticmethod
    def now() -> datetime:
        """The wall clock; use cases and adapters are given the time."""
        return datetime.now(UTC)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Take the warehouse lock and note which process this run lives in."""
        run, instance = context.run, context.instance
        doing = "an asset"
        if run is not None and instance is not None:
            doing = f"Dagster run {run.run_id[:8]}"
            identity = process_identity()
            if identity is not None:
                instance.add_run_tags(run.run_id, {PROCESS_TAG: identity})
        self._held.enter_context(warehouse_lock(self.home, doing, self.now(), self.wait_seconds))

    def teardown_after_execution(self, _context: dg.InitResourceContext) -> None:
        """Let the next run in."""
        self._held.close()
