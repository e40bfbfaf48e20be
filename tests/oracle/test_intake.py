"""Ingestion rules on lines written by hand: reasons, receipt time, duplicates, torn lines."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from oracle.events import RejectedError, read_folder, validate
from oracle.market import at, uid

NOW = at("2026-03-10")
BASE = {
    "event_id": uid("e"),
    "event_type": "user_engaged",
    "timestamp": "2026-03-01T10:00:00Z",
    "user_id": "u1",
    "session_id": "s",
    "source": "mobile",
    "properties": {},
    "received_at": "2026-03-01T10:00:01Z",
}
CLICK = {"event_type": "campaign_clicked", "properties": {"campaign_id": uid("c")}}


def line(**changes: Any) -> bytes:
    return json.dumps({**BASE, **changes}).encode()


def without(*names: str) -> bytes:
    return json.dumps({name: value for name, value in BASE.items() if name not in names}).encode()


def reason(text: bytes) -> str | None:
    try:
        validate(text, NOW)
    except RejectedError as error:
        return str(error)
    return None


def props(event_type: str, **properties: Any) -> bytes:
    return line(event_type=event_type, properties=properties)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (line(), None),
        (b"{", "malformed_json"),
        (b"[1]", "malformed_json"),
        (b"3", "malformed_json"),
        (line() + b" x", "malformed_json"),
        (b'{"event_id": NaN}', "malformed_json"),
        (b'{"event_id": -Infinity}', "malformed_json"),
        (b"{'event_id': 1}", "malformed_json"),
        (b'{"a": 1, "a": 1}', "malformed_json"),
        (b'{"properties": {"a": 1, "a": 2}}', "malformed_json"),
        (b'{"a": "\\ud800"}', "malformed_json"),
        (b'{"a": "\\u0000"}', "malformed_json"),
        (b'{"a": "\xff"}', "malformed_json"),
        (b'{"a": "\t"}', "malformed_json"),
        (b'{"a": 01}', "malformed_json"),
        (line(user_id="\U0001f600"), None),
        (without("event_id"), "missing_id"),
        (without("user_id"), "missing_id"),
        (without("event_type"), "missing_id"),
        (line(user_id=None), "missing_id"),
        (line(event_id=""), "missing_id"),
        (line(event_id="not-a-uuid"), "bad_uuid"),
        (line(event_id=uid("e").upper()), None),
        (props("campaign_clicked", campaign_id="summer"), "bad_uuid"),
        (props("made_up", campaign_id="summer"), None),
        (line(timestamp="yesterday"), "bad_timestamp"),
        (line(timestamp="2026-03-01T10:00:00"), "bad_timestamp"),
        (line(timestamp=1772359200), "bad_timestamp"),
        (without("timestamp"), "bad_timestamp"),
        (line(timestamp="2026-03-01T12:00:00+02:00"), None),
        (line(timestamp="2026-03-01T10:05:01Z"), None),
        (line(timestamp="2026-03-01T10:05:01.000001Z"), "future_timestamp"),
        (line(timestamp="2026-01-30T10:00:01Z"), None),
        (line(timestamp="2026-01-30T10:00:00.999999Z"), "too_old"),
        (line(source="web"), "bad_source"),
        (without("source"), "bad_source"),
        (props("user_purchased", order_id=uid("o"), order_value=-1), "negative_amount"),
        (props("user_purchased", order_id=uid("o"), order_value=0), None),
        (props("user_purchased", order_id=uid("o"), order_value=-0.0), None),
        (props("made_up", order_value=-1), None),
        (props("campaign_converted", campaign_id=uid("c"), incrementality_score=1.5), "score_out_of_range"),
        (props("campaign_clicked"), "bad_property"),
        (props("campaign_delivered", campaign_id=uid("c"), delivery_channel="email"), "bad_property"),
        (props("campaign_delivered", campaign_id=uid("c"), delivery_channel="fax", is_holdout=True), "bad_property"),
        (props("campaign_delivered", campaign_id=uid("c"), delivery_channel="sms", is_holdout="no"), "bad_property"),
        (props("campaign_delivered", campaign_id=uid("c"), delivery_channel="sms", is_holdout=False), None),
        (props("campaign_viewed", campaign_id=uid("c"), view_type="seen"), "bad_property"),
        (props("campaign_viewed", campaign_id=uid("c"), view_type="opened", view_duration_seconds=-1), "bad_property"),
        (props("campaign_clicked", campaign_id=uid("c"), click_type=None, new_thing=[1]), None),
        (props("campaign_clicked", campaign_id=uid("c"), time_to_click_seconds="3"), "bad_property"),
        (props("campaign_converted", campaign_id=uid("c"), order_id=uid("o"), order_value="9"), "bad_property"),
        (props("campaign_converted", campaign_id=uid("c"), order_id=uid("o"), order_value=True), "bad_property"),
        (props("order_refunded", order_id=uid("o")), "bad_property"),
        (line(event_type="user_segmented", properties={"segment_id": "HIGH_SPENDER"}), None),
        (line(event_type="user_segmented", properties={"segment_id": "rich"}), "bad_property"),
        # The first reason that applies wins.
        (line(event_id="x", timestamp="y", source="z"), "bad_uuid"),
        (line(timestamp="y", source="z"), "bad_timestamp"),
        (line(timestamp="2026-03-02T10:00:00Z", source="z"), "future_timestamp"),
        (line(source="z", **CLICK | {"properties": {}}), "bad_source"),
    ],
)
def test_reason(text: bytes, expected: str | None) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2020-01-01T00:00:00Z", None),
        ("2026-03-10T00:05:00Z", None),
        ("2026-03-10T00:05:00.000001Z", "future_timestamp"),
    ],
)
def test_history_without_receipt_is_never_old_and_future_only_by_the_clock(
    timestamp: str, expected: str | None
) -> None:
    history = {name: value for name, value in BASE.items() if name != "received_at"}
    assert reason(json.dumps({**history, "timestamp": timestamp}).encode()) == expected


def test_late_is_more_than_a_day() -> None:
    on_time = validate(line(received_at="2026-03-02T10:00:00Z"), NOW)
    late = validate(line(received_at="2026-03-02T10:00:00.000001Z"), NOW)
    assert (on_time.is_late, late.is_late) == (False, True)


def copies(folder: Path, *received: str | None, **more: Any) -> list[str]:
    """Which copy of one event survives, told by a mark; one copy per receipt time, in file order."""
    folder.mkdir(exist_ok=True)
    lines = []
    for number, when in enumerate(received):
        base = {**BASE, "properties": {"mark": f"copy {number}"}, **more}
        base = {**base, "received_at": when} if when else {k: v for k, v in base.items() if k != "received_at"}
        lines.append(json.dumps(base).encode())
    (folder / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return [event.properties["mark"] for event in read_folder(folder, NOW).events]


@pytest.mark.parametrize(
    ("received", "winner"),
    [
        (("2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z"), "copy 1"),
        (("2026-03-01T10:00:00Z", "2026-03-01T10:05:00.000001Z"), "copy 0"),
        (("2026-03-01T10:05:00Z", "2026-03-01T10:00:00Z"), "copy 0"),
        (("2026-03-01T10:00:00Z", "2026-03-01T10:04:00Z", "2026-03-01T10:08:00Z"), "copy 1"),
        (("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"), "copy 1"),
        ((None, "2026-03-01T10:00:00Z"), "copy 0"),
        (("2026-03-01T10:00:00Z", None), "copy 1"),
        ((None, None), "copy 1"),
    ],
)
def test_last_copy_within_five_minutes_of_the_first_wins(
    tmp_path: Path, received: tuple[str | None, ...], winner: str
) -> None:
    assert copies(tmp_path, *received) == [winner]


def test_duplicates_are_counted_whatever_their_case_content_type_or_file(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(line(event_id=uid("e").upper(), event_type="made_up") + b"\n")
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n" + line() + b"\n")
    intake = read_folder(tmp_path, NOW)
    assert [(event.file, event.event_type) for event in intake.events] == [("b.jsonl", "made_up")]
    assert (intake.duplicate["a.jsonl"], intake.clean["b.jsonl"]) == (2, 1)


def test_an_invalid_copy_is_quarantined_and_does_not_win(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n" + line(source="z") + b"\n")
    intake = read_folder(tmp_path, NOW)
    assert (intake.clean["a.jsonl"], intake.reasons(), sum(intake.duplicate.values())) == (1, {"bad_source": 1}, 0)


def test_blank_and_torn_lines_are_not_landed_and_a_complete_last_line_is(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n\n  \r\n" + line()[:20])
    (tmp_path / "b.jsonl").write_bytes(line(event_id=uid("f")))
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(line(event_id=uid("g")) + b"\r\n"))
    intake = read_folder(tmp_path, NOW)
    assert intake.landed == {"a.jsonl": 1, "b.jsonl": 1, "c.jsonl.gz": 1}
    assert not intake.reasons()


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"event_type": "campaign_delivered"}, "customer"),
        ({"event_type": "campaign_launched"}, "staff"),
        ({"event_type": "made_up", "source": "admin_portal"}, "staff"),
        ({"event_type": "made_up"}, "customer"),
        ({"event_type": "data_refresh_completed"}, "system"),
        ({"event_type": "user_segmented"}, "system"),
        ({"event_type": "user_engaged", "user_id": "system"}, "system"),
    ],
)
def test_actor(changes: dict[str, Any], actor: str) -> None:
    campaign = {"campaign_id": uid("c"), "delivery_channel": "sms", "is_holdout": False}
    assert validate(line(**{"properties": campaign, **changes}), NOW).actor == actor
