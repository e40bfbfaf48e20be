import json
from datetime import UTC, datetime

import pytest

from swipesavvy.application.collecting import CutEvent, judge, landing_line

STAMP = "2026-11-21T12:00:00+00:00"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'{"a": 1}', b'{"a": 1, "received_at": "%s"}\n'),
        (b"{}", b'{"received_at": "%s"}\n'),
        (b"{ \n }", b'{"received_at": "%s"}\n'),
        (b'{"a":\r\n 1.50\n}', b'{"a":   1.50, "received_at": "%s"}\n'),
        (b"5", b"5\n"),
        (b"[1,\n2]", b"[1, 2]\n"),
        (b'"text"', b'"text"\n'),
    ],
)
def test_an_event_is_one_line_in_its_senders_bytes(raw: bytes, line: bytes) -> None:
    expected = line.replace(b"%s", STAMP.encode())
    assert landing_line(raw, STAMP) == expected
    if raw.startswith(b"{"):
        assert json.loads(expected)["received_at"] == STAMP


def test_what_is_no_object_is_rejected_as_malformed() -> None:
    (verdict,) = judge([CutEvent(b"5", None)], datetime(2026, 11, 21, tzinfo=UTC))
    assert (verdict.status, verdict.reason, verdict.event_id) == ("rejected", "malformed_json", None)
