"""The expectation suites as asset checks; their verdicts also become Data Docs.

What is expected is declared in `swipesavvy.adapters.expectation_suites`.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.resources import Installation, progress
from swipesavvy.adapters.expectation_suites import SUITES
from swipesavvy.adapters.sources_file import read_plan
from swipesavvy.adapters.warehouse import reading

CHECK_NAME = "meets_expectations"


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(table.split("."))


@dg.multi_asset_check(
    name="expectation_suites",
    specs=[
        dg.AssetCheckSpec(
            CHECK_NAME,
            asset=_key(suite.table),
            blocking=True,
            description="Great Expectations: " + "; ".join(e.meaning for e in suite.expectations),
        )
        for suite in SUITES
    ],
    pool=POOL,
)
def expectation_suites(installation: Installation) -> Iterator[dg.AssetCheckResult]:
    """Meet every mart with its expectations and write the pages."""
    from swipesavvy.adapters.data_docs import write_data_docs
    from swipesavvy.adapters.expectations import run_suites

    progress.info("checking expectations")
    home = installation.home
    with reading(home) as connection:
        results = run_suites(connection, SUITES)
    page = write_data_docs(home, read_plan(home).build_id, results, installation.now())
    for result in results:
        shown = result.broken or result.watched
        yield dg.AssetCheckResult(
            asset_key=_key(result.suite.table),
            check_name=CHECK_NAME,
            passed=not shown,
            severity=dg.AssetCheckSeverity.ERROR if result.broken else dg.AssetCheckSeverity.WARN,
            description="; ".join(f"{v.expectation.meaning}: {v.unexpected:,} rows differ" for v in shown) or None,
            metadata={"rows": result.rows, "data_docs": dg.MetadataValue.path(page)},
        )


EXPECTATION_CHECKS = dg.AssetSelection.checks(expectation_suites)
