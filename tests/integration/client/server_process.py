"""Real servers in processes of their own, on a port of the test's choice, so that they can be killed and come back."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from api_server import free_port

from swipesavvy.domain.home import Home

SERVE = """
import sys
from pathlib import Path
from swipesavvy.api.server import run
from swipesavvy.settings import Settings
run(Settings(home=Path(sys.argv[1]), api_port=int(sys.argv[2])))
"""


@dataclass
class ServerProcess:
    """A server in its own process."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def server_processes(home: Home) -> Iterator[Callable[..., ServerProcess]]:
    """A function that starts a server of this home, on a free port unless told; all are killed at the end."""
    started: list[ServerProcess] = []

    def start(port: int | None = None) -> ServerProcess:
        server = _start(home, port or free_port(), home.root / f"server-{len(started)}.log")
        started.append(server)
        return server

    try:
        yield start
    finally:
        for server in started:
            server.kill()


def _start(home: Home, port: int, log: Path) -> ServerProcess:
    root = str(Path(__file__).parents[3])
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SERVE, str(home.root), str(port)],
            stderr=out,
            env={**os.environ, "PYTHONPATH": root},
        )
    server = ServerProcess(process, port)
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        try:
            urlopen(f"{server.address}/health", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.05)
        else:
            return server
    server.kill()
    raise AssertionError(log.read_text())
