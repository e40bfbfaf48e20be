"""Every malformed body gets a 4xx, or its events land with a reason; never a 500, never a lost neighbour."""

import gzip
import json
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from api_server import make_key, serving

from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

Post = Callable[..., httpx.Response]
DEEP = 100_000


def good(**changes: object) -> str:
    """A valid event of this moment as JSON."""
    base = {
        "event_id": str(uuid.uuid4()),
        "event_type": "user_engaged",
        "timestamp": datetime.now(UTC).isoformat(),
        "user_id": "u1",
        "source": "mobile",
        "properties": {"engagement_type": "search"},
    }
    return json.dumps({**base, **changes}, ensure_ascii=False)


def with_value(text: str) -> str:
    """A valid event with this JSON text as an unknown property."""
    return good(properties={"engagement_type": "search", "x": "@@"}).replace('"@@"', text)


WHOLE_BODIES_REFUSED = {
    "empty": b"",
    "blank": b" \n ",
    "torn": b'[{"event_id": "1"',
    "torn string": b'{"a": "',
    "two values": b"{} {}",
    "html": b"<html><body>no</body></html>",
    "form": b"event_id=1&event_type=2",
    "missing comma": b"[{} {}]",
    "trailing comma": b"[{},]",
    "deep array": b"[" * DEEP + b"]" * DEEP,
    "deep array inside": b'[{"a": ' + b"[" * DEEP + b"]" * DEEP + b"}]",
    "deep array not closed": b"[" * DEEP,
    "utf-16": '[{"a": 1}]'.encode("utf-16"),
    "latin-1": '{"a": "é"}'.encode("latin-1"),
    "surrogate bytes": b'{"a": "\xed\xa0\x80"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "nul": b"\0",
    "raw nul in front": b"\0{}",
    "unquoted": b"{a: 1}",
}
LANDED_AS_MALFORMED = {
    "number": "5",
    "text": '"text"',
    "null": "null",
    "list": "[1, 2]",
    "NaN": with_value("NaN"),
    "Infinity": with_value("-Infinity"),
    "key twice": with_value('1, "x": 2'),
    "key twice, nested": with_value('{"a": [{"b": 1, "b": 1}]}'),
    "key twice at the top": good().replace('"user_id"', '"user_id": "u0", "user_id"'),
    "lone surrogate": with_value('"\\ud800"'),
    "lone surrogate as key": with_value('{"\\udfff": 1}'),
    "deep lists": with_value("[" * 300 + "]" * 300),
    "deep objects": with_value('{"a":' * 300 + "1" + "}" * 300),
    "escaped nul": with_value('"a\\u0000b"'),
}
LANDED_FOR_A_REASON = {
    "beyond every float": (good(event_type="feedback_submitted", properties={"rating": "@@"}), "bad_property"),
    "far future": (good(timestamp="9999-12-31T23:59:59-14:00"), "bad_timestamp"),
    "tomorrow": (good(timestamp=(datetime.now(UTC) + timedelta(days=1)).isoformat()), "future_timestamp"),
    "long ago": (good(timestamp="1970-01-01T00:00:00Z"), "too_old"),
    "no zone": (good(timestamp="2026-11-21T12:00:00"), "bad_timestamp"),
    "leap second": (good(timestamp="2026-11-21T23:59:60Z"), "bad_timestamp"),
    "SQL as source": (good(source="'; DROP TABLE events; --"), "bad_source"),
    "SQL as id": (good(event_id="' OR 1=1 --"), "bad_uuid"),
    "HTML as choice": (good(properties={"engagement_type": "<script>alert(1)</script>"}), "bad_property"),
    "no user": (good(user_id=None), "missing_id"),
    "empty object": ("{}", "missing_id"),
}
ACCEPTED = {
    "SQL as user": good(user_id="Robert'); DROP TABLE users; --"),
    "HTML as text": with_value('"<img src=x onerror=alert(1)>"'),
    "HTML as key": with_value('{"<b>": "</script>"}'),
    "long text": with_value(json.dumps("x" * 200_000)),
    "odd characters": with_value(json.dumps("\u202e\ufeff\u2028\x7f🐎", ensure_ascii=False)),
    "long number": with_value("9" * 5_000),
    "beyond every float, unknown": with_value("1e400"),
    "escaped pair": with_value('"\\ud83d\\ude00"'),
    "unknown type": good(event_type="<h1>"),
}
ODD = {
    **{name: (text, "malformed_json") for name, text in LANDED_AS_MALFORMED.items()},
    **{name: (text.replace('"@@"', "1e400"), reason) for name, (text, reason) in LANDED_FOR_A_REASON.items()},
    **{name: (text, None) for name, text in ACCEPTED.items()},
}


def lines(home: Home) -> list[str]:
    """Every landed line."""
    return [line for path in sorted(home.landing_events.glob("*")) for line in path.read_text("utf-8").split("\n")[:-1]]


def test_bodies_that_cannot_be_cut_are_refused_and_land_nothing(collect: Post, home: Home) -> None:
    found = {name: collect(content=body).status_code for name, body in WHOLE_BODIES_REFUSED.items()}
    assert found == dict.fromkeys(WHOLE_BODIES_REFUSED, 400)
    packed = {name: gzip.compress(body) for name, body in WHOLE_BODIES_REFUSED.items()}
    found = {n: collect(content=b, headers={"Content-Encoding": "gzip"}).status_code for n, b in packed.items()}
    assert found == dict.fromkeys(WHOLE_BODIES_REFUSED, 400)
    assert lines(home) == []


