"""Between a finished warehouse and landing: reads what a build has to tell, and takes in what it told.

Belongs here: queries, and keeping lake and plan in step. What the events look like is `application.build_reports`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from swipesavvy.adapters.lake import open_lake
from swipesavvy.application.build_reports import Event, Refresh, anomaly_events, rates_of, refresh_event
from swipesavvy.domain.builds import BuildPlan, built_at, fingerprint
from swipesavvy.domain.home import Home


def events_of_build(connection: duckdb.DuckDBPyConnection, plan: BuildPlan, now: datetime) -> list[Event]:
    """Everything the planned build has to tell, from its finished warehouse."""
    refresh = Refresh(
        subject=plan.fingerprint,
        records=_rows(connection, "select coalesce(sum(event_count), 0)::bigint as n from quality.event_expectations")[
            0
        ]["n"],
        duration_seconds=(now - built_at(plan.build_id)).total_seconds(),
        lag_seconds=(now - plan.data_as_of).total_seconds(),
        errors={
            row["reason"]: row["n"]
            for row in _rows(
                connection,
                "select reason, sum(line_count)::bigint as n from quality.quarantine_reasons"
                " where source = 'events' group by reason",
            )
        },
        rates=rates_of(_rows(connection, "select metric, source, value from quality.quality_metrics")),
    )
    found = _rows(connection, "select * from quality.anomalies where is_newest")
    return [*anomaly_events(found, plan.as_of), refresh_event(refresh, plan.as_of)]


def take_in_emitted(home: Home, plan: BuildPlan, emitted: int, now: datetime) -> BuildPlan:
    """Ingest what the build emitted; the plan as it is to be published.

    If nothing else came in with it, the build stands for the lake as it is now: its own lines change no metric and are
    no reason to build again. If anything did, the plan keeps the older lake, and the next run finds something new.
    """
    lake = open_lake(home)
    before = lake.version()
    report = lake.ingest_events(now)
    after = lake.version()
    alone = before == plan.lake_version and report.landed == emitted and int(after) == int(before) + 1
    if not alone:
        return plan
    return replace(plan, lake_version=after, fingerprint=fingerprint(after, plan.as_of, plan.code_version))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
