"""Every number of a lake small enough to recompute by hand, and the same numbers by every other way to ask."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from swipesavvy.adapters.catalogue import read_manifest, served_tables
from swipesavvy.adapters.code_version import DBT_PROJECT
from swipesavvy.adapters.dbt_runner import manifest_path
from swipesavvy.domain.home import Home

EXPECTED = Path(__file__).parent / "golden" / "expected.csv"
KEYS = ("metric", "window_name", "grain", "campaign_id", "creative_id", "day", "cohort", "source")
FIGURES = ("value", "numerator", "denominator", "ci_low", "ci_high", "p_value", "srm_p_value")
COUNTS = ("n_treated", "n_control", "contaminated")
Row = dict[str, object]


def rows_of(path: Path, query: str) -> list[Row]:
    with duckdb.connect(path, read_only=True) as connection:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def keyed(rows: list[Row]) -> dict[tuple[str, ...], Row]:
    return {tuple("" if row[key] is None else str(row[key]) for key in KEYS): row for row in rows}


def expected() -> dict[tuple[str, ...], Row]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return keyed([{name: text or None for name, text in row.items()} for row in csv.DictReader(file)])


def differences(found: Row, wanted: Row) -> Iterator[str]:
    for name in (*FIGURES, *COUNTS):
        text = wanted[name]
        want = None if text is None else pytest.approx(float(str(text)), rel=1e-9, abs=1e-12)
        if found[name] != want:
            yield f"{name} is {found[name]}, not {text}"
    if found["flags"] != wanted["flags"]:
        yield f"flags are {found['flags']}, not {wanted['flags']}"


def test_every_number_equals_the_hand_computed_one(golden_home: Home) -> None:
    found, wanted = keyed(rows_of(golden_home.warehouse_file, "select * from metrics.metric_values")), expected()
    assert sorted(found.keys() - wanted.keys()) == []
    assert sorted(wanted.keys() - found.keys()) == []
    wrong = [f"{key}: {text}" for key in wanted for text in differences(found[key], wanted[key])]
    assert not wrong


def test_a_number_is_missing_exactly_where_a_reason_stands(golden_home: Home) -> None:
    rows = rows_of(golden_home.warehouse_file, "select * from metrics.metric_values")
    assert rows
    assert not [row for row in rows if (row["value"] is None) != (row["reason"] is not None)]


def test_building_again_changes_nothing(golden_home: Home, rebuild: Callable[[Home], None]) -> None:
    query = "select * from metrics.metric_values order by all"
    before = rows_of(golden_home.warehouse_file, query)
    rebuild(golden_home)
    assert rows_of(golden_home.warehouse_file, query) == before


@pytest.fixture
def snapshot(golden_home: Home, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The served tables under their own names, and the macros for custom ranges."""
    with duckdb.connect(tmp_path / "snapshot.duckdb") as connection:
        connection.execute(f"attach '{golden_home.warehouse_file}' as warehouse (read_only)")
        for table in served_tables(read_manifest(manifest_path(DBT_PROJECT))):
            connection.execute(f"create table {table.name} as from warehouse.{table.schema}.{table.name}")
        statements = connection.execute(
            "select create_sql from warehouse.metrics.metric_macros order by creation_order"
        ).fetchall()
        for (statement,) in statements:
            connection.execute(statement)
        connection.execute("detach warehouse")
        yield connection


def test_a_custom_range_gives_what_its_window_gives(snapshot: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "metric, grain, campaign_id, creative_id, day, value, numerator, denominator, reason, n_treated, n_control"
    )
    metrics = [row[0] for row in snapshot.execute("select distinct metric from metric_values").fetchall()]
    fixed = {"budget_utilization", "ltv", "ltv_mature", "data_freshness", "data_freshness_max", "late_share"}
    asked = 0
    for metric in sorted(set(metrics) - fixed):
        for window, start in (("1d", "2026-03-10"), ("7d", "2026-03-04"), ("30d", "2026-02-09"), ("all", "0001-01-01")):
            custom = f"select {columns} from metric_{metric}('{start}', '2026-03-10') where window_name = 'custom'"
            named = f"select {columns} from metric_values where metric = '{metric}' and window_name = '{window}'"
            found = snapshot.execute(f"({custom}) except ({named}) union all (({named}) except ({custom}))").fetchall()
            assert not found, (metric, window)
            asked += 1
    assert asked == 48


def test_the_arms_of_a_custom_range_give_its_intervals(snapshot: duckdb.DuckDBPyConnection) -> None:
    arms = "from metric_experiment_arms('2026-03-04', '2026-03-10')"
    (row,) = snapshot.execute(
        f"select n_treated, n_control, treated_buyers, control_buyers {arms}"
        " where creative_id is null and campaign_id = 'ca'"
    ).fetchall()
    assert row == (2, 2, 2, 1)


def test_a_range_before_everything_is_empty_but_answered(snapshot: duckdb.DuckDBPyConnection) -> None:
    rows = snapshot.execute("select grain, value, reason from metric_roas('2020-01-01', '2020-12-31')").fetchall()
    assert rows == [("total", None, "no spend")]