@pytest.mark.parametrize("name", ODD)
def test_an_odd_event_gets_its_reason_and_its_neighbours_none(collect: Post, home: Home, name: str) -> None:
    text, reason = ODD[name]
    neighbours = [good() for _ in range(6)]
    for body in (text, f"[{text}]", f"[{', '.join([*neighbours[:3], text, *neighbours[3:]])}]"):
        answer = collect(content=body.encode())
        if body == text and text.startswith("["):
            continue
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        odd = results.pop(3) if len(results) > 1 else results.pop()
        assert odd.get("reason") == reason
        assert [result["status"] for result in results] == ["accepted"] * len(results)


def test_the_lake_says_the_same_of_all_of_them(collect: Post, home: Home) -> None:
    texts = [text for name, (text, _) in ODD.items() if name != "deep lists"]
    answer = collect(content=f"[{','.join(texts)}]".encode())
    told = Counter(result.get("reason") for result in answer.json()["results"])
    assert told == Counter(reason for name, (_, reason) in ODD.items() if name != "deep lists")
    lake = ParquetLake(home)
    lake.ingest_events(datetime.now(UTC))
    (row,) = lake.ledger()
    assert row.balances
    assert (row.landed, row.clean) == (len(texts), told.pop(None))
    assert Counter(row.quarantined) == told


def test_personal_data_never_reaches_the_disk(collect: Post, client: httpx.Client, home: Home) -> None:
    key = home.keys / "user_ids"
    secret = good(user_id="Ann@Example.com", properties={"search_query": "mail bob@example.com or +15551234567"})
    wrong = good(user_id="ann@example.com", source="nowhere", properties={"user_id": "ann@example.com"})
    body = f"[{secret}, {wrong}, {', '.join(good() for _ in range(5))}]"
    assert [result["status"] for result in collect(content=body).json()["results"]] == [
        "accepted",
        "rejected",
        *["accepted"] * 5,
    ]
    first, second, *_ = (json.loads(line) for line in lines(home))
    assert first["user_id"] == second["user_id"] == second["properties"]["user_id"]
    assert first["user_id"].startswith("h_")
    assert first["properties"] == {"search_query": "mail [email] or [phone]"}
    assert key.stat().st_mode & 0o777 == 0o600
    assert not any(b"example.com" in path.read_bytes() for path in home.landing_events.iterdir())
    assert client.get("/health").json()["parts"]["collector"]["scrubbed"] == 5


def test_copies_are_told_and_land_all_the_same(collect: Post, home: Home) -> None:
    one, other = good(), good()
    shouted = json.loads(one)["event_id"].upper()
    copy = json.dumps({**json.loads(other), "event_id": shouted, "user_id": "u2"})
    assert collect(content=one).json()["accepted"] == 1
    answers = [collect(content=body).json() for body in (one, f"[{other}, {copy}]", f"[{other}, {other}, {good()}]")]
    statuses = [[result["status"] for result in answer["results"]] for answer in answers]
    assert statuses == [["duplicate"], ["accepted", "duplicate"], ["duplicate", "duplicate", "accepted"]]
    assert len(lines(home)) == 7


def test_a_rejected_event_may_be_mended_and_sent_again(collect: Post) -> None:
    wrong = good(source="nowhere")
    mended = json.dumps({**json.loads(wrong), "source": "mobile"})
    statuses = [collect(content=body).json()["results"][0]["status"] for body in (wrong, wrong, mended, mended)]
    assert statuses == ["rejected", "rejected", "accepted", "duplicate"]


def test_a_new_server_knows_what_landed_and_what_the_lake_holds(home: Home) -> None:
    key = {"Authorization": f"Bearer {make_key(home)}"}
    taken_in, landed, rejected = good(), good(), good(source="nowhere")
    bodies = {"first": taken_in, "second": f"[{landed}, {rejected}]"}
    for name, body in bodies.items():
        with serving(Settings(home=home.root)) as address:
            assert httpx.post(f"{address}/analytics/events", content=body, headers=key).json()["duplicate"] == 0
        if name == "first":
            ParquetLake(home).ingest_events(datetime.now(UTC))
    with serving(Settings(home=home.root)) as address:
        mended = json.dumps({**json.loads(rejected), "source": "mobile"})
        answer = httpx.post(f"{address}/analytics/events", content=f"[{taken_in},{landed},{mended}]", headers=key)
    assert [result["status"] for result in answer.json()["results"]] == ["duplicate", "duplicate", "accepted"]


def test_other_origins_may_send_only_where_asked(home: Home) -> None:
    key = make_key(home)
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    asked |= {"Access-Control-Request-Headers": "authorization,content-type"}
    sent = {"Origin": "https://shop.example", "Authorization": f"Bearer {key}"}
    with serving(Settings(home=home.root)) as address:
        assert "access-control-allow-origin" not in httpx.options(f"{address}/analytics/events", headers=asked).headers
        assert "access-control-allow-origin" not in httpx.post(f"{address}/analytics/events", headers=sent).headers
    with serving(Settings(home=home.root, cors_origins="https://a.example, https://shop.example")) as address:
        allowed = httpx.options(f"{address}/analytics/events", headers=asked)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
        answer = httpx.post(f"{address}/analytics/events", content=good(), headers=sent)
        assert answer.json()["accepted"] == 1
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        other = {**asked, "Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in httpx.options(f"{address}/analytics/events", headers=other).headers


def test_only_posts_are_taken(client: httpx.Client) -> None:
    answer = client.get("/analytics/events")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert Path(answer.url.path).name == "events"
