"""The peer of `parts.ingest_peers`, run by the interpreter of .venv-bench: python dlt_side.py rows|arrow LINES FOLDER.

Belongs here: one dlt load of a landing file into a new DuckDB file, merged on the event id. Imports nothing of the
product, which that environment does not have. Prints the CPU seconds of the load, imports left out.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
import duckdb
import pyarrow

COLUMNS = {
    "event_id": "VARCHAR",
    "event_type": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
    "user_id": "VARCHAR",
    "session_id": "VARCHAR",
    "source": "VARCHAR",
    "received_at": "TIMESTAMPTZ",
    "properties": "VARCHAR",
    "context": "VARCHAR",
}


def rows(path: str) -> Iterator[dict[str, Any]]:
    """Every line that is an object, as Python reads it."""
    with Path(path).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and found.get("event_id"):
                yield found


def arrow(path: str) -> Iterator[pyarrow.Table]:
    """All lines as one Arrow table, what is nested as text."""
    with duckdb.connect() as connection:
        yield connection.sql(
            f"SELECT * FROM read_json('{path}', format = 'newline_delimited', columns = {COLUMNS}, "
            "ignore_errors = true) WHERE event_id IS NOT NULL"
        ).to_arrow_table()


def load(kind: str, path: str, folder: str) -> None:
    """Extract, normalise and load with a merge on the event id."""
    source = {"rows": rows, "arrow": arrow}[kind]
    pipeline = dlt.pipeline(
        "peer", pipelines_dir=folder, dataset_name="lake", destination=dlt.destinations.duckdb(f"{folder}/peer.duckdb")
    )
    resource = dlt.resource(source(path), name="events", primary_key="event_id", write_disposition="merge")
    pipeline.run(resource, loader_file_format="parquet").raise_on_failed_jobs()


def loaded(folder: str) -> int:
    """Events in the table afterwards."""
    with duckdb.connect(f"{folder}/peer.duckdb") as connection:
        return int(connection.sql("SELECT count(*) FROM lake.events").fetchall()[0][0])


if __name__ == "__main__":
    begun = time.process_time()
    load(*sys.argv[1:])
    spent = time.process_time() - begun
    assert loaded(sys.argv[3]) > 0
    sys.stdout.write(f"\n{spent}\n")
