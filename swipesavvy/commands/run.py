"""`swipesavvy run`: take in what has landed, build, check and publish, through Dagster's own assets in this process.

The steps are Dagster assets; here are the request, the progress and the answer.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status

from swipesavvy.adapters.code_version import landing_signature
from swipesavvy.adapters.warehouse import warehouse_lock
from swipesavvy.commands.context import HomeOption, settings_for
from swipesavvy.domain.builds import parse_as_of
from swipesavvy.domain.errors import BadInputError, UsageError
from swipesavvy.domain.home import Home

TIERS = ("realtime", "hourly", "daily", "weekly", "all")
# Long enough for any refresh of the worker or a schedule to end; what it waits for is said at once.
PATIENCE_SECONDS = 300.0

SelectOption = Annotated[str, typer.Option("--select", help="realtime, hourly, daily, weekly or all.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Describe this instant: YYYY-MM-DD (its end) or ISO-8601. Default: newest event.",
        show_default=False,
    ),
]


def run(select: SelectOption = "all", as_of: AsOfOption = None, home: HomeOption = None) -> None:
    """Take in what has landed, build every metric, check, and publish a snapshot.

    Example: swipesavvy run --as-of 2026-11-21
    """
    if select not in TIERS:
        message = f"--select {select}: choose one of {', '.join(TIERS)}"
        raise UsageError(message)
    build_id, is_new, seconds = refresh_home(settings_for(home).paths(), select, as_of)
    typer.echo(f"published {build_id} in {seconds:.1f} s" if is_new else f"nothing new; build {build_id} stands")


def refresh_home(home: Home, tier: str = "all", as_of: str | None = None) -> tuple[str, bool, float]:
    """Run one tier with progress on stderr; returns the standing build, whether it is new, and the seconds it took.

    Raises:
        SwipeSavvyError: nothing has landed, somebody else builds, a check failed; nothing was published then.
    """
    started = time.monotonic()
    if as_of is not None:
        parse_as_of(as_of)
    if landing_signature(home) is None:
        message = f"{home.landing}: nothing has landed; run `swipesavvy simulate` or `swipesavvy import` first"
        raise BadInputError(message)
    # Imported here, it brings DuckDB and Arrow along: `demo` and this module are part of every command.
    from swipesavvy.adapters.build_planning import standing_build

    with showing_progress(), warehouse_lock(home, "swipesavvy run", datetime.now(UTC), PATIENCE_SECONDS):
        standing = standing_build(home, as_of)
        if standing is not None:
            return standing, False, time.monotonic() - started
        # Importing Dagster takes longer than finding out that there is nothing to do.
        from dagster_project.runs import refresh

        build_id, is_new = refresh(home, tier, as_of, datetime.now(UTC))
    return build_id, is_new, time.monotonic() - started


@contextlib.contextmanager
def showing_progress() -> Iterator[None]:
    """Show what the pipeline reports, a line per stage and a line per warning, on stderr."""
    logger = logging.getLogger("swipesavvy.progress")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    before = logger.level, logger.propagate
    with console.status("starting") as status:
        handler = _StageLines(console, status)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(before[0])
            logger.propagate = before[1]
            handler.end_stage()


class _StageLines(logging.Handler):
    """INFO opens a stage and closes the one before with its seconds; DEBUG moves the running line; more is printed."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__()
        self._console = console
        self._status = status
        self._stage: str | None = None
        self._since = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._console.print(f"warning: {text}", markup=False)
        elif record.levelno >= logging.INFO:
            self.end_stage()
            self._stage, self._since = text, time.monotonic()
            self._status.update(text)
        else:
            self._status.update(f"{self._stage}: {text}{_share(record)}")

    def end_stage(self) -> None:
        """Print the finished stage with the seconds it took."""
        if self._stage is not None:
            self._console.print(f"  {self._stage} ({time.monotonic() - self._since:.1f} s)", markup=False)
        self._stage = None


def _share(record: Any) -> str:
    total = getattr(record, "total", 0)
    return f" {100 * record.done / total:.0f}%" if total else ""
