"""The client against a real HTTP server on this machine that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from swipesavvy.adapters.collector_client import CollectorClient, Receipt
from swipesavvy.domain.errors import BadInputError, BusyError, DeniedError


class Collector(ThreadingHTTPServer):
    """Answers with the scripted (status, headers) first, then accepts everything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[tuple[int, dict[str, str]]] = []
        self.batches: list[list[dict[str, Any]]] = []
        self.keys: set[str | None] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Collector
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.keys.add(self.headers["authorization"])
        status, headers = self.server.script.pop(0) if self.server.script else (200, {})
        answer: dict[str, Any] = {"error": "no"}
        if status == 200:
            self.server.batches.append(body)
            answer = {"accepted": len(body), "rejected": 0, "results": []}
        self._answer(status, headers, json.dumps(answer).encode())

    def do_GET(self) -> None:
        self._answer(200, {}, b"{}")

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(collector: Collector, pauses: list[float]) -> Iterator[CollectorClient]:
    with CollectorClient(collector.address, "secret", sleep=pauses.append, patience=60) as made:
        yield made


EVENTS = [{"event_id": str(number)} for number in range(250)]


def test_events_go_in_batches_of_a_hundred_in_order_with_the_key(collector: Collector, client: CollectorClient) -> None:
    client.check()
    assert client.send(EVENTS) == Receipt(250, 0, 0)
    assert [len(batch) for batch in collector.batches] == [100, 100, 50]
    assert [event for batch in collector.batches for event in batch] == EVENTS
    assert collector.keys == {"Bearer secret"}
    assert client.send([]) == Receipt(0, 0, 0)


def test_it_waits_as_long_as_it_is_told(collector: Collector, client: CollectorClient, pauses: list[float]) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    collector.script = [(429, {"retry-after": "7"}), (503, {"retry-after": soon})]
    assert client.send(EVENTS[:5]) == Receipt(5, 0, 2)
    assert pauses[0] == 7.0
    assert 20 < pauses[1] <= 30
    assert len(collector.batches) == 1


def test_without_advice_it_waits_longer_each_time(
    collector: Collector, client: CollectorClient, pauses: list[float]
) -> None:
    collector.script = [(503, {}), (429, {"retry-after": "soon"}), (502, {}), (504, {})]
    assert client.send(EVENTS[:1]).retries == 4
    assert all(0.125 * 2**n <= pause <= 0.25 * 2**n for n, pause in enumerate(pauses))


def test_patience_ends(collector: Collector, client: CollectorClient, pauses: list[float]) -> None:
    collector.script = [(503, {"retry-after": "25"})] * 9
    with pytest.raises(BusyError, match="keeps answering 503"):
        client.send(EVENTS[:1])
    assert pauses == [25.0, 25.0]


def test_a_refused_key_is_said_plainly(collector: Collector, client: CollectorClient) -> None:
    collector.script = [(401, {})]
    with pytest.raises(DeniedError, match="refuses the key"):
        client.send(EVENTS[:1])


def test_a_refused_request_is_not_repeated(collector: Collector, client: CollectorClient, pauses: list[float]) -> None:
    collector.script = [(413, {})]
    with pytest.raises(BadInputError, match="answered 413"):
        client.send(EVENTS[:1])
    assert pauses == []


def test_a_silent_address_is_tried_again_and_then_named(pauses: list[float]) -> None:
    with Collector() as server:
        address = server.address
    with CollectorClient(address, "secret", sleep=pauses.append, patience=2) as client:
        with pytest.raises(BusyError, match="does not answer"):
            client.check()
        with pytest.raises(BusyError, match="does not answer"):
            client.send(EVENTS[:1])
    assert pauses
