import base64
import gzip
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from api_server import make_key, serving

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

Post = Callable[..., httpx.Response]


def event(**changes: Any) -> dict[str, Any]:
    """A valid event of this moment."""
    base = {
        "event_id": str(uuid.uuid4()),
        "event_type": "campaign_viewed",
        "timestamp": datetime.now(UTC).isoformat(),
        "user_id": "u1",
        "session_id": "s1",
        "source": "mobile",
        "properties": {"campaign_id": str(uuid.uuid4()), "view_type": "opened", "text": "žluťoučký 🐎"},
        "context": {},
    }
    return {**base, **changes}


def landed(home: Home) -> list[str]:
    """Every line that lies in the landing folder."""
    return [line for path in sorted(home.landing_events.glob("*")) for line in path.read_text("utf-8").splitlines()]


def test_a_single_event_lands_with_its_time_of_receipt(collect: Post, home: Home) -> None:
    sent = event()
    before = datetime.now(UTC)
    answer = collect(json=sent)
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 0,
        "rejected": 0,
        "results": [{"event_id": sent["event_id"], "status": "accepted"}],
    }
    (line,) = landed(home)
    found = json.loads(line)
    received_at = datetime.fromisoformat(found.pop("received_at"))
    assert found == sent
    assert before <= received_at <= datetime.now(UTC)


def test_each_event_of_a_batch_gets_its_verdict_and_rejected_ones_land_too(collect: Post, home: Home) -> None:
    late = event(timestamp=(datetime.now(UTC) - timedelta(days=40)).isoformat())
    pieces = [
        json.dumps(event()),
        json.dumps(event(user_id=None)),
        json.dumps(late),
        '{"event_id": 1, "event_id": 2}',
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        '{"a": "\\u0000"}',
        "[1,\n 2]",
        f'{{"n": {"9" * 5000}}}',
    ]
    answer = collect(content=f"[{', '.join(pieces)}]")
    assert answer.status_code == 200
    reasons = [result.get("reason") for result in answer.json()["results"]]
    assert reasons == [None, "missing_id", "too_old", *["malformed_json"] * 5, "missing_id"]
    assert answer.json()["accepted"] == 1
    lines = landed(home)
    assert len(lines) == len(pieces)
    assert lines[7] == "[1,  2]"
    assert all('"received_at"' in line for index, line in enumerate(lines) if index != 7)


def test_a_receipt_the_sender_made_up_is_replaced_and_nothing_else(collect: Post, home: Home) -> None:
    sent = json.dumps(event(received_at="1990-01-01T00:00:00Z", big=12345678901234567890123, exact=1.10))
    assert collect(content=sent.replace("1.1}", "1.10}")).json()["accepted"] == 1
    (line,) = landed(home)
    assert line.count("received_at") == 1
    assert datetime.now(UTC) - datetime.fromisoformat(json.loads(line)["received_at"]) < timedelta(minutes=1)
    assert '"big":12345678901234567890123,"exact":1.10' in line


def test_an_empty_list_is_nothing(collect: Post, home: Home) -> None:
    assert collect(content="[]").json() == {"accepted": 0, "duplicate": 0, "rejected": 0, "results": []}
    assert landed(home) == []


@pytest.mark.parametrize("path", ["/api/analytics/events", "/analytics/events"])
@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_both_paths_and_both_ways_to_send_a_key(client: httpx.Client, home: Home, path: str, scheme: str) -> None:
    key = make_key(home)
    value = key if scheme == "Bearer" else base64.b64encode(f"{key}:".encode()).decode()
    assert client.post(path, json=event(), headers={"Authorization": f"{scheme} {value}"}).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ssvk_wrong", "Basic !!", "Basic /w==", "Digest x"])
def test_without_a_key_in_force_nothing_lands(client: httpx.Client, home: Home, header: str) -> None:
    answer = client.post("/api/analytics/events", json=event(), headers={"Authorization": header})
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["www-authenticate"]
    assert landed(home) == []


def test_a_key_needs_the_scope(client: httpx.Client, home: Home) -> None:
    key = make_key(home, scope="read")
    answer = client.post("/api/analytics/events", json=event(), headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    assert landed(home) == []


def test_a_key_has_its_rate(client: httpx.Client, home: Home) -> None:
    header = {"Authorization": f"Bearer {make_key(home, rate=3)}"}
    other = {"Authorization": f"Bearer {make_key(home, rate=3, name='other')}"}
    statuses = [client.post("/api/analytics/events", json=event(), headers=header).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.post("/api/analytics/events", json=event(), headers=header)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.post("/api/analytics/events", json=event(), headers=other).status_code == 200
    assert len(landed(home)) == 4


def test_too_much_is_refused_whole(collect: Post, home: Home) -> None:
    refused = {
        "events": collect(json=[event()] * 101),
        "bytes": collect(content=b" " * 1_000_001),
        "inflated": collect(content=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}),
        "members": collect(content=gzip.compress(b" " * 600_000) * 2, headers={"Content-Encoding": "gzip"}),
    }
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 413)
    assert landed(home) == []


