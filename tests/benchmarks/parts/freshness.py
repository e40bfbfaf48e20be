"""How soon an event that was posted is a published number: `up` as it is used, a home of the demo's size, clients."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from swipesavvy.adapters.serving_files import current_build, snapshot_path
from swipesavvy.commands.supervision import free_port
from swipesavvy.domain.home import Home

SWIPESAVVY = str(Path(sys.executable).with_name("swipesavvy"))
RATE = 100
SECONDS, QUICK_SECONDS = 600, 90
GOAL_SECONDS = 60.0
START_SECONDS, LATEST_SECONDS = 240, 300
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """First sight of each snapshot: when, and the newest event it describes (both seconds since the epoch)."""

    at: list[tuple[float, float]] = field(default_factory=list)

    def seconds_until_published(self, posted: float) -> float | None:
        """From the instant of an event to the first snapshot that describes an event at least as new."""
        return next((at - posted for at, newest in self.at if newest >= posted), None)


def run(rounds: int, quick: bool, folder: Path) -> list[str]:
    """One round whatever `rounds` says, since it takes minutes; the lines of the report."""
    home, seconds = Home(folder / "home"), QUICK_SECONDS if quick else SECONDS
    home.root.mkdir()
    _call(home, "simulate")
    _call(home, "run")
    seen, ended = Seen(), threading.Event()
    with _served(home) as port:
        watching = threading.Thread(target=_watch, args=(home, seen, ended))
        watching.start()
        before, started = _cpu_seconds(home), time.time()
        _call(home, "simulate", "--live", "--rate", str(RATE), "--for", str(seconds), port=port)
        posted_until = time.time()
        deadline = posted_until + LATEST_SECONDS
        while time.time() < deadline and seen.seconds_until_published(posted_until - 2) is None:
            time.sleep(0.5)
        used = {name: cpu - before.get(name, 0.0) for name, cpu in _cpu_seconds(home).items()}
        ended.set()
        watching.join()
        passed = time.time() - started
        worker = _health(port)["parts"]["worker"]
    moments = [started + 1 + number for number in range(int(posted_until - started - 3))]
    waits = [seen.seconds_until_published(moment) for moment in moments]
    return [*_waiting(seconds, waits), *_working(worker, {name: (cpu, cpu / passed) for name, cpu in used.items()})]


def _waiting(seconds: int, waits: list[float | None]) -> list[str]:
    ordered = sorted(wait for wait in waits if wait is not None)
    if not ordered:
        raise SystemExit("no posted event was published in time; the worker's log says why")
    missing = len(waits) - len(ordered)
    p95 = ordered[min(round(0.95 * len(ordered)), len(ordered) - 1)]
    verdict = "met" if p95 <= GOAL_SECONDS and not missing else "**missed**"
    return [
        "# From a posted event to a published number",
        f"`swipesavvy up` on the market `swipesavvy simulate` writes by itself, and a client that posts {RATE} events",
        f"a second for {seconds} s through the collector. For each second: how long until a snapshot was published",
        "that describes an event at least as new as that second (looked for twice a second, so up to 0.5 s too long).",
        "",
        f"| p50 s | p95 s | longest s | seconds never published | goal: p95 under {GOAL_SECONDS:.0f} s |",
        "|---|---|---|---|---|",
        f"| {statistics.median(ordered):.1f} | {p95:.1f} | {ordered[-1]:.1f} | {missing} | {verdict} |",
        "",
    ]


def _working(worker: dict[str, object], used: dict[str, tuple[float, float]]) -> list[str]:
    """`used` holds CPU seconds and share of one core by process."""
    return [
        f"The worker made {worker['builds']} builds, the last one in {worker['seconds']} s, and held",
        f"{worker['memory_mib']} MiB at the end.",
        "",
        "| process | CPU seconds | share of one core |",
        "|---|---|---|",
        *(
            f"| {name} | {cpu:.1f} | {share:.0%} |"
            for name, (cpu, share) in sorted(used.items(), key=lambda one: -one[1][0])
            if cpu >= 0.1
        ),
    ]


def _watch(home: Home, seen: Seen, ended: threading.Event) -> None:
    known = current_build(home)
    while not ended.wait(0.5):
        build = current_build(home)
        if build is not None and build != known:
            at, known = time.time(), build
            with duckdb.connect(snapshot_path(home, build), read_only=True) as connection:
                found = connection.execute("select epoch(data_as_of::timestamptz) from build_info").fetchone()
            seen.at.append((at, float(found[0]) if found else 0.0))


@contextmanager
def _served(home: Home) -> Iterator[int]:
    ports = {f"SWIPESAVVY_{part}_PORT": str(free_port("127.0.0.1")) for part in ("API", "DASHBOARD", "DAGSTER")}
    port = int(ports["SWIPESAVVY_API_PORT"])
    with (home.root / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [SWIPESAVVY, "up", "--home", str(home.root)], stdout=log, stderr=log, env={**os.environ, **ports}
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while b"Ctrl-C" not in (home.root / "up.log").read_bytes():
                if up.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"`up` did not start:\n{(home.root / 'up.log').read_text(errors='replace')}")
                time.sleep(0.5)
            yield port
        finally:
            up.terminate()
            up.wait(60)


def _health(port: int) -> dict[str, dict[str, dict[str, object]]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
        found: dict[str, dict[str, dict[str, object]]] = json.load(answer)
    return found


def _cpu_seconds(home: Home) -> dict[str, float]:
    """CPU seconds so far of each process that serves this home, children it has waited for included."""
    used: dict[str, float] = {}
    mark = f"SWIPESAVVY_HOME={home.root.resolve()}\0".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if mark not in (folder / "environ").read_bytes():
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        name = _name(command)
        used[name] = used.get(name, 0.0) + sum(int(value) for value in fields[11:15]) / TICKS
    return used


def _name(command: str) -> str:
    for part, name in (
        ("serve worker", "worker"),
        ("serve api", "API and collector"),
        ("streamlit_app", "dashboard"),
        ("dagster-webserver", "Dagster's pages"),
        ("dagster-daemon", "Dagster's daemon"),
        ("code-server", "Dagster's code server"),
        ("grpc", "Dagster's code server"),
    ):
        if part in command:
            return name
    return "others"


def _call(home: Home, *arguments: str, port: int | None = None) -> None:
    environment = {**os.environ, **({"SWIPESAVVY_API_PORT": str(port)} if port else {})}
    done = subprocess.run(
        [SWIPESAVVY, *arguments, "--home", str(home.root)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"swipesavvy {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} swipesavvy {' '.join(arguments)}: done\n")
