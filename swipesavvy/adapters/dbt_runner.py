"""dbt inside this process: parse when the project changed, build one phase, and let go of the warehouse.

A dbt child process would outlive a killed run and go on writing; in this process it dies with the run. It also starts
only once for both phases. What the phases contain is decided in the dbt project's selectors.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from swipesavvy.adapters.code_version import DBT_PROJECT, dbt_project_files
from swipesavvy.domain.errors import BuildError
from swipesavvy.domain.home import Home

RESULT_EVENTS = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult"})
PARSE_LOCK_SECONDS = 120.0
FAILED = frozenset({"error", "fail", "runtime error", "partial success"})


@dataclass(frozen=True)
class DbtFailure:
    """A model that raised, or a test that found rows."""

    name: str
    kind: str
    rows: int | None
    message: str

    def __str__(self) -> str:
        if self.kind == "test" and self.rows is not None:
            return f"test {self.name} found {self.rows:,} row{'' if self.rows == 1 else 's'}"
        return f"{self.kind} {self.name}: {' '.join(self.message.split())}"


@dataclass(frozen=True)
class DbtOutcome:
    """What one phase did: dbt's own result events (as dictionaries), what failed, and what only warned."""

    events: list[dict[str, Any]]
    failures: list[DbtFailure]
    warnings: list[DbtFailure]


def manifest_path(project: Path = DBT_PROJECT) -> Path:
    """Where the parsed project lies."""
    return project / "target" / "manifest.json"


def ensure_manifest(project: Path = DBT_PROJECT) -> Path:
    """The manifest, parsed anew only when it is missing or older than a file of the project.

    Raises:
        BuildError: dbt cannot parse the project; the text is dbt's reason.
    """
    path = manifest_path(project)
    if _is_fresh(path, project):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / "parse.lock", timeout=PARSE_LOCK_SECONDS):
        if not _is_fresh(path, project):
            # A partial parse keeps selectors of before, and the file a build starts from must match this one.
            result = _invoke(["parse", "--no-partial-parse", *_common(project, path.parent, path.parent)])
            if not result.success:
                message = f"{project}: dbt cannot parse the project: {_one_line(result.exception)}"
                raise BuildError(message)
            # Unchanged content may keep its old time, and would be parsed again for ever.
            path.touch()
    return path


def _is_fresh(path: Path, project: Path) -> bool:
    if not path.is_file():
        return False
    return path.stat().st_mtime >= max(file.stat().st_mtime for file in dbt_project_files(project))


def build_phase(
    home: Home,
    select: Sequence[str],
    on_result: Callable[[str, str], None],
    project: Path = DBT_PROJECT,
) -> DbtOutcome:
    """Build the selected part of the project into the home's warehouse and run its data tests.

    The caller holds the warehouse lock and has called `ensure_manifest`. `select` holds dbt's own arguments
    (`["--selector", "base"]`); `on_result` hears the name and the status of each finished node. Unit tests belong to
    development and do not run here.

    Raises:
        BuildError: dbt could not start at all. Failing models and tests are in the outcome.
    """
    events: list[dict[str, Any]] = []

    def hear(message: Any) -> None:
        if message.info.name in RESULT_EVENTS:
            event = _as_dictionary(message)
            events.append(event)
            on_result(event["data"]["node_info"]["node_name"], event["data"]["status"])

    environment = {
        "SWIPESAVVY_WAREHOUSE": str(home.warehouse_file.resolve()),
        "SWIPESAVVY_SOURCES": str(home.sources_file.resolve()),
    }
    arguments = [
        "build",
        *select,
        "--exclude-resource-type",
        "unit_test",
        "--indirect-selection",
        "buildable",
        # The manifest is written by `parse` alone, and results are taken from the events.
        "--no-write-json",
        *_common(project, home.warehouse / "dbt", home.logs),
    ]
    with _environment(environment):
        try:
            result = _invoke(arguments, hear, _parsed(project))
        finally:
            _release()
    if result.exception is not None:
        if isinstance(result.exception, KeyboardInterrupt | SystemExit):
            raise result.exception
        message = f"dbt could not build: {_one_line(result.exception)}"
        raise BuildError(message)
    failures, warnings = _verdicts(result.result)
    return DbtOutcome(events, failures, warnings)


def _common(project: Path, target: Path, logs: Path) -> list[str]:
    return [
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--log-path", str(logs)),
        *("--log-level", "none", "--log-level-file", "info", "--no-use-colors", "--no-print"),
        *("--no-send-anonymous-usage-stats", "--no-version-check"),
    ]


def _invoke(arguments: list[str], hear: Callable[[Any], None] | None = None, manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    return dbtRunner(manifest=manifest, callbacks=[hear] if hear else []).invoke(arguments)


def _parsed(project: Path) -> Any:
    """The parsed project as dbt keeps it beside the manifest, so that a build does not parse again."""
    from dbt.contracts.graph.manifest import Manifest

    path = manifest_path(project)
    manifest = Manifest.from_msgpack((path.parent / "partial_parse.msgpack").read_bytes())
    # What macros see as `graph`; the file does not hold it.
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def _as_dictionary(message: Any) -> dict[str, Any]:
    from dbt_common.events.functions import msg_to_dict

    value: dict[str, Any] = msg_to_dict(message)
    return value


def _release() -> None:
    """Close dbt's connection: it would hold the file until the process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    reset_adapters()  # type: ignore[no-untyped-call]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Dbt takes these from the environment; they must not leak into the next build of another home."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)


def _verdicts(result: Any) -> tuple[list[DbtFailure], list[DbtFailure]]:
    failures, warnings = [], []
    for node in getattr(result, "results", None) or ():
        status = str(node.status)
        verdict = DbtFailure(node.node.name, str(node.node.resource_type), node.failures, node.message or "")
        if status in FAILED:
            failures.append(verdict)
        elif status == "warn":
            warnings.append(verdict)
    return failures, warnings


def _one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split()) if error is not None else "no reason given"
