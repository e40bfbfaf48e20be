"""Counts over the lake's Parquet files for people to look at; metrics are dbt's."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def rows_in(files: Sequence[Path]) -> int:
    """Rows of all files together, from their footers."""
    return sum(pq.read_metadata(file).num_rows for file in files)


def rows_per_day(files: Sequence[Path]) -> list[tuple[date, int]]:
    """Rows by `event_date`, oldest day first."""
    if not files:
        return []
    with duckdb.connect() as connection:
        return connection.execute(
            "select event_date, count(*) from read_parquet(?) group by all order by all", [[str(f) for f in files]]
        ).fetchall()
