"""Too much at once, a full disk, a folder nobody may write to: 503 for a while, and nothing acknowledged is lost."""

import asyncio
import json
import os
import re
import socket
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from api_server import make_key

from swipesavvy.api.event_routes import MOST_AT_ONCE
from swipesavvy.api.group_commit import GroupCommit
from swipesavvy.domain.errors import BusyError
from swipesavvy.domain.home import Home

Post = Callable[..., httpx.Response]


def batch(count: int = 1, **more: object) -> list[dict[str, object]]:
    """Valid events of this moment."""
    moment = datetime.now(UTC).isoformat()
    base = {"event_type": "x", "timestamp": moment, "user_id": "u", "source": "mobile", **more}
    return [{"event_id": str(uuid.uuid4()), **base} for _ in range(count)]


@contextmanager
def small_disk(place: Path, *options: str) -> Iterator[None]:
    """A file system of 256 KiB at this place; skips where none may be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", ",".join(["size=256k", *options]), "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs rights this process does not have")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def landed_ids(home: Home) -> Counter[str]:
    """Ids of all whole lines."""
    found: Counter[str] = Counter()
    for path in home.landing_events.iterdir():
        for line in path.read_bytes().split(b"\n"):
            try:
                found[json.loads(line)["event_id"]] += 1
            except ValueError:
                continue
    return found


def test_a_full_disk_is_said_and_outlived(collect: Post, client: httpx.Client, home: Home) -> None:
    acknowledged: list[str] = []

    def send() -> int:
        events = batch(20, pad="x" * 400)
        answer = collect(json=events)
        if answer.status_code == 200:
            assert answer.json()["accepted"] == 20
            acknowledged.extend(str(event["event_id"]) for event in events)
        else:
            assert int(answer.headers["retry-after"]) > 0
        return answer.status_code

    with small_disk(home.landing_events):
        filler = home.landing_events / "filler"
        filler.write_bytes(b"x" * 150_000)
        statuses = [send() for _ in range(30)]
        assert set(statuses) == {200, 503}
        assert statuses[-1] == 503
        assert client.get("/health").json()["parts"]["collector"]["state"] == "bad"
        filler.unlink()
        assert send() == 200
        assert client.get("/health").json()["parts"]["collector"]["state"] == "ok"
        found = landed_ids(home)
        assert set(acknowledged) <= set(found)


def test_events_refused_by_a_full_disk_are_new_when_sent_again(collect: Post, home: Home) -> None:
    with small_disk(home.landing_events):
        filler = home.landing_events / "filler"
        filler.write_bytes(b"x" * 250_000)
        events = batch(50, pad="x" * 400)
        assert collect(json=events).status_code == 503
        filler.unlink()
        assert collect(json=events).json()["accepted"] == 50
        assert collect(json=events).json()["duplicate"] == 50


def test_a_read_only_folder_is_said_and_outlived(collect: Post, home: Home) -> None:
    with small_disk(home.landing_events, "ro"):
        assert [collect(json=batch()).status_code for _ in range(3)] == [503, 503, 503]
        subprocess.run(["mount", "-o", "remount,rw", str(home.landing_events)], check=True)
        assert collect(json=batch()).json()["accepted"] == 1


def test_secrets_that_cannot_be_read_are_said_and_outlived(collect: Post, home: Home) -> None:
    home.keys.mkdir()
    (home.keys / "user_ids").write_text("no secret")
    assert collect(json=batch(user_id="ann@example.com")).status_code == 503
    (home.keys / "user_ids").unlink()
    home.keys.rmdir()
    home.keys.write_text("a file where the folder should be")
    assert collect(json=batch(user_id="ann@example.com")).status_code == 503
    home.keys.unlink()
    assert collect(json=batch(user_id="ann@example.com")).json()["accepted"] == 1


def test_more_at_once_than_can_be_held_is_refused_and_the_others_are_served(
    client: httpx.Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, synced = threading.Event(), os.fdatasync
    monkeypatch.setattr("os.fdatasync", lambda file: released.wait(30) and synced(file))
    key, more = make_key(home), 40
    lines = []
    for _ in range(MOST_AT_ONCE + more):
        body = json.dumps(batch()).encode()
        line = socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=30)
        head = f"Host: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(f"POST /analytics/events HTTP/1.1\r\n{head}".encode() + body)
        lines.append(line)
    time.sleep(0.5)
    released.set()
    heads = [line.recv(4096) for line in lines]
    for line in lines:
        line.close()
    found = Counter(re.match(rb"HTTP/1.1 (\d+)", head)[1] for head in heads)  # type: ignore[index]
    assert found == {b"200": MOST_AT_ONCE, b"503": more}
    assert all(re.search(rb"(?i)retry-after: \d", head) for head in heads if b" 503 " in head)
    assert len(landed_ids(home)) == MOST_AT_ONCE


class SlowLog:
    """A log that lands what it is told to land."""

    def __init__(self) -> None:
        self.appended: list[tuple[bytes, Future[None]]] = []

    def append(self, lines: bytes) -> Future[None]:
        """Noted, not done yet."""
        self.appended.append((lines, Future()))
        return self.appended[-1][1]


def test_what_waits_for_the_disk_goes_down_together_and_is_bounded() -> None:
    log = SlowLog()

    async def scenario() -> None:
        commit = GroupCommit(log, most_waiting=10)
        first = asyncio.create_task(commit.append(b"1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        others = [asyncio.create_task(commit.append(b"22")) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="does not keep up"):
            await commit.append(b"3")
        others[0].cancel()
        log.appended[0][1].set_result(None)
        await first
        assert [lines for lines, _ in log.appended] == [b"1", b"2222222222"]
        log.appended[1][1].set_exception(OSError(5, "broken"))
        found = await asyncio.gather(*others, return_exceptions=True)
        assert [type(one) for one in found] == [asyncio.CancelledError, *[OSError] * 4]
        last = asyncio.create_task(commit.append(b"4"))
        await asyncio.sleep(0.01)
        log.appended[2][1].set_result(None)
        await last

    asyncio.run(scenario())
