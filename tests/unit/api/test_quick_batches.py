"""Whatever the quick way accepts is what the exact way would have done, byte for byte."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swipesavvy.api.bodies import cut
from swipesavvy.api.cutting import cut_event
from swipesavvy.api.quick_batches import looks_plain, quick_batch
from swipesavvy.application.collecting import id_bytes, judge, landing_line

sys.path.insert(0, str(Path(__file__).parents[2] / "integration" / "api"))

from event_corpus import NOW, event_texts, valid_events

STAMP = NOW.isoformat()
VIEW = {
    "event_id": "0b9aaf30-0000-4000-8000-000000000001",
    "event_type": "campaign_viewed",
    "timestamp": "2026-11-21T11:59:00Z",
    "user_id": "u1",
    "source": "mobile",
    "session_id": "s1",
    "properties": {"campaign_id": "0B9AAF30-0000-4000-8000-000000000002", "view_type": "opened"},
    "context": {"platform": "iOS"},
}


def agrees(body: bytes) -> bool:
    """Whether the quick way takes the body; if so, it must say and land what the exact way does."""
    quick = quick_batch(body, NOW)
    if quick is None:
        return False
    cuts = [cut_event(raw, bytes(32)) for raw in cut(body)]
    verdicts = judge([event for event, _ in cuts], NOW)
    assert [verdict.reason for verdict in verdicts] == [None] * len(cuts)
    assert [verdict.event_id for verdict in verdicts] == quick.ids
    assert sum(count for _, count in cuts) == 0
    assert quick.raw_ids == id_bytes(quick.ids)
    assert quick.lines == b"".join(landing_line(event.raw, STAMP) for event, _ in cuts)
    return True


@given(st.lists(event_texts(), min_size=1, max_size=3), st.sampled_from([",", ", ", " ,", ",\n"]))
def test_what_the_quick_way_takes_it_takes_rightly(texts: list[str], comma: str) -> None:
    agrees(f"[{comma.join(texts)}]".encode())


@settings(max_examples=300)
@given(st.lists(valid_events(), min_size=1, max_size=4), st.sampled_from([(",", ":"), (", ", ": "), (" ,", ":")]))
def test_valid_events_in_any_spelling(events: list[dict[str, object]], separators: tuple[str, str]) -> None:
    agrees(json.dumps(events, ensure_ascii=False, separators=separators).encode())


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" , ", ":")])
def test_a_plain_batch_is_taken(separators: tuple[str, str]) -> None:
    batch = [{**VIEW, "event_id": VIEW["event_id"][:-3] + f"{number:03d}"} for number in range(100)]
    assert agrees(json.dumps(batch, separators=separators).encode())


def test_a_context_full_of_digits_without_a_number_to_call_is_plain() -> None:
    device = {"platform": "iOS", "app_version": "17.4.1", "region": "0b9aaf30-0000-4000-8000-000000000001"}
    assert agrees(json.dumps([{**VIEW, "context": device}, {**VIEW, "context": None}]).encode())


def test_keys_may_come_in_any_order() -> None:
    assert agrees(json.dumps([VIEW, dict(reversed(VIEW.items()))], separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": "never_heard_of"},
        {"event_id": "0b9aaf30-0000-4000-8000-00000000000g"},
        {"event_id": " b9aaf30-0000-4000-8000-000000000001"},
        {"event_id": "0b9aaf30 0000-4000-8000-000000000001"},
        {"event_id": "0b9aaf30-0000-4000-8000-0000-0000-01"},
        {"user_id": "ann@example.com"},
        {"user_id": "+1 555 123-4567"},
        {"user_id": ""},
        {"timestamp": "2026-11-21T12:05:00.0000001Z"},
        {"timestamp": "2026-11-21T12:00:00"},
        {"timestamp": (NOW - timedelta(days=31)).isoformat()},
        {"received_at": STAMP},
        {"properties": {**VIEW["properties"], "variant": "call 555-123-4567"}},
        {"properties": {**VIEW["properties"], "campaign_id": "x" * 36}},
        {"properties": {**VIEW["properties"], "creative_id": "0B9AAF3-00000-4000-8000-000000000002"}},
        {"properties": {**VIEW["properties"], "test_id": "\u00e9" * 36}},
        {"properties": None},
        {"context": {"a": {"b": 1}}},
        {"context": {"platform": "iOS", "region": "call 555-123-4567"}},
    ],
)
def test_everything_unusual_is_left_to_the_exact_way(change: dict[str, object]) -> None:
    body = json.dumps([VIEW, {**VIEW, **change}], ensure_ascii=False).encode()
    assert quick_batch(body, NOW) is None
    assert quick_batch(json.dumps([VIEW]).encode(), NOW) is not None


@pytest.mark.parametrize(
    "twice",
    [
        '"user_id":"u1","user_id":"u2"',
        '"user_id":"u1","context":{"a":1,"a":2}',
        '"user_id":"u1","properties":{"view_type":"opened","view_type":"opened"}',
    ],
)
def test_a_key_given_twice_is_never_plain(twice: str) -> None:
    text = json.dumps([{**VIEW, "event_type": "user_engaged", "properties": {}}], separators=(",", ":"))
    assert quick_batch(text.encode(), NOW) is not None
    assert quick_batch(text.replace('"user_id":"u1"', twice).encode(), NOW) is None


def test_text_that_looks_like_a_boundary_is_none() -> None:
    odd = {**VIEW, "session_id": 'x},{"event_id"'}
    assert not agrees(json.dumps([odd, VIEW], separators=(",", ":")).encode())
    assert agrees(json.dumps([{**VIEW, "session_id": "x},{"}, VIEW], separators=(",", ":")).encode())
    assert looks_plain(json.dumps(VIEW).encode())
    assert not looks_plain(json.dumps(odd).encode())
