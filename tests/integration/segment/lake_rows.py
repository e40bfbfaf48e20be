"""What the lake holds after an ingest, by event id."""

import json
from datetime import UTC, datetime
from typing import Any

import duckdb

from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home


def rows_after_ingest(home: Home) -> dict[str, dict[str, Any]]:
    """Event id -> type, user, source, properties, for all clean events."""
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    for row in lake.ledger():
        assert row.landed == row.clean + row.duplicate
        assert not row.quarantined
    files = [str(path) for path in lake.files()["events"]]
    found = duckdb.sql("select * from read_parquet($files, union_by_name=true)", params={"files": files})
    names = found.columns
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return {str(row["event_id"]): {**row, "properties": json.loads(row["properties"] or "{}")} for row in rows}
