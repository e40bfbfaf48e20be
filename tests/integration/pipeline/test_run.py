"""A whole run on a small market: taken in, built, checked, published; a second one has nothing to do."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from small_homes import landed_home, published_metrics
from typer.testing import CliRunner

from dagster_project.instance import working_instance
from swipesavvy.adapters.serving_files import current_build, published_builds, snapshot_path
from swipesavvy.cli import app
from swipesavvy.commands.run import refresh_home
from swipesavvy.domain.home import Home

pytestmark = pytest.mark.xdist_group("pipeline")


@pytest.fixture(scope="module")
def built(small_market: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after its first run."""
    home = landed_home(tmp_path_factory.mktemp("built"), small_market)
    build_id, is_new, _ = refresh_home(home)
    assert is_new
    assert build_id == current_build(home)
    return home


@pytest.fixture
def instance(built: Home) -> Iterator[dg.DagsterInstance]:
    with working_instance(built) as opened:
        yield opened


def test_the_snapshot_holds_metrics_catalogue_ledger_and_macros(built: Home) -> None:
    with duckdb.connect(snapshot_path(built, str(current_build(built))), read_only=True) as connection:
        metrics = {row[0] for row in connection.execute("select distinct metric from metric_values").fetchall()}
        declared = {row[0] for row in connection.execute("select metric from metric_catalogue").fetchall()}
        landed, told = connection.execute(
            "select sum(landed), sum(clean + duplicate + coalesce(list_sum(map_values(quarantined)), 0)) from ledger"
        ).fetchall()[0]
        windowed = connection.execute(
            "select value from metric_values where metric = 'ctr' and window_name = 'all' and grain = 'total'"
        ).fetchall()
        custom = connection.execute(
            "select value from metric_ctr(date '2026-01-01', date '2026-06-30') where grain = 'total'"
        ).fetchall()
        lifts = connection.execute(
            "select count(*) from metric_values where metric = 'holdout_lift' and ci_low is not null"
        ).fetchall()
    assert metrics <= declared
    assert {"roas", "ctr", "ltv", "holdout_lift", "visit_lift"} <= metrics
    assert landed == told > 0
    assert windowed == custom
    assert lifts[0][0] > 0, "the intervals Python computed reached the metrics"


def test_a_second_run_publishes_nothing_and_changes_nothing(built: Home) -> None:
    before, rows = published_builds(built), published_metrics(built)
    answer = CliRunner().invoke(app, ["run", "--home", str(built.root)], catch_exceptions=False)
    assert answer.exit_code == 0
    assert answer.stdout == f"nothing new; build {before[-1]} stands\n"
    (built.warehouse / "seen.json").unlink()
    assert refresh_home(built)[:2] == (before[-1], False), "also by way of ingestion and the fingerprint"
    assert published_builds(built) == before
    assert published_metrics(built) == rows


def test_assets_carry_counts_lag_and_a_plot(instance: dg.DagsterInstance) -> None:
    for key in (
        ["lake", "events"],
        ["marts", "fct_conversions"],
        ["metrics", "metric_values"],
        ["serving", "snapshot"],
    ):
        event = instance.get_latest_materialization_event(dg.AssetKey(key))
        assert event is not None
        assert event.asset_materialization is not None
        metadata = event.asset_materialization.metadata
        assert int(str(metadata["dagster/row_count"].value)) > 0
        plots = [value for value in metadata.values() if isinstance(value, dg.MarkdownMetadataValue)]
        assert any("data:image/svg+xml;base64," in str(plot.value) for plot in plots)
    events = instance.get_latest_materialization_event(dg.AssetKey(["lake", "events"]))
    assert events is not None
    assert events.asset_materialization is not None
    assert "lag_minutes" in events.asset_materialization.metadata


def test_checks_of_every_kind_were_evaluated(instance: dg.DagsterInstance) -> None:
    run = next(run for run in instance.get_runs() if run.job_name == "build_all")
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = {
        (data.asset_key.to_user_string(), data.check_name): data.passed
        for entry in entries
        if entry.dagster_event and (data := entry.dagster_event.asset_check_evaluation_data)
    }
    assert found["metrics/metric_values", "meets_expectations"]
    assert found["marts/experiment_arms", "meets_expectations"]
    assert found["lake/events", "clean_events_meet_the_contract"]
    assert any(name.startswith(("unique", "not_null", "never_null")) for _, name in found)
    ingest = next(run for run in instance.get_runs() if run.job_name == "ingest")
    entries = instance.all_logs(ingest.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    assert len(entries) == 2


def test_data_docs_fetch_nothing_from_outside(built: Home) -> None:
    pages = list((built.docs / "data-docs").rglob("*.html"))
    assert len(pages) > 5
    assert not any(re.search(r"""(src|href)=["']?(https?:)?//""", page.read_text(encoding="utf-8")) for page in pages)


@pytest.mark.slow
def test_new_events_make_a_new_build_and_bad_ones_are_told(built: Home, caplog: pytest.LogCaptureFixture) -> None:
    before = str(current_build(built))
    event = {
        "event_id": "00000000-0000-4000-8000-000000000001",
        "event_type": "something_new",
        "user_id": "u-1",
        "timestamp": "2026-06-30T11:59:00Z",
        "source": "backend",
    }
    lines = [json.dumps(event), "{ broken", '{"torn": ']
    (built.landing_events / "zz.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        build_id, is_new, _ = refresh_home(built, "realtime")
    assert is_new
    assert build_id > before
    with duckdb.connect(snapshot_path(built, build_id), read_only=True) as connection:
        (row,) = connection.execute(
            "select landed, clean, quarantined from ledger where landing_file like '%zz.jsonl'"
        ).fetchall()
    assert row == (2, 1, {"malformed_json": 1}), "the torn last line waits for its rest"
