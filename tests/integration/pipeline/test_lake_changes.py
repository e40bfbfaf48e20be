"""A run notices what happened to the lake without anything landing: it was deleted, or refused lines were let in."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from small_homes import landed_home, published_metrics

from swipesavvy.adapters.lake import open_lake
from swipesavvy.application.ingestion import BackfillRequest, QuarantineFilter
from swipesavvy.commands.run import refresh_home
from swipesavvy.domain.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipeline")]


def land_old_events(home: Home, received: datetime) -> int:
    """Purchases of 50 days before they were received."""
    lines = [
        {
            "event_id": str(UUID(int=number, version=4)),
            "event_type": "user_purchased",
            "timestamp": (received - timedelta(days=50)).isoformat(),
            "received_at": received.isoformat(),
            "user_id": f"old-{number}",
            "source": "backend",
            "properties": {"order_id": str(UUID(int=1000 + number, version=4)), "order_value": 10.0},
        }
        for number in range(5)
    ]
    path = home.landing_events / "z-old.jsonl"
    path.write_text("".join(json.dumps(found) + "\n" for found in lines), encoding="utf-8")
    return len(lines)


def metrics_of(home: Home) -> list[tuple[object, ...]]:
    """What is told of the market; metrics of the data itself see when it was taken in, and what builds tell."""
    return [row for row in published_metrics(home) if row[0] in {"aov", "ctr", "ltv", "roas", "holdout_lift"}]


def test_a_run_builds_after_the_lake_changed_by_itself(tmp_path: Path, small_market: Path) -> None:
    home = landed_home(tmp_path / "home", small_market)
    count = land_old_events(home, datetime(2026, 6, 30, 11, tzinfo=UTC))
    first, _, _ = refresh_home(home, "realtime")
    assert refresh_home(home, "realtime")[:2] == (first, False)
    metrics, lake = metrics_of(home), open_lake(home)

    shutil.rmtree(home.lake)
    refresh_home(home, "realtime")
    assert lake.ledger(), "the lake is made again from landing"
    assert metrics_of(home) == metrics

    standing, is_new, _ = refresh_home(home, "realtime")
    assert not is_new
    report = lake.backfill_quarantined(QuarantineFilter(), BackfillRequest("offline", "ada"), datetime.now(UTC))
    assert report.clean == count
    build_id, is_new, _ = refresh_home(home, "realtime")
    assert is_new
    assert build_id != standing
