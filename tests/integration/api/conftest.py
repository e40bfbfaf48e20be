"""Fixtures: a client of a fresh server, a way to send events, servers that may be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from api_server import ServerProcess, free_port, make_key, serving

SERVE = """
import sys
from pathlib import Path
from swipesavvy.api.server import run
from swipesavvy.settings import Settings
run(Settings(home=Path(sys.argv[1]), api_port=int(sys.argv[2])))
"""


@pytest.fixture
def client(home: Home) -> Iterator[httpx.Client]:
    """A client of a server on an empty home."""
    with serving(Settings(home=home.root)) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture
def collect(client: httpx.Client, home: Home) -> Callable[..., httpx.Response]:
    """Posts a body with a key that may collect."""
    key = make_key(home)

    def post(**request: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", **dict(request.pop("headers", {}))}  # type: ignore[call-overload]
        return client.post("/api/analytics/events", headers=headers, **request)  # type: ignore[arg-type]

    return post


@pytest.fixture
def start_server(home: Home) -> Iterator[Callable[[], ServerProcess]]:
    """Starts servers in processes of their own on this home; whatever still runs is killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> ServerProcess:
        port = free_port()
        log = (home.root / f"server-{len(started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SERVE, str(home.root), str(port)],
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        log.close()
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 40
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx.get(f"{address}/health", timeout=5)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return ServerProcess(process, address)
        raise AssertionError((home.root / f"server-{len(started) - 1}.log").read_text())

    yield start
    for process in started:
        process.kill()
        process.wait(10)
