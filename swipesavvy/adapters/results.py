"""Tables that Python steps compute between dbt's two phases: `results/<table>/<build_id>.parquet`, typed and atomic."""

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
}


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
    path = home.results / table / f"{build_id}.parquet"
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), temporary)
    return path


def forget_results(home: Home, kept: Iterable[str]) -> None:
    """Delete the result files of builds that are not kept, and whatever a killed writer left behind."""
    names = {f"{build_id}.parquet" for build_id in kept}
    for table in SCHEMAS:
        for path in (home.results / table).glob("*"):
            if path.name not in names:
                path.unlink(missing_ok=True)
