"""What is watched for anomalies, read from the warehouse between dbt's phases as arrays.

Belongs here: the queries. Which series are made of the arrays is decided in `application.anomaly_detection`.
"""

from datetime import datetime

import duckdb
import numpy as np

from swipesavvy.application.anomaly_detection import Counts, Figures, span

_COUNTS = "select event_type, source, date_diff('hour', ?::timestamp, hour_at)::bigint as hour,"
_FROM_EVENTS = "as counted from intermediate.int_event_hours where hour_at >= ? group by all"
_FROM_DUPLICATES = "as counted from intermediate.int_duplicate_hours where hour_at >= ? group by all"


def read_counts(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> tuple[Counts, Counts]:
    """Hourly events and hourly losing copies, as far back as detection looks (`as_of`: naive UTC)."""
    return (
        _counts(connection, f"{_COUNTS} sum(event_count)::double {_FROM_EVENTS}", as_of),
        _counts(connection, f"{_COUNTS} sum(duplicate_count)::double {_FROM_DUPLICATES}", as_of),
    )


def read_figures(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> Figures:
    """Daily figures, as far back as detection looks (`as_of`: naive UTC)."""
    start, _ = span(as_of)
    found = connection.execute(
        "select metric_id, date_diff('day', ?::date, day)::bigint as day, value, support from marts.metric_series"
        " where day >= ?::date",
        [start, start],
    ).fetchnumpy()
    return Figures(
        np.asarray(found["metric_id"], object),
        np.asarray(found["day"], np.int64),
        np.asarray(found["value"], np.float64),
        np.asarray(found["support"], np.float64),
    )


def _counts(connection: duckdb.DuckDBPyConnection, query: str, as_of: datetime) -> Counts:
    start, _ = span(as_of)
    found = connection.execute(query, [start, start]).fetchnumpy()
    return Counts(
        np.asarray(found["event_type"], object),
        np.asarray(found["source"], object),
        np.asarray(found["hour"], np.int64),
        np.asarray(found["counted"], np.float64),
    )
