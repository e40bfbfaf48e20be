"""Warnings about the data of the newest build: rates, freshness, reconciliation, anomalies. None holds a build back.

Limits are the quality models'; here is only what Dagster shows of their verdicts.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_project.dbt_phases import POOL
from dagster_project.resources import Installation
from swipesavvy.adapters.warehouse import reading

METRICS = dg.AssetKey(["quality", "quality_metrics"])
RECONCILIATION = dg.AssetKey(["quality", "reconciliation"])
ANOMALIES = dg.AssetKey(["quality", "anomalies"])
WATCHED = {
    "ingestion_rate": "Events received are at least 95% of those expected.",
    "validation_pass_rate": "At least 95% of the lines that landed keep the contract.",
    "completeness": "At least 90% of the lines hold every required field.",
    "duplicate_rate": "At most 1% of the lines are copies.",
    "late_arrival_rate": "At most 5% of the events arrive more than 24 hours late.",
    "freshness_p95_minutes": "95% of the on-time events are readable within 10 minutes.",
}


@dg.multi_asset_check(
    name="quality_warnings",
    specs=[
        *(dg.AssetCheckSpec(name, asset=METRICS, description=text) for name, text in WATCHED.items()),
        dg.AssetCheckSpec(
            "agrees_within_1_percent", asset=RECONCILIATION, description="Ours and the platforms' figures."
        ),
        dg.AssetCheckSpec("nothing_unusual_now", asset=ANOMALIES, description="No anomaly in the newest hour or day."),
    ],
    pool=POOL,
)
def quality_warnings(installation: Installation) -> Iterator[dg.AssetCheckResult]:
    """One warning per rate beyond its limit, and for differences and anomalies of the newest build."""
    with reading(installation.home) as connection:
        rates = connection.execute(
            "select metric, value, target, unit, severity from quality.quality_metrics where source is null"
        ).fetchall()
        (flagged, compared), *_ = connection.execute(
            "select count(*) filter (where is_flagged), count(*) from quality.reconciliation"
        ).fetchall()
        (unusual,), *_ = connection.execute("select count(*) from quality.anomalies where is_newest").fetchall()
    found = {row[0]: row for row in rates}
    for name in WATCHED:
        yield _rate_result(name, found.get(name))
    yield _count_result(RECONCILIATION, "agrees_within_1_percent", flagged, f"of {compared:,} figures differ")
    yield _count_result(ANOMALIES, "nothing_unusual_now", unusual, "anomalies in the newest hour or day")


def _rate_result(name: str, row: tuple[Any, ...] | None) -> dg.AssetCheckResult:
    _, value, target, unit, severity = row or (name, None, None, None, "ok")
    shown = {"value": value, "target": target, "unit": unit, "severity": severity}
    return dg.AssetCheckResult(
        asset_key=METRICS,
        check_name=name,
        passed=severity == "ok",
        severity=dg.AssetCheckSeverity.WARN,
        metadata={key: entry for key, entry in shown.items() if entry is not None},
    )


def _count_result(key: dg.AssetKey, name: str, count: int, what: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{count:,} {what}" if count else None,
        metadata={"count": count},
    )