def test_a_gzip_body_is_inflated_member_by_member(collect: Post) -> None:
    text = json.dumps([event() for _ in range(100)]).encode()
    body = gzip.compress(text[:700]) + gzip.compress(text[700:])
    assert collect(content=body, headers={"Content-Encoding": "gzip"}).json()["accepted"] == 100


@pytest.mark.parametrize(
    ("content", "encoding", "status"),
    [
        (b"{", "identity", 400),
        (b"", "identity", 400),
        (b"\xff\xfe", "identity", 400),
        (b"no gzip", "gzip", 400),
        (gzip.compress(b"{}", mtime=0)[:-5], "gzip", 400),
        (b"{}", "br", 415),
    ],
)
def test_what_cannot_be_read_lands_nothing(
    collect: Post, home: Home, content: bytes, encoding: str, status: int
) -> None:
    answer = collect(content=content, headers={"Content-Encoding": encoding})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert landed(home) == []


def test_a_client_that_hangs_up_harms_nobody(collect: Post, client: httpx.Client, home: Home) -> None:
    key = make_key(home, name="cut-off")
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as line:
        headers = f"Host: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 900\r\n"
        line.sendall(f"POST /api/analytics/events HTTP/1.1\r\n{headers}\r\n".encode() + b'[{"half":')
    assert collect(json=event()).status_code == 200
    assert len(landed(home)) == 1


def test_a_client_that_never_finishes_is_not_waited_for(
    client: httpx.Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swipesavvy.api.bodies.BODY_SECONDS", 0.2)
    headers = f"Host: x\r\nAuthorization: Bearer {make_key(home)}\r\nContent-Length: 900\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=10) as line:
        line.sendall(f"POST /api/analytics/events HTTP/1.1\r\n{headers}\r\n".encode() + b'[{"half":')
        assert line.recv(100).startswith(b"HTTP/1.1 408 ")
    assert landed(home) == []


def test_a_request_can_be_quoted(client: httpx.Client) -> None:
    assert client.get("/health", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    made = client.post("/api/analytics/events", headers={"X-Request-ID": "no good\tid"}).headers["x-request-id"]
    assert len(made) == 32


def test_a_revoked_key_is_refused_after_a_moment(client: httpx.Client, home: Home) -> None:
    header = {"Authorization": f"Bearer {make_key(home)}"}
    assert client.post("/api/analytics/events", json=event(), headers=header).status_code == 200
    store = open_ops(Settings(home=home.root))
    keys_of(store).revoke_key("shop", datetime.now(UTC))
    store.close()
    time.sleep(1.05)
    assert client.post("/api/analytics/events", json=event(), headers=header).status_code == 401


def test_a_store_that_is_away_is_our_fault_not_the_clients(home: Home) -> None:
    home.ops_file.write_text("no database, but longer than a header needs to be\n" * 9)
    with serving(Settings(home=home.root)) as address:
        answer = httpx.post(f"{address}/api/analytics/events", json={}, headers={"Authorization": "Bearer ssvk_x"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        health = httpx.get(f"{address}/health").json()
    assert health["status"] == "degraded"
    assert "damaged" in health["parts"]["operational_store"]["says"]


def test_nothing_is_acknowledged_before_the_disk_has_it(
    collect: Post, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, synced = threading.Event(), os.fdatasync
    monkeypatch.setattr("os.fdatasync", lambda file: released.wait(20) and synced(file))
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(collect, json=event()) for _ in range(3)]
        assert not wait(answers, timeout=0.5).done
        assert client.get("/health").json()["parts"]["collector"]["accepted"] == 0
        released.set()
        assert [answer.result(20).status_code for answer in answers] == [200, 200, 200]


def test_a_folder_that_cannot_be_written_is_our_fault_too(collect: Post, client: httpx.Client, home: Home) -> None:
    home.landing.mkdir()
    home.landing_events.write_text("a file where the folder should be")
    refused = collect(json=event())
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert client.get("/health").json()["parts"]["collector"]["state"] == "bad"
    home.landing_events.unlink()
    assert collect(json=event()).status_code == 200
    assert client.get("/health").json()["parts"]["collector"]["state"] == "ok"
