"""An HTTP server on this machine that answers as it is told first, and like a collector afterwards."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ScriptedCollector(ThreadingHTTPServer):
    """`script`: (status, headers, body or None) of the next answers; `delays`: seconds before the next answers."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.script: list[tuple[int, dict[str, str], bytes | None]] = []
        self.delays: list[float] = []
        self.most_events = 1_000
        self.poison: str | None = None
        self.asked_at: list[float] = []
        self.batches: list[list[dict[str, Any]]] = []
        self.keys: set[str | None] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch]


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedCollector
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.asked_at.append(time.monotonic())
        events = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.keys.add(self.headers["authorization"])
        if self.server.delays:
            time.sleep(self.server.delays.pop(0))
        poisoned = any(event["event_type"] == self.server.poison for event in events)
        if self.server.script:
            status, headers, body = self.server.script.pop(0)
            self._answer(status, headers, json.dumps({"error": "as told"}).encode() if body is None else body)
        elif len(events) > self.server.most_events or poisoned:
            self._answer(413, {}, b'{"error": "too much"}')
        else:
            self.server.batches.append(events)
            results = [{"event_id": event["event_id"], "status": "accepted"} for event in events]
            self._answer(200, {}, json.dumps({"accepted": len(events), "results": results}).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence."""


@contextmanager
def scripted(port: int = 0) -> Iterator[ScriptedCollector]:
    """A running server."""
    with ScriptedCollector(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
