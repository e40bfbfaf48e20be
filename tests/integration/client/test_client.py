"""The client against real HTTP servers on this machine and what networks do to them."""

import json
import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from api_server import free_port, make_key
from scripted_collector import ScriptedCollector, scripted
from server_process import ServerProcess

from swipesavvy.adapters.lake import open_lake
from swipesavvy.client import Client
from swipesavvy.domain.errors import BusyError, DeniedError, UsageError
from swipesavvy.domain.home import Home


def tracked(client: Client, count: int, start: int = 0) -> list[str]:
    return [client.track("feature_used", {"n": n}, user_id="ann") for n in range(start, start + count)]


def ids(collector: ScriptedCollector) -> list[str]:
    return [event["event_id"] for event in collector.events]


def test_it_fills_the_envelope_and_leaves_out_personal_data(collector: ScriptedCollector) -> None:
    before = datetime.now(UTC)
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with Client(
        collector.address,
        "secret",
        source="mobile",
        context={"platform": "iOS", "app_version": "1"},
        segment_of={"ann": "HIGH_SPENDER"}.get,
    ) as client:
        first = client.track("user_engaged", {"note": "write to ann@example.com", "at": at}, user_id="ann")
        client.track("x", {"price": Decimal("1.5"), "user_id": "b@c.de"}, user_id="ann", context={"app_version": "2"})
        client.track("x", user_id="bob", session_id="s", timestamp=at, source="backend", event_id="7")
        client.track("x", {"mails": ("a@b.co", 1)}, user_id="bob", source="backend", timestamp="yesterday")
    one, two, three, four = collector.events
    assert set(one) == {
        "event_id",
        "event_type",
        "timestamp",
        "user_id",
        "session_id",
        "source",
        "properties",
        "context",
    }
    assert one["event_id"] == first == str(uuid.UUID(first))
    assert before <= datetime.fromisoformat(one["timestamp"]) <= datetime.now(UTC)
    assert one["properties"] == {"note": "write to [email]", "at": "2026-03-01T12:00:00+00:00"}
    assert one["context"] == {"platform": "iOS", "app_version": "1", "user_segment": "HIGH_SPENDER"}
    assert one["session_id"] == two["session_id"]
    # Only the collector can turn an identifying user id into a pseudonym.
    assert two["properties"] == {"price": 1.5, "user_id": "b@c.de"}
    assert two["context"]["app_version"] == "2"
    assert (three["event_id"], three["session_id"], three["timestamp"]) == ("7", "s", "2026-03-01T12:00:00+00:00")
    assert (four["session_id"], four["timestamp"], four["properties"]) == (None, "yesterday", {"mails": ["[email]", 1]})
    assert client.counts["scrubbed"] == 2
    assert collector.keys == {"Bearer secret"}


def test_what_cannot_be_an_event_is_refused_at_once(collector: ScriptedCollector) -> None:
    with Client(collector.address, "k") as client:
        with pytest.raises(UsageError, match="has no zone"):
            client.track("x", user_id="a", timestamp=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
        with pytest.raises(UsageError, match="x event cannot be written as JSON"):
            client.track("x", {"a": float("nan")}, user_id="a")
        with pytest.raises(UsageError, match="set values"):
            client.track("x", {"a": {1}}, user_id="a")
    with pytest.raises(UsageError, match="closed"):
        client.track("x", user_id="a")
    assert client.close() == 0
    with pytest.raises(UsageError, match="no address"):
        Client("localhost:8000", "k")
    assert collector.batches == []


def test_events_go_by_the_hundred_in_order_and_a_lone_one_soon(collector: ScriptedCollector) -> None:
    with Client(collector.address, "k", linger=0.2) as client:
        sent = tracked(client, 250)
        assert client.flush(10)
        assert [len(batch) for batch in collector.batches] == [100, 100, 50]
        started = time.monotonic()
        sent += tracked(client, 1)
        while len(client):
            time.sleep(0.01)
        assert time.monotonic() - started < 2
    assert ids(collector) == sent
    assert client.counts["accepted"] == 251


def test_it_waits_as_long_as_it_is_told(collector: ScriptedCollector) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2.9), usegmt=True)
    collector.script = [(429, {"retry-after": "1"}, None), (503, {"retry-after": soon}, None)]
    with Client(collector.address, "k", linger=0) as client:
        sent = tracked(client, 3)
        assert client.flush(10)
    first, second, third = collector.asked_at
    assert second - first >= 1
    assert third - second > 0.5
    assert ids(collector) == sent
    assert client.counts["retries"] == 2
    assert client.trouble == ""


def test_without_advice_it_tries_again_with_growing_pauses(collector: ScriptedCollector) -> None:
    html = (200, {}, b"<html>sign in to the network</html>")
    collector.script = [(503, {}, None), (429, {"retry-after": "soon"}, None), html, (500, {}, b"")]
    with Client(collector.address, "k", linger=0) as client:
        sent = tracked(client, 2)
        assert client.flush(20)
    pauses = [after - before for before, after in zip(collector.asked_at, collector.asked_at[1:], strict=False)]
    assert all(0.12 * 2**n <= pause <= 0.25 * 2**n + 0.5 for n, pause in enumerate(pauses))
    assert len(pauses) == 4
    assert ids(collector) == sent


def test_a_batch_that_is_too_large_is_halved(collector: ScriptedCollector) -> None:
    collector.most_events = 30
    with Client(collector.address, "k") as client:
        sent = tracked(client, 100)
        assert client.flush(10)
    assert sorted(len(batch) for batch in collector.batches)[-1] <= 30
    assert ids(collector) == sent


