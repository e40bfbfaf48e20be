import json
import os
import signal
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from api_server import ServerProcess, make_key

from swipesavvy.domain.home import Home

StartServer = Callable[[], ServerProcess]


def send_until(address: str, key: str, stop: threading.Event, acknowledged: list[str]) -> None:
    """Post batches until told to stop or the server is gone; note the ids it acknowledged."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=10) as client:
        while not stop.is_set():
            ids = [str(uuid.uuid4()) for _ in range(20)]
            moment = datetime.now(UTC).isoformat()
            batch = [
                {
                    "event_id": i,
                    "event_type": "x",
                    "timestamp": moment,
                    "user_id": "u",
                    "source": "mobile",
                    "pad": "x" * 300,
                }
                for i in ids
            ]
            try:
                answer = client.post("/api/analytics/events", json=batch)
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.extend(result["event_id"] for result in answer.json()["results"])


def landed_ids(home: Home) -> list[str]:
    """Ids of all whole lines; a last line may be torn."""
    ids = []
    for path in home.landing_events.iterdir():
        for line in path.read_bytes().split(b"\n"):
            try:
                ids.append(json.loads(line)["event_id"])
            except ValueError:
                continue
    return ids


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_acknowledged_survives_the_end_of_the_server(home: Home, start_server: StartServer, end: int) -> None:
    key = make_key(home, rate=100_000)
    server = start_server()
    stop, acknowledged = threading.Event(), []
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(send_until, server.address, key, stop, acknowledged)
        while len(acknowledged) < 1_000 and server.process.poll() is None:
            stop.wait(0.02)
        os.kill(server.process.pid, end)
        server.process.wait(30)
        stop.set()
    found = landed_ids(home)
    assert len(acknowledged) >= 1_000
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))


def test_a_server_after_a_crash_writes_beside_the_torn_line(home: Home, start_server: StartServer) -> None:
    key = make_key(home)
    first = start_server()
    body = {"event_id": str(uuid.uuid4()), "event_type": "x", "user_id": "u", "source": "mobile"}
    httpx.post(f"{first.address}/analytics/events", json=body, headers={"Authorization": f"Bearer {key}"})
    first.process.kill()
    first.process.wait(10)
    (torn,) = home.landing_events.iterdir()
    torn.write_bytes(torn.read_bytes()[:-20])
    left = torn.read_bytes()
    second = start_server()
    answer = httpx.post(f"{second.address}/analytics/events", json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert torn.read_bytes() == left
    assert len(list(home.landing_events.iterdir())) == 2


def test_several_servers_share_one_home(home: Home, start_server: StartServer) -> None:
    key = make_key(home, rate=100_000)
    servers = [start_server(), start_server()]
    stop, acknowledged = threading.Event(), []
    with ThreadPoolExecutor(2) as pool:
        for server in servers:
            pool.submit(send_until, server.address, key, stop, acknowledged)
        while len(acknowledged) < 400:
            stop.wait(0.02)
        stop.set()
    found = landed_ids(home)
    assert sorted(found) == sorted(acknowledged)
    assert len(list(home.landing_events.iterdir())) == 2
