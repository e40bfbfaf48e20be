"""Runs suites of Great Expectations over frames from the warehouse and returns plain verdicts.

What is expected of which table is `expectation_suites`; how verdicts look on paper is `data_docs`. The library takes
seconds to import, so that happens inside the function that needs it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

SAMPLE = 5


@dataclass(frozen=True)
class Expectation:
    """One expectation by its name in Great Expectations (`ExpectColumnValuesToNotBeNull`) with its arguments.

    A warning is shown and stops nothing; anything else keeps the build from being published.
    """

    kind: str
    arguments: Mapping[str, Any]
    meaning: str
    is_warning: bool = False


@dataclass(frozen=True)
class Suite:
    """What is expected of one table; `query` reads it from the warehouse."""

    table: str
    query: str
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True)
class Verdict:
    """How one expectation met the data."""

    expectation: Expectation
    passed: bool
    unexpected: int
    examples: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class SuiteResult:
    """All verdicts on one table."""

    suite: Suite
    rows: int
    verdicts: tuple[Verdict, ...] = field(default=())

    @property
    def broken(self) -> list[Verdict]:
        """Verdicts that keep the build from being published."""
        return [v for v in self.verdicts if not v.passed and not v.expectation.is_warning]

    @property
    def watched(self) -> list[Verdict]:
        """Verdicts that only warn."""
        return [v for v in self.verdicts if not v.passed and v.expectation.is_warning]


def run_suites(connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite]) -> list[SuiteResult]:
    """Meet every suite's table with its expectations."""
    context = _context()
    return [_run(context, connection, suite) for suite in suites]


def _context() -> Any:
    # Read by the library at import: without it, every validation is reported to its makers.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    # Without its own pages: they would be left behind in the system's temporary folder.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context: Any = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores))
    context.variables.progress_bars = {"globally": False}
    return context


def _run(context: Any, connection: duckdb.DuckDBPyConnection, suite: Suite) -> SuiteResult:
    import great_expectations as gx

    frame = connection.execute(suite.query).df()
    # Results come back grouped by column: the position travels along to find its expectation again.
    expectations = [
        getattr(gx.expectations, e.kind)(**e.arguments, meta={"position": position})
        for position, e in enumerate(suite.expectations)
    ]
    batch = (
        context.data_sources.add_or_update_pandas(suite.table)
        .add_dataframe_asset(suite.table)
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )
    gx_suite = gx.ExpectationSuite(name=suite.table, expectations=expectations)
    result = batch.validate(gx_suite, result_format="SUMMARY")
    found = {entry.expectation_config.meta["position"]: entry for entry in result.results}
    verdicts = tuple(_verdict(e, found[position]) for position, e in enumerate(suite.expectations))
    return SuiteResult(suite, len(frame), verdicts)


def _verdict(expectation: Expectation, found: Any) -> Verdict:
    details = found.result or {}
    examples = details.get("partial_unexpected_list") or []
    return Verdict(
        expectation=expectation,
        passed=bool(found.success),
        unexpected=int(details.get("unexpected_count") or 0),
        examples=tuple(str(example) for example in examples[:SAMPLE]),
        error=_error(found),
    )


def _error(found: Any) -> str | None:
    """Why an expectation could not be met with the data at all (a column is missing, say)."""
    info = found.exception_info or {}
    entries = [info] if "exception_message" in info else [entry for entry in info.values() if isinstance(entry, dict)]
    raised = [str(entry["exception_message"]) for entry in entries if entry.get("raised_exception")]
    return raised[0] if raised else None
