"""Processes that die where it hurts: a real server and a real ingest that kill themselves at a chosen durable step.

Belongs here: the programs of those processes and how they are started. What must hold afterwards is in the tests.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 60

# Counts what the collector does to landing files, whoever calls it, and dies at the n-th time, before or after the
# call or in its middle. "careless" switches the protection off: it acknowledges before anything is written.
SERVER = """
import os, signal, sys, time
from concurrent.futures import Future
from pathlib import Path
from swipesavvy.adapters import landing_log
from swipesavvy.api.server import run
from swipesavvy.settings import Settings
home, port, point, target, careless = sys.argv[1:]
step = 0
def is_landing(file):
    return "/landing/" in os.readlink(f"/proc/self/fd/{file}")
def die():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGKILL)
def dying(function, before, middle, after):
    def wrapped(file, *data):
        global step
        if not is_landing(file):
            return function(file, *data)
        step += before == point or middle == point or after == point
        hit = step == int(target)
        if hit and point == before:
            die()
        if hit and point == middle:
            function(file, data[0][: len(data[0]) // 2])
            die()
        done = function(file, *data)
        if hit and point == after:
            die()
        return done
    return wrapped
os.write = dying(os.write, "before write", "half a write", "after write")
os.fdatasync = dying(os.fdatasync, "before sync", None, "after sync")
if careless == "careless":
    append = landing_log.LandingLog.append
    def acknowledge_at_once(log, lines):
        append(log, lines)
        done = Future()
        done.set_result(None)
        return done
    landing_log.LandingLog.append = acknowledge_at_once
run(Settings(home=Path(home), api_port=int(port)))
"""
SERVER_POINTS = ("before write", "half a write", "after write", "before sync", "after sync")

# Every fsync, rename and manifest commit is a step; with target 0 it ends by itself and prints how many there were.
INGEST = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
home, target = Path(sys.argv[1]), int(sys.argv[2])
step = 0
def dying(function):
    def wrapped(*arguments, **options):
        global step
        step += 1
        if step == target:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return wrapped
os.fsync = dying(os.fsync)
os.replace = dying(os.replace)
Path.replace = dying(Path.replace)
from swipesavvy.adapters.lake import manifest
manifest.Manifest.commit = dying(manifest.Manifest.commit)
from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home
open_lake(Home(home)).ingest_events(datetime.now(UTC))
print(step)
"""


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@contextmanager
def faulty_server(home: Path, point: str = "never", target: int = 0, *, careless: bool = False) -> Iterator[str]:
    """The address of a server that dies at the n-th passing of a point; it is killed at the end in any case."""
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(home), str(port), point, str(target), "careless" if careless else ""]
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as errors, subprocess.Popen(command, stderr=errors, env=_environment()) as process:
        try:
            yield _address_once_up(process, port, log)
        finally:
            process.kill()


def _address_once_up(process: subprocess.Popen[bytes], port: int, log: Path) -> str:
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{address}/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return address
    raise AssertionError(log.read_text())


def faulty_ingest(home: Path, step: int) -> bool:
    """Ingest the events in a process that dies at a step; whether it did."""
    command = [sys.executable, "-c", INGEST, str(home), str(step)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=_environment(), check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr[-2000:]
    return done.returncode != 0
