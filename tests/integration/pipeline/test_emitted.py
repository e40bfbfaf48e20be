"""What a build tells about itself lands once, is accounted for at once, and is never a reason to build again."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import duckdb
import pytest
from small_homes import landed_home

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.serving_files import current_build, snapshot_path
from swipesavvy.commands.run import refresh_home
from swipesavvy.domain.home import EMITTED_PREFIX, Home

pytestmark = pytest.mark.xdist_group("pipeline")
ENDS = datetime(2026, 6, 30, 12, tzinfo=UTC)
PURCHASE = {
    "event_type": "user_purchased",
    "user_id": "u-1",
    "source": "backend",
    "properties": {"order_id": "00000000-0000-4000-8000-00000000aaaa", "order_value": 9.5},
}


@pytest.fixture(scope="module")
def built(small_market: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after its first run, with far too many purchases in its newest whole hour."""
    home = landed_home(tmp_path_factory.mktemp("emitting"), small_market)
    land_purchases(home, "burst.jsonl", "2026-06-30T11:10:00Z", 200)
    # The newest event lies in the hour after, so that the hour before it is whole.
    land_purchases(home, "newest.jsonl", "2026-06-30T12:00:00Z", 1)
    refresh_home(home)
    return home


def land_purchases(home: Home, name: str, at: str, count: int) -> None:
    ids = [str(uuid5(NAMESPACE_URL, f"{name} {number}")) for number in range(count)]
    lines = [json.dumps(PURCHASE | {"event_id": event_id, "timestamp": at}) for event_id in ids]
    (home.landing_events / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def emitted(home: Home) -> list[dict[str, Any]]:
    files = sorted(home.landing_events.glob(f"{EMITTED_PREFIX}*"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def snapshot(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(snapshot_path(home, str(current_build(home))), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_an_anomaly_and_the_refresh_are_told_in_landing(built: Home) -> None:
    told = Counter(event["event_type"] for event in emitted(built))
    assert told["data_refresh_completed"] == 1
    assert told["anomaly_detected"] >= 1
    spike = next(e["properties"] for e in emitted(built) if "user_purchased" in str(e["properties"].get("metric_id")))
    assert (spike["anomaly_type"], spike["actual_value"] >= 200) == ("spike", True)
    found = snapshot(built, "select anomaly_id from anomalies where is_newest")
    assert (spike["anomaly_id"],) in found
    assert {event["timestamp"] for event in emitted(built)} == {ENDS.isoformat()}


def test_what_was_told_is_in_the_published_ledger_at_once(built: Home) -> None:
    (counts,) = snapshot(
        built, f"select sum(landed), sum(clean) from ledger where landing_file like '%{EMITTED_PREFIX}%'"
    )
    assert counts == (len(emitted(built)), len(emitted(built)))
    assert snapshot(built, "select lake_version from build_info") == [(open_lake(built).version(),)]


def test_own_lines_alone_are_no_reason_to_build(built: Home) -> None:
    before, lines = current_build(built), emitted(built)
    assert refresh_home(built)[:2] == (before, False)
    (built.warehouse / "seen.json").unlink()
    assert refresh_home(built)[:2] == (before, False)
    assert emitted(built) == lines


@pytest.mark.slow
def test_a_later_build_of_the_same_day_tells_its_refresh_but_not_the_anomaly_again(built: Home) -> None:
    before = Counter(event["event_type"] for event in emitted(built))
    land_purchases(built, "more.jsonl", "2026-06-30T12:00:00.500Z", 1)
    assert refresh_home(built)[1]
    after = Counter(event["event_type"] for event in emitted(built))
    assert after - before == Counter({"data_refresh_completed": 1})
    ids = [event["event_id"] for event in emitted(built)]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_an_instant_somebody_asked_for_is_built_in_silence(built: Home) -> None:
    lines = emitted(built)
    assert refresh_home(built, as_of="2026-06-29")[1]
    assert emitted(built) == lines
    assert snapshot(built, "select count(*) from quality_metrics")[0][0] > 10
