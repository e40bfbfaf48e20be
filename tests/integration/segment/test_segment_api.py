"""Segment's HTTP API through a real server: what lands, what is refused, and in which form."""

import gzip
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from api_server import make_key, serving

from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

Post = Callable[..., httpx.Response]


@pytest.fixture
def post(home: Home) -> Iterator[Post]:
    """Posts to a server with the write key as Segment's clients do."""
    with serving(Settings(home=home.root)) as address, httpx.Client(base_url=address, timeout=20) as client:
        key = make_key(home)

        def send(path: str, message: object = None, **request: Any) -> httpx.Response:
            if message is not None:
                request["json"] = message
            return client.post(path, **{"auth": (key, ""), **request})

        yield send


def landed(home: Home) -> list[Any]:
    lines = [line for path in home.landing_events.glob("*.jsonl") for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def message(**changes: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": str(uuid.uuid4()),
        "event": "Feature Used",
        "userId": "ann",
        "timestamp": datetime.now(UTC).isoformat(),
        **changes,
    }


@pytest.mark.parametrize("call", ["track", "identify", "page", "screen", "group", "alias"])
def test_each_call_lands(home: Home, post: Post, call: str) -> None:
    said = {"userId": "ann", "event": "Feature Used", "groupId": "g", "previousId": "d", "writeKey": "secret"}
    response = post(f"/v1/{call}", {**said, "traits": {"email": "a@b.co", "name": "Ann Lee"}})
    assert (response.status_code, response.json()) == (200, {"success": True})
    (line,) = landed(home)
    assert line["event_type"] == ("Feature Used" if call == "track" else f"segment_{call}")
    assert line["user_id"] == "ann"
    assert "received_at" in line
    assert not {"Ann Lee", "a@b.co", "secret"} & set(json.dumps(line).split('"'))


def test_a_batch_of_many_lands_whole_and_each_id_once(home: Home, post: Post) -> None:
    messages = [message(properties={"n": n}) for n in range(250)]
    body = gzip.compress(json.dumps({"batch": messages, "sentAt": datetime.now(UTC).isoformat()}).encode())
    headers = {"content-encoding": "gzip"}
    for path in ("/v1/batch", "/v1/import"):
        assert post(path, content=body, headers=headers).json() == {"success": True}
    assert [line["event_id"] for line in landed(home)] == [one["messageId"] for one in messages] * 2
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    (row,) = lake.ledger()
    assert (row.landed, row.clean, row.duplicate) == (500, 250, 250)


def test_neighbours_of_bad_messages_are_not_lost(home: Home, post: Post) -> None:
    good = json.dumps(message())
    odd = [
        "5",
        '{"type": "track", "event": "x", "userId": "a", "userId": "b"}',
        '{"type": "track", "event": "x", "userId": "\\ud800"}',
        '{"type": "track", "event": "x", "userId": 1e400}',
        "{}",
        json.dumps(message(properties=[1])),
        json.dumps(message(timestamp="yesterday")),
        json.dumps(message(event="Order Completed", properties={"order_id": "7", "total": -1})),
        json.dumps(message(userId=None)),
        json.dumps(message(properties={"text": "<b>' OR 1=1; --", "deep": [[[[]]]]})),
    ]
    answer = post("/v1/batch", content=f'{{"batch": [{", ".join([good, *odd])}]}}').json()
    assert answer["success"] is True
    assert [one["reason"] for one in answer["rejected"]] == [
        "malformed_json",
        "malformed_json",
        "malformed_json",
        "missing_id",
        "missing_id",
        "bad_property",
        "bad_timestamp",
        "negative_amount",
        "missing_id",
    ]
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    (row,) = lake.ledger()
    assert (row.landed, row.clean, sum(row.quarantined.values())) == (11, 2, 9)


def test_identifying_user_ids_become_one_pseudonym_everywhere(home: Home, post: Post) -> None:
    post("/v1/alias", {"userId": "Ann@Example.com", "previousId": "ann@example.com"})
    (line,) = landed(home)
    assert line["user_id"].startswith("h_")
    assert line["properties"]["previous_id"] == line["user_id"]


@pytest.mark.parametrize(
    ("path", "request_parts", "status"),
    [
        ("/v1/batch", {"content": b"{"}, 400),
        ("/v1/batch", {"content": b'{"batch": 5}'}, 400),
        ("/v1/batch", {"content": b"[]"}, 400),
        ("/v1/batch", {"content": b'{"batch": [{"a": "\xff"}]}'}, 400),
        ("/v1/batch", {"content": b'{"batch": ' + b"[" * 100_000}, 400),
        ("/v1/track", {"content": b""}, 400),
        ("/v1/track", {"content": b"{}", "headers": {"content-encoding": "gzip"}}, 400),
        ("/v1/track", {"content": b"{}", "headers": {"content-encoding": "br"}}, 415),
        ("/v1/track", {"content": b'{"event": "%s"}' % (b"x" * 33_000)}, 413),
        ("/v1/batch", {"content": b'{"batch": ["%s"]}' % (b"x" * 520_000)}, 413),
        ("/v1/batch", {"content": b'{"batch": [%s5]}' % (b"5," * 5_000)}, 413),
        ("/v1/track", {"content": b"{}", "auth": ("wrong", "")}, 401),
        ("/v1/track", {"content": b"{}", "auth": None}, 401),
    ],
)
def test_what_is_refused_lands_nothing_and_is_not_worth_repeating(
    home: Home, post: Post, path: str, request_parts: dict[str, Any], status: int
) -> None:
    response = post(path, **request_parts)
    answer = response.json()
    assert response.status_code == status
    assert answer["success"] is False
    assert answer["code"]
    assert answer["message"]
    assert landed(home) == []


def test_another_scope_is_refused_and_too_many_requests_are_told_when_to_come_back(home: Home, post: Post) -> None:
    assert post("/v1/track", {}, auth=(make_key(home, "read", name="reader"), "")).status_code == 403
    slow = (make_key(home, rate=1, name="slow"), "")
    assert post("/v1/track", message(), auth=slow).status_code == 200
    again = post("/v1/track", message(), auth=slow)
    assert again.status_code == 429
    assert int(again.headers["retry-after"]) > 0
