"""Data freshness, its slowest event and its late share equal what landing files and ledger tell."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import swipesavvy
from acceptance.nasty_market import AS_OF, nasty_market, write_scattered
from oracle.comparison import same, snapshot_records
from oracle.facts import read_landing
from oracle.freshness import EVERYTHING, Freshness, freshness

pytestmark = pytest.mark.slow

METRICS = ("data_freshness", "data_freshness_max", "late_share")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nasty market, built once."""
    root = tmp_path_factory.mktemp("fresh") / "home"
    write_scattered(nasty_market(seed=20260311), root / "landing", seed=2)
    swipesavvy(root, "run", "--as-of", AS_OF.isoformat())
    return root


def shown(home: Path, *by: str) -> dict[tuple[str, str], dict[str, Any]]:
    wanted = [option for metric in METRICS for option in ("--metric", metric)]
    rows = map(json.loads, swipesavvy(home, "metrics", "--format", "json", *wanted, *by).splitlines())
    return {(row["metric"], row["grain"].get("source", EVERYTHING)): row for row in rows}


def recomputed(home: Path) -> dict[str, Freshness]:
    ledger = [row for row in snapshot_records(home, "ledger") if row["source"] == "events"]
    committed = {Path(row["landing_file"]).name: row["committed_at"].replace(tzinfo=UTC) for row in ledger}
    assert len(committed) == len(ledger), "each file was taken in by one batch"
    return freshness(read_landing(home / "landing", datetime.now(UTC)).intake.events, committed, AS_OF)


def test_every_source_and_the_total(home: Path) -> None:
    expected, rows = recomputed(home), shown(home) | shown(home, "--by", "source")
    assert len(expected) > 2
    assert {source for _, source in rows} == set(expected)
    for source, fresh in expected.items():
        found = [rows[metric, source] for metric in METRICS]
        assert all(
            same(row["value"], value)
            for row, value in zip(found, (fresh.p95, fresh.slowest, fresh.late_share), strict=True)
        ), (source, found, fresh)
        assert [row["denominator"] for row in found] == [fresh.on_time, fresh.on_time, fresh.on_time + fresh.late]
        assert {row["window"] for row in found} == {"24h"}


def test_a_fixed_window_may_be_asked_for_by_its_name(home: Path) -> None:
    assert shown(home, "--window", "24h").keys() == shown(home, "--window", "7d").keys()