def test_an_event_refused_even_alone_is_told_and_does_not_hold_up_the_others(collector: ScriptedCollector) -> None:
    collector.poison = "bad"
    told: list[tuple[dict[str, Any], str]] = []
    with Client(collector.address, "k", on_rejected=lambda event, reason: told.append((event, reason))) as client:
        sent = tracked(client, 10)
        bad = client.track("bad", user_id="ann")
        sent += tracked(client, 10)
        assert client.flush(10)
    assert ids(collector) == sent
    assert [event["event_id"] for event, _ in told] == [bad]
    assert "413" in told[0][1]
    assert client.counts["rejected"] == 1


def test_a_refused_key_holds_events_back_and_is_said_plainly(
    collector: ScriptedCollector, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collector.script = [(401, {}, None)] * 3
    client = Client(collector.address, "k", queue_dir=tmp_path, linger=0)
    with pytest.raises(DeniedError, match="key add"):
        client.check()
    sent = tracked(client, 3)
    assert not client.flush(0.5)
    assert "401" in client.trouble
    assert client.close(0.1) == 3
    assert caplog.text.count("answers 401") == 2  # once when it began, once when it ended
    collector.script = []
    with Client(collector.address, "k", queue_dir=tmp_path) as again:
        again.check()
        assert again.flush(10)
    assert ids(collector)[-3:] == sent


def test_a_slow_answer_counts_as_none_and_the_copy_is_harmless(collector: ScriptedCollector) -> None:
    collector.delays = [1.0]
    with Client(collector.address, "k", timeout=0.3, linger=0) as client:
        sent = tracked(client, 2)
        assert client.flush(10)
    assert set(ids(collector)) == set(sent)
    assert client.counts["accepted"] == 2


def test_nobody_there_then_somebody(tmp_path: Path) -> None:
    port = free_port()
    with Client(f"http://127.0.0.1:{port}", "k", queue_dir=tmp_path, linger=0) as client:
        with pytest.raises(BusyError, match="does not answer"):
            client.check()
        sent = tracked(client, 120)
        assert not client.flush(0.3)
        with scripted(port) as collector:
            assert client.flush(15)
            assert ids(collector) == sent


def test_what_does_not_fit_any_more_is_refused_and_nothing_else_lost(tmp_path: Path) -> None:
    port = free_port()
    with Client(f"http://127.0.0.1:{port}", "k", most_waiting=5) as client:
        sent = tracked(client, 5)
        with pytest.raises(BusyError, match="5 events wait"):
            tracked(client, 1)
        with scripted(port) as collector:
            assert client.flush(15)
            assert ids(collector) == sent


def test_memory_that_ends_undelivered_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", "k")
    tracked(client, 4)
    assert client.close(0.1) == 4
    assert [r.levelno for r in caplog.records if "4 events were not delivered and are lost" in r.message] == [
        logging.ERROR
    ]


OFFLINE = """
import os, sys
from swipesavvy.client import Client
client = Client(sys.argv[1], "k", queue_dir=sys.argv[2])
for n in range(130):
    print(client.track("feature_used", {"n": n}, user_id="ann"), flush=True)
if sys.argv[3] == "kill":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("end", ["kill", "exit"])
def test_offline_events_survive_the_end_of_the_process(tmp_path: Path, end: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    call = [sys.executable, "-c", OFFLINE, address, str(tmp_path), end]
    sent = subprocess.run(call, check=False, capture_output=True, text=True, timeout=60).stdout.split()
    assert len(sent) == 130
    with scripted() as collector, Client(collector.address, "k", queue_dir=tmp_path) as client:
        assert client.flush(10)
        assert ids(collector) == sent
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_program_that_just_ends_still_delivers(collector: ScriptedCollector) -> None:
    program = "import sys; from swipesavvy.client import Client\nClient(sys.argv[1], 'k').track('x', user_id='a')"
    subprocess.run([sys.executable, "-c", program, collector.address], check=True, timeout=60)
    assert [event["event_type"] for event in collector.events] == ["x"]


def test_importing_the_client_is_quick_and_brings_nothing_large() -> None:
    program = (
        "import sys, time; start = time.process_time(); import swipesavvy.client; took = time.process_time() - start\n"
        "outside = {n.split('.')[0] for n in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(took, *sorted(n for n in outside if not n.startswith('_')))"
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert float(out[0]) < 0.5  # 0.07 where nothing else runs
    assert set(out[1:]) <= {"swipesavvy", "sitecustomize", "usercustomize"}


def test_every_event_lands_once_though_the_server_is_killed(
    home: Home, start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    key = make_key(home)
    server = start_server()
    rejected: list[str] = []
    with Client(
        server.address, key, queue_dir=tmp_path / "q", linger=0, on_rejected=lambda _, why: rejected.append(why)
    ) as client:
        sent = tracked(client, 150)
        assert client.flush(20)
        sent += tracked(client, 150, 150)
        server.kill()
        sent += tracked(client, 150, 300)
        time.sleep(0.5)
        assert len(client) > 0
        server = start_server(server.port)
        client.track("user_purchased", {"order_id": "7"}, user_id="ann")
        assert client.flush(40)
    assert client.counts["accepted"] + client.counts["duplicate"] == len(sent)
    assert rejected == ["bad_uuid"]
    lake = open_lake(home)
    lake.ingest_events(datetime.now(UTC))
    landed = [
        json.loads(line)["event_id"]
        for path in home.landing_events.glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert set(sent) <= set(landed)
    (clean,) = {sum(row.clean for row in lake.ledger())}
    assert clean == len(sent)
