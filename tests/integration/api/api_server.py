"""A real server on a free port: in a thread of this process, or in a process of its own that can be killed."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.api.app import create_app
from swipesavvy.domain.home import Home
from swipesavvy.domain.keys import scopes_named
from swipesavvy.settings import Settings


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_key(home: Home, scope: str = "collect", rate: int = 10_000, name: str = "shop") -> str:
    """A key of this home."""
    store = open_ops(Settings(home=home.root))
    try:
        return keys_of(store).add_key(name, scopes_named([scope]), rate, datetime.now(UTC))
    finally:
        store.close()


@dataclass
class ServerProcess:
    """A server in its own process."""

    process: subprocess.Popen[bytes]
    address: str


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve in a thread of this process, whole life cycle included; yields the address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
