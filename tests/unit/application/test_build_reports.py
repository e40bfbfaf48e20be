"""The events of a build keep the contract, and the same build tells the same."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from swipesavvy.application.build_reports import Refresh, anomaly_events, rates_of, refresh_event
from swipesavvy.domain.verdicts import problem_of

AS_OF = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
REFRESH = Refresh(
    "f" * 64, 61_275, 19.6, 312.4, {"bad_uuid": 2}, {"ingestion_rate": 98.5, "freshness_p95_minutes": None}
)


def anomaly(**more: Any) -> dict[str, Any]:
    return {
        "anomaly_id": "5c0f2c4e-0a3f-5d0e-9a5c-0d3f6c1b2a10",
        "grain": "hour",
        "is_newest": True,
        "metric_id": "event_volume",
        "subject_type": "event_type",
        "subject": "user_purchased",
        "anomaly_type": "drop",
        "severity": "warning",
        "expected_value": 40.0,
        "actual_value": 10.0,
        "deviation_pct": -75.0,
        "affected_records": 30,
    } | more


def test_every_event_is_valid_by_the_contract() -> None:
    for event in [*anomaly_events([anomaly()], AS_OF), refresh_event(REFRESH, AS_OF)]:
        sent = json.loads(json.dumps(event, allow_nan=False))
        assert problem_of(sent, AS_OF) is None
        assert sent["timestamp"] == sent["received_at"] == AS_OF.isoformat()


def test_an_anomaly_is_told_once_a_day_whichever_hour_finds_it() -> None:
    (first,) = anomaly_events([anomaly(), anomaly(grain="day", actual_value=100.0)], AS_OF)
    assert first["properties"]["actual_value"] == 10.0
    assert first["properties"]["metric_id"] == "event_volume:user_purchased"
    (later,) = anomaly_events([anomaly(actual_value=0.0)], AS_OF + timedelta(hours=3))
    (tomorrow,) = anomaly_events([anomaly()], AS_OF + timedelta(days=1))
    assert first["event_id"] == later["event_id"] != tomorrow["event_id"]


def test_what_is_past_is_not_told() -> None:
    assert anomaly_events([anomaly(is_newest=False)], AS_OF) == []


def test_each_build_has_a_refresh_of_its_own() -> None:
    one, same = refresh_event(REFRESH, AS_OF), refresh_event(REFRESH, AS_OF)
    assert one == same
    assert one["properties"]["refresh_id"] == one["event_id"]
    assert one["properties"]["data_quality_metrics"] == {"ingestion_rate_percent": 98.5, "data_freshness_minutes": None}
    assert one["properties"]["errors_encountered"] == 2
    assert refresh_event(Refresh("e" * 64, 0, 0, 0, {}, {}), AS_OF)["event_id"] != one["event_id"]


@pytest.mark.parametrize("odd", [float("inf"), float("nan")])
def test_numbers_json_does_not_know_become_nothing(odd: float) -> None:
    (event,) = anomaly_events([anomaly(deviation_pct=odd)], AS_OF)
    assert event["properties"]["percentage_deviation"] is None


def test_only_rates_over_all_sources_are_reported() -> None:
    rows = [
        {"metric": "completeness", "source": None, "value": 99.0},
        {"metric": "completeness", "source": "x", "value": 1.0},
    ]
    assert rates_of(rows) == {"completeness": 99.0}
