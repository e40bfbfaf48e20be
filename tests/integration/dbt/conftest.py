"""One warehouse built from the hand-computed lake, both phases with the statistics between them.

The lake is small CSV files: columns that a file leaves out are null, types are those the dbt project declares.
"""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from swipesavvy.adapters.code_version import DBT_PROJECT
from swipesavvy.adapters.dbt_runner import build_phase, ensure_manifest
from swipesavvy.application.experiment_statistics import lift_intervals
from swipesavvy.domain.home import Home

GOLDEN = Path(__file__).parent / "golden"
AS_OF = "2026-03-10T12:00:00.000000"
TEXTS = ("metric", "window_name", "campaign_id", "creative_id")
NUMBERS = ("ci_low", "ci_high", "p_value", "srm_p_value")
TABLES = ("events", "users", "campaigns", "creatives", "spend", "orders")


def declared_columns(table: str) -> dict[str, str]:
    """Columns and types of a source, as the dbt project declares them."""
    sources = yaml.safe_load((DBT_PROJECT / "models" / "staging" / "sources.yml").read_text(encoding="utf-8"))
    declared = {entry["name"]: entry for source in sources["sources"] for entry in source["tables"]}
    return {column["name"]: column["data_type"] for column in declared[table]["columns"]}


def write_table(source: Path, table: str, target: Path) -> Path:
    """One CSV file as typed Parquet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("create table raw as from read_csv(?, all_varchar = true, header = true)", [str(source)])
        present = {row[0] for row in connection.execute("describe raw").fetchall()}
        derived = {"event_date": "event_at"} if table == "events" else {}
        columns = []
        for name, data_type in declared_columns(table).items():
            read = derived.get(name, name)
            value = read if read in present else "null"
            columns.append(
                f"cast(cast({value} as {'timestamp' if name in derived else data_type}) as {data_type}) as {name}"
            )
        connection.execute(f"copy (select {', '.join(columns)} from raw) to '{target}' (format parquet)")
    return target


def hand_over(home: Home, folder: Path, as_of: str, results: dict[str, list[str]] | None = None) -> None:
    """Write the lake's files from `folder` and the hand-over file that names them."""
    files = {
        table: [str(write_table(folder / f"{table}.csv", table, home.lake / f"{table}.parquet"))] for table in TABLES
    }
    home.sources_file.parent.mkdir(parents=True, exist_ok=True)
    home.sources_file.write_text(
        json.dumps({"as_of": as_of, "build_id": "golden", "tables": files | (results or {})}), encoding="utf-8"
    )


def build(home: Home, phase: str) -> None:
    """One phase with its data tests."""
    outcome = build_phase(home, ["--selector", phase], lambda _name, _status: None)
    assert not outcome.failures, [str(failure) for failure in outcome.failures]


def build_both(home: Home) -> None:
    """Base, statistics, final: as a run does it."""
    hand_over(home, GOLDEN, AS_OF)
    build(home, "base")
    with duckdb.connect(home.warehouse_file, read_only=True) as connection:
        cursor = connection.execute("select * from marts.experiment_arms")
        names = [column[0] for column in cursor.description or ()]
        arms = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    schema = pa.schema([*((name, pa.string()) for name in TEXTS), *((name, pa.float64()) for name in NUMBERS)])
    results = home.results / "lift_intervals" / "golden.parquet"
    results.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(lift_intervals(arms), schema=schema), results)
    hand_over(home, GOLDEN, AS_OF, {"lift_intervals": [str(results)]})
    build(home, "final")


@pytest.fixture(scope="session")
def golden_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose warehouse holds the hand-computed lake."""
    ensure_manifest()
    home = Home(tmp_path_factory.mktemp("golden"))
    build_both(home)
    return home


@pytest.fixture(scope="session")
def rebuild() -> Callable[[Home], None]:
    """Builds the hand-computed lake into a home, once more."""
    return build_both
