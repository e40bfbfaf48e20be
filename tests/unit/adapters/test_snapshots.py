"""Publishing: a new file each time, the pointer last, nothing half-made in sight."""

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from swipesavvy.adapters import snapshots, warehouse
from swipesavvy.adapters.catalogue import ServedTable
from swipesavvy.adapters.ledger_table import ledger_table
from swipesavvy.adapters.results import forget_results, write_result
from swipesavvy.adapters.serving_files import current_build, published_builds, snapshot_path
from swipesavvy.adapters.sources_file import read_plan, write_plan
from swipesavvy.application.ingestion import LedgerRow
from swipesavvy.domain.builds import BuildPlan, name_build
from swipesavvy.domain.errors import BuildError, NotBuiltYetError
from swipesavvy.domain.home import Home
from swipesavvy.domain.metrics import MetricDefinition

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ROAS = MetricDefinition(
    *("roas", "ROAS", "Revenue per dollar.", "revenue / spend", "ratio", "higher", 3.5, 2.5, 5.0, "CMO"),
    *("realtime", "line", "P0", ("campaign", "day"), None),
)
LEDGER = [LedgerRow(1, NOW, "events", "events/a.jsonl", 3, 1, 1, {"bad_uuid": 1})]


def plan(now: datetime, taken: list[str]) -> BuildPlan:
    return BuildPlan(name_build(now, "f" * 64, taken), NOW, NOW, "1", "c", "f" * 64, {"events": ["/a.parquet"]})


def content(*tables: ServedTable) -> snapshots.SnapshotContent:
    return snapshots.SnapshotContent([ServedTable("marts", "fct_a"), *tables], [ROAS], ledger_table(LEDGER))


def build_warehouse(home: Home) -> None:
    with warehouse.writing(home) as path, duckdb.connect(path) as connection:
        connection.execute("create schema marts; create schema metrics")
        connection.execute("create table marts.fct_a as select range as n from range(5)")
        connection.execute(
            "create table metrics.metric_macros as select"
            " 'create macro metric_a(x, y) as table select n from fct_a where n between x and y' as create_sql"
        )


def test_a_snapshot_carries_tables_info_catalogue_ledger_and_macros(home: Home) -> None:
    build_warehouse(home)
    first = plan(NOW, [])
    rows = snapshots.publish(home, first, content(), NOW)
    assert rows == {"fct_a": 5}
    assert current_build(home) == first.build_id
    assert home.current_pointer.read_text(encoding="utf-8") == f"{first.build_id}.duckdb\n"
    with duckdb.connect(snapshot_path(home, first.build_id), read_only=True) as connection:
        assert connection.execute("from metric_a(1, 2)").fetchall() == [(1,), (2,)]
        assert connection.execute("select metric, grains from metric_catalogue").fetchall() == [
            ("roas", ["campaign", "day"])
        ]
        assert connection.execute("select quarantined['bad_uuid'] from ledger").fetchall() == [(1,)]
    info = snapshots.published_plan(home)
    assert info is not None
    assert (info["build_id"], info["fingerprint"]) == (first.build_id, "f" * 64)
    assert info["as_of"] == NOW.replace(tzinfo=None)


def test_a_path_is_never_used_twice_and_a_failure_moves_nothing(home: Home) -> None:
    build_warehouse(home)
    first = plan(NOW, [])
    snapshots.publish(home, first, content(), NOW)
    with pytest.raises(BuildError, match="published already"):
        snapshots.publish(home, first, content(), NOW)
    second = plan(NOW, published_builds(home))
    with pytest.raises(BuildError, match=r"marts\.missing: declared as served but not built"):
        snapshots.publish(home, second, content(ServedTable("marts", "missing")), NOW)
    assert current_build(home) == first.build_id
    assert published_builds(home) == [first.build_id]


def test_what_a_killed_publisher_left_is_removed(home: Home) -> None:
    build_warehouse(home)
    home.serving.mkdir()
    left = home.serving / ".20260101T000000Z-aaaaaaaa.duckdb"
    left.write_bytes(b"half")
    snapshots.publish(home, plan(NOW, []), content(), NOW)
    assert not left.exists()


def test_old_snapshots_and_their_results_go_and_pinned_ones_stay(home: Home) -> None:
    build_warehouse(home)
    names: list[str] = []
    for days in range(6):
        one = plan(NOW - timedelta(days=10 - days), names)
        snapshots.publish(home, one, content(), NOW)
        write_result(home, "lift_intervals", one.build_id, [{"metric": "holdout_lift", "ci_low": 1.0}])
        names.append(one.build_id)
    (home.serving / f"{names[0]}.pinned").touch()
    kept = snapshots.retire(home, NOW)
    forget_results(home, kept)
    assert kept == {names[0], *names[-3:]}
    assert published_builds(home) == sorted(kept)
    assert {path.stem for path in (home.results / "lift_intervals").iterdir()} == kept


def test_no_pointer_or_a_dangling_one_means_nothing_is_published(home: Home) -> None:
    assert current_build(home) is None
    assert snapshots.published_plan(home) is None
    home.serving.mkdir()
    home.current_pointer.write_text("gone.duckdb\n", encoding="utf-8")
    assert current_build(home) is None


def test_an_undeclared_result_column_is_an_error(home: Home) -> None:
    with pytest.raises(ValueError, match="surprise"):
        write_result(home, "lift_intervals", "b", [{"surprise": 1}])
    path = write_result(home, "lift_intervals", "b", [])
    assert pa.parquet.read_table(path).num_rows == 0


def test_the_plan_survives_the_hand_over(home: Home) -> None:
    with pytest.raises(NotBuiltYetError, match="no build is planned"):
        read_plan(home)
    one = plan(NOW + timedelta(microseconds=1), [])
    write_plan(home, one)
    assert read_plan(home) == one
