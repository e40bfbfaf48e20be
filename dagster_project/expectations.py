"""The expectation suites as asset checks; their verdicts also become Data Docs.

What is expected is declared in `swipesavvy.adapters.expectation_suites`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.expectation_suites import MART_SUITES, METRIC_SUITES
from swipesavvy.adapters.expectations import Suite, SuiteResult
from swipesavvy.adapters.sources_file import read_plan
from swipesavvy.adapters.warehouse import reading

CHECK_NAME = "meets_expectations"


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(table.split("."))


def _suite_checks(name: str, suites: Sequence[Suite]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=name,
        specs=[
            dg.AssetCheckSpec(
                CHECK_NAME,
                asset=_key(suite.table),
                blocking=True,
                description="Great Expectations: " + "; ".join(e.meaning for e in suite.expectations),
            )
            for suite in suites
        ],
        pool=POOL,
    )
    def check(installation: Installation) -> Iterator[dg.AssetCheckResult]:
        from swipesavvy.adapters.data_docs import write_data_docs
        from swipesavvy.adapters.expectations import run_suites

        progress.info("checking %s", name.replace("_", " "))
        home = installation.home
        with reading(home) as connection:
            results = run_suites(connection, suites)
        page = write_data_docs(home, read_plan(home).build_id, results, installation.now())
        yield from (_check_result(result, page) for result in results)

    return check


def _check_result(result: SuiteResult, page: Path) -> dg.AssetCheckResult:
    shown = result.broken or result.watched
    told = [f"{v.expectation.meaning}: {v.error or f'{v.unexpected:,} rows differ'}" for v in shown]
    return dg.AssetCheckResult(
        asset_key=_key(result.suite.table),
        check_name=CHECK_NAME,
        passed=not shown,
        severity=dg.AssetCheckSeverity.ERROR if result.broken else dg.AssetCheckSeverity.WARN,
        description="; ".join(told) or None,
        metadata={"rows": result.rows, "data_docs": dg.MetadataValue.path(page)},
    )


# Two steps: a mart's check holds back the metrics built on it, so it cannot wait for the metrics' own.
expectation_checks = [
    _suite_checks("mart_expectations", MART_SUITES),
    _suite_checks("metric_expectations", METRIC_SUITES),
]
EXPECTATION_CHECKS = dg.AssetSelection.checks(*expectation_checks)
