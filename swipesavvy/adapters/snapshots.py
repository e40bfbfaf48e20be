"""Publishing: a small immutable DuckDB file per build, a pointer to the newest, and which old ones are kept.

A file is written under a hidden name, checked, forced to the disk and renamed once; its path is never used again,
because a reader that still holds it would be served the old bytes. Reading snapshots belongs to `adapters.serving`.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from swipesavvy.adapters import durable
from swipesavvy.adapters.catalogue import ServedTable
from swipesavvy.adapters.serving_files import current_build, published_builds, snapshot_path
from swipesavvy.domain.builds import BuildPlan, snapshots_to_keep
from swipesavvy.domain.errors import BuildError
from swipesavvy.domain.home import Home
from swipesavvy.domain.metrics import MetricDefinition

log = logging.getLogger(__name__)

CATALOGUE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("metric", "label", "definition", "formula", "unit", "direction")),
        *((name, pa.float64()) for name in ("target", "range_low", "range_high")),
        *((name, pa.string()) for name in ("owner", "refresh_tier", "visualisation", "priority")),
        ("grains", pa.list_(pa.string())),
        ("fixed_window", pa.string()),
    ]
)


@dataclass(frozen=True)
class SnapshotContent:
    """What a snapshot carries besides `build_info`: served tables, the metric catalogue, the ledger of ingestion."""

    tables: Sequence[ServedTable]
    catalogue: Sequence[MetricDefinition]
    ledger: pa.Table


def published_plan(home: Home) -> Mapping[str, Any] | None:
    """The `build_info` row of the build readers open now, if there is one."""
    build_id = current_build(home)
    if build_id is None:
        return None
    with duckdb.connect(snapshot_path(home, build_id), read_only=True) as connection:
        cursor = connection.execute("select * from build_info")
        names = [column[0] for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchall()[0], strict=True))


def publish(home: Home, plan: BuildPlan, content: SnapshotContent, now: datetime) -> dict[str, int]:
    """Copy the served tables of the finished warehouse into a new snapshot and point readers to it.

    The caller holds the warehouse lock and every check has passed. Returns the rows of each table in the snapshot.

    Raises:
        BuildError: a served table is missing from the warehouse, or the name was published before.
    """
    final = snapshot_path(home, plan.build_id)
    if final.exists():
        message = f"{final}: this build is published already; plan a new one by running `swipesavvy run`"
        raise BuildError(message)
    home.serving.mkdir(parents=True, exist_ok=True)
    _forget_unfinished(home)
    temporary = home.serving / f".{final.name}"
    with duckdb.connect(temporary) as connection:
        rows = _copy_tables(connection, home, content.tables)
        _write_own_tables(connection, plan, content, now)
        _create_macros(connection)
        connection.execute("detach warehouse")
        connection.execute("checkpoint")
    durable.sync_file(temporary)
    temporary.replace(final)
    durable.sync_folder(home.serving)
    durable.write_text(home.current_pointer, f"{final.name}\n")
    return rows


def _copy_tables(connection: duckdb.DuckDBPyConnection, home: Home, tables: Sequence[ServedTable]) -> dict[str, int]:
    path = str(home.warehouse_file).replace("'", "''")
    connection.execute(f"attach '{path}' as warehouse (read_only)")
    rows = {}
    for table in tables:
        try:
            connection.execute(f'create table "{table.name}" as from warehouse."{table.schema}"."{table.name}"')
        except duckdb.CatalogException as error:
            message = f"{table.schema}.{table.name}: declared as served but not built ({str(error).splitlines()[0]})"
            raise BuildError(message) from None
        rows[table.name] = len(connection.table(f'"{table.name}"'))
    return rows


def _write_own_tables(
    connection: duckdb.DuckDBPyConnection, plan: BuildPlan, content: SnapshotContent, now: datetime
) -> None:
    connection.execute(
        """
        create table build_info as select
            ?::varchar as build_id, ?::timestamp as as_of, ?::timestamp as data_as_of, ?::timestamp as published_at,
            ?::varchar as lake_version, ?::varchar as code_version, ?::varchar as fingerprint
        """,
        [
            plan.build_id,
            *(moment.replace(tzinfo=None) for moment in (plan.as_of, plan.data_as_of, now)),
            *(plan.lake_version, plan.code_version, plan.fingerprint),
        ],
    )
    catalogue = pa.Table.from_pylist([asdict(entry) for entry in content.catalogue], schema=CATALOGUE_SCHEMA)
    for name, table in (("metric_catalogue", catalogue), ("ledger", content.ledger)):
        connection.register(f"incoming_{name}", table)
        connection.execute(f"create table {name} as from incoming_{name}")
        connection.unregister(f"incoming_{name}")


def _create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Table macros that answer for any date range, compiled by dbt from the same formulas as the windows."""
    found = connection.execute(
        "select count(*) from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema = 'metrics' and table_name = 'metric_macros'"
    ).fetchall()
    if found[0][0]:
        for (statement,) in connection.execute("select create_sql from warehouse.metrics.metric_macros").fetchall():
            connection.execute(statement)


def _forget_unfinished(home: Home) -> None:
    """Remove what a killed publisher left; nobody can have opened a hidden name."""
    for path in home.serving.glob(".*"):
        path.unlink(missing_ok=True)


def retire(home: Home, now: datetime) -> set[str]:
    """Delete snapshots beyond the retention; returns the names that stay. `<build_id>.pinned` keeps one for good.

    A reader that has a deleted snapshot open keeps it until it closes.
    """
    pinned = {path.name.removesuffix(".pinned") for path in home.serving.glob("*.pinned")}
    kept = snapshots_to_keep(published_builds(home), pinned, now)
    current = current_build(home)
    kept |= {current} if current else set()
    for build_id in published_builds(home):
        if build_id not in kept:
            snapshot_path(home, build_id).unlink(missing_ok=True)
            log.info("%s: retired", build_id)
    return kept
