from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.verdicts import Problem, problem_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "event_id": "0B9AAF30-0000-4000-8000-000000000001",
    "event_type": "campaign_viewed",
    "timestamp": "2026-11-21T13:00:00+01:00",
    "user_id": "u1",
    "source": "mobile",
}


VIEW = {"campaign_id": "0B9AAF30-0000-4000-8000-000000000002", "view_type": "opened"}
RECOMMENDED = {**GOOD, "event_type": "user_action_recommended"}


def test_a_whole_event_passes_and_an_unknown_type_with_any_properties() -> None:
    assert problem_of({**GOOD, "properties": VIEW}, NOW) is None
    assert problem_of({**GOOD, "event_type": "never_heard_of", "properties": {"order_value": -1}}, NOW) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event_id": None}, "missing_id"),
        ({"event_type": ""}, "missing_id"),
        ({"user_id": 7}, "missing_id"),
        ({"event_id": "7"}, "bad_uuid"),
        ({"event_id": "0b9aaf30000040008000000000000001"}, "bad_uuid"),
        ({"timestamp": None}, "bad_timestamp"),
        ({"timestamp": "2026-11-21T12:00:00"}, "bad_timestamp"),
        ({"timestamp": 1763726400}, "bad_timestamp"),
        ({"timestamp": "2026-11-21T12:05:00.000001Z"}, "future_timestamp"),
        ({"timestamp": "2026-10-22T11:59:59.999999Z"}, "too_old"),
        ({"source": "web"}, "bad_source"),
        ({"source": None}, "bad_source"),
        ({"source": ["mobile"]}, "bad_source"),
        ({"session_id": 7}, "bad_property"),
        ({"event_type": "x", "properties": []}, "bad_property"),
        ({"context": "iOS"}, "bad_property"),
        ({"event_id": "7", "timestamp": "x", "source": None}, "bad_uuid"),
    ],
)
def test_the_first_broken_rule_names_the_reason(change: dict[str, Any], reason: str) -> None:
    assert problem_of({**GOOD, "properties": VIEW, **change}, NOW) == Problem(Reason(reason))


@pytest.mark.parametrize(
    ("properties", "reason", "name"),
    [
        ({"campaign_id": None}, "bad_property", "campaign_id"),
        ({"campaign_id": "7"}, "bad_uuid", "campaign_id"),
        ({"campaign_id": VIEW["campaign_id"].replace("-", "")}, "bad_uuid", "campaign_id"),
        ({"order_id": 7}, "bad_uuid", "order_id"),
        ({"test_id": 7}, "bad_property", "test_id"),
        ({"segment_id": "HIGH_SPENDER"}, None, None),
        ({"segment_id": "high_spender"}, "bad_property", "segment_id"),
        ({"view_type": "seen"}, "bad_property", "view_type"),
        ({"view_type": ["opened"]}, "bad_property", "view_type"),
        ({"view_duration_seconds": 3.0}, None, None),
        ({"view_duration_seconds": 3.5}, "bad_property", "view_duration_seconds"),
        ({"view_duration_seconds": -1}, "bad_property", "view_duration_seconds"),
        ({"view_duration_seconds": True}, "bad_property", "view_duration_seconds"),
        ({"view_duration_seconds": 10**400}, "bad_property", "view_duration_seconds"),
        ({"viewed_at": "2026-11-21T12:00:00"}, None, None),
        ({"viewed_at": "noon"}, "bad_property", "viewed_at"),
        ({"order_value": -0.01, "view_type": "seen"}, "negative_amount", "order_value"),
        ({"order_value": -0.0}, None, None),
        ({"order_value": float("-inf")}, "negative_amount", "order_value"),
        ({"order_value": 10**400}, "bad_property", "order_value"),
        ({"order_value": "5"}, "bad_property", "order_value"),
        ({"confidence_score": 1.01, "view_type": "seen"}, "score_out_of_range", "confidence_score"),
        ({"unknown": {"x": -1}, "variant": None}, None, None),
    ],
)
def test_properties_of_known_types_are_judged(properties: dict[str, Any], reason: str | None, name: str | None) -> None:
    expected = None if reason is None else Problem(Reason(reason), name)
    assert problem_of({**GOOD, "properties": {**VIEW, **properties}}, NOW) == expected


@pytest.mark.parametrize(
    ("impact", "reason"),
    [
        ({"confidence_score": 0.5, "projected_roas_change_percent": -3, "more": "x"}, None),
        ({"confidence_score": None}, None),
        ({"confidence_score": 2}, "score_out_of_range"),
        ({"confidence_score": "2"}, "bad_property"),
        ([0.5], "bad_property"),
        (None, None),
    ],
)
def test_the_members_of_a_document_are_judged(impact: object, reason: str | None) -> None:
    expected = None if reason is None else Problem(Reason(reason), "impact_projection")
    assert problem_of({**RECOMMENDED, "properties": {"impact_projection": impact}}, NOW) == expected


@given(st.timedeltas(-timedelta(days=60), timedelta(days=1)))
def test_only_the_distance_to_receipt_decides_about_time(gap: timedelta) -> None:
    problem = problem_of({**GOOD, "properties": VIEW, "timestamp": (NOW + gap).isoformat()}, NOW)
    expected = "future_timestamp" if gap > timedelta(minutes=5) else "too_old" if gap < -timedelta(days=30) else None
    assert (problem and problem.reason) == expected


@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), st.none() | st.booleans() | st.text() | st.integers()))
def test_no_json_value_breaks_the_check(event: dict[str, Any]) -> None:
    problem_of(event, NOW)
