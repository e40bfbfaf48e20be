"""Tables that Python steps compute or gather for dbt: `results/<table>/<build_id>.parquet`, typed and atomic."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from swipesavvy.adapters.durable import replacing
from swipesavvy.domain.home import Home

# dbt declares the same columns for a table that has never been written.
SCHEMAS: dict[str, pa.Schema] = {
    "lift_intervals": pa.schema(
        [
            *((name, pa.string()) for name in ("metric", "window_name", "campaign_id", "creative_id")),
            *((name, pa.float64()) for name in ("ci_low", "ci_high", "p_value", "srm_p_value")),
        ]
    ),
    "anomalies": pa.schema(
        [
            ("anomaly_id", pa.string()),
            ("detected_for_at", pa.timestamp("us")),
            ("grain", pa.string()),
            ("is_newest", pa.bool_()),
            *((name, pa.string()) for name in ("metric_id", "subject_type", "subject", "anomaly_type")),
            *((name, pa.string()) for name in ("severity", "detector")),
            *((name, pa.float64()) for name in ("expected_value", "actual_value", "deviation_pct", "score")),
            ("affected_records", pa.int64()),
        ]
    ),
}
# Tables gathered from elsewhere for one build; whoever gathers them declares their columns.
GATHERED = ("batch_ledger", "contract")


def write_result(home: Home, table: str, build_id: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write one result table of one build; keys beyond the table's columns are an error, missing ones are null.

    Raises:
        ValueError: a row has a column the table does not declare.
    """
    schema = SCHEMAS[table]
    unknown = {key for row in rows for key in row} - set(schema.names)
    if unknown:
        message = (
            f"results/{table}: undeclared columns {', '.join(sorted(unknown))}; declare them in adapters/results.py"
        )
        raise ValueError(message)
    return write_table(home, table, build_id, pa.Table.from_pylist([dict(row) for row in rows], schema=schema))


def write_table(home: Home, table: str, build_id: str, content: pa.Table) -> Path:
    """Write one table of one build as it is."""
    path = home.results / table / f"{build_id}.parquet"
    with replacing(path) as temporary:
        pq.write_table(content, temporary)
    return path


def forget_results(home: Home, kept: Iterable[str]) -> None:
    """Delete the result files of builds that are not kept, and whatever a killed writer left behind."""
    names = {f"{build_id}.parquet" for build_id in kept}
    for table in (*SCHEMAS, *GATHERED):
        for path in (home.results / table).glob("*"):
            if path.name not in names:
                path.unlink(missing_ok=True)
