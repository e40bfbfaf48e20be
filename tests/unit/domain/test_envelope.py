from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.envelope import envelope_problem

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "event_id": "0B9AAF30-0000-4000-8000-000000000001",
    "event_type": "campaign_viewed",
    "timestamp": "2026-11-21T13:00:00+01:00",
    "user_id": "u1",
    "source": "mobile",
}


def test_a_whole_envelope_passes_whatever_the_type() -> None:
    assert envelope_problem(GOOD, NOW) is None
    assert envelope_problem({**GOOD, "event_type": "never_heard_of"}, NOW) is None


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
        ({"properties": []}, "bad_property"),
        ({"context": "iOS"}, "bad_property"),
        ({"event_id": "7", "timestamp": "x", "source": None}, "bad_uuid"),
    ],
)
def test_the_first_broken_rule_names_the_reason(change: dict[str, Any], reason: str) -> None:
    assert envelope_problem({**GOOD, **change}, NOW) == reason


@given(st.timedeltas(-timedelta(days=60), timedelta(days=1)))
def test_only_the_distance_to_receipt_decides_about_time(gap: timedelta) -> None:
    reason = envelope_problem({**GOOD, "timestamp": (NOW + gap).isoformat()}, NOW)
    expected = "future_timestamp" if gap > timedelta(minutes=5) else "too_old" if gap < -timedelta(days=30) else None
    assert reason == expected


@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), st.none() | st.booleans() | st.text() | st.integers()))
def test_no_json_value_breaks_the_check(event: dict[str, Any]) -> None:
    envelope_problem(event, NOW)
