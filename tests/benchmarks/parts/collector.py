"""What the collector costs for a batch, against servers written by hand under the same group commit."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import keys_of
from swipesavvy.domain.keys import HIGHEST_RATE, scopes_named
from swipesavvy.settings import Settings
from swipesavvy.simulation.live import LiveMarket
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.world import world
from tests.benchmarks.collector_servers import APPEND, BARE, FASTAPI, FLOOR, OURS, STRICT

KINDS = (OURS, BARE, APPEND, FASTAPI, FLOOR, STRICT)
CONNECTIONS = 32
WARM_SECONDS, SECONDS = 0.7, 3.0
FASTAPI_GOAL, FLOOR_GOAL = 0.2, 1.6
BATCHES, SINGLE = "batches of 100 events", "one event a request"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """One server under load: CPU microseconds a request (server process, all threads), and what its clients saw."""

    cpu: float
    a_second: float
    p50: float
    p99: float


def run(rounds: int, quick: bool, folder: Path) -> list[str]:
    """Loads every server in every round, one after the other; the lines of the page."""
    now = datetime.now(UTC)
    market = world(MarketSpec(now, days=10, users=300, campaigns=6, seed=1))
    events = LiveMarket(market, now).next_events(100, now)
    bodies = {BATCHES: json.dumps(events, separators=(",", ":")), SINGLE: json.dumps(events[:1], separators=(",", ":"))}
    lines = []
    for name, body in bodies.items():
        template = folder / "body.json"
        template.write_text(body, encoding="utf-8")
        found: dict[str, list[Figures]] = {kind: [] for kind in KINDS}
        for number in range(rounds):
            for kind, figures in found.items():
                seconds = SECONDS / 6 if quick else SECONDS
                place = folder / f"{len(body)}-{number}-{KINDS.index(kind)}"
                figures.append(_measure(kind, place, template, seconds))
                sys.stderr.write(f"round {number + 1}/{rounds} {name}, {kind}: {figures[-1]}\n")
        lines += ["", f"## {name.capitalize()}", "", *_section(name, len(body), found)]
    return [_HEADING, _HEAD, *lines]


def _measure(kind: str, folder: Path, template: Path, seconds: float) -> Figures:
    folder.mkdir()
    key = _key(folder) if kind == OURS else "none"
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.collector_servers", kind, str(port), str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        _load(port, key, template, WARM_SECONDS)
        before, started = _cpu_seconds(server.pid), time.perf_counter()
        answers = _load(port, key, template, seconds)
        wall = time.perf_counter() - started
        cpu = _cpu_seconds(server.pid) - before
    finally:
        server.kill()
        server.wait()
    if answers["refused"]:
        raise SystemExit(f"{kind} refused {answers['refused']} of {answers['answered']} requests")
    answered = answers["answered"]
    return Figures(1e6 * cpu / answered, answered / wall, answers["p50"], answers["p99"])


def _key(folder: Path) -> str:
    store = open_ops(Settings(home=folder))
    try:
        return keys_of(store).add_key("bench", scopes_named(["collect"]), HIGHEST_RATE, datetime.now(UTC))
    finally:
        store.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"the server on port {port} did not start")


def _load(port: int, key: str, template: Path, seconds: float) -> dict[str, float]:
    script = [sys.executable, "-m", "tests.benchmarks.collector_load"]
    arguments = [str(port), key, str(template), str(seconds), str(CONNECTIONS)]
    return dict(json.loads(subprocess.run([*script, *arguments], capture_output=True, check=True).stdout))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


_HEADING = "# The collector against servers written by hand"
_HEAD = f"""One server process on loopback, {CONNECTIONS} connections that each send their next request when the last is
answered. Every server acknowledges after the same group commit (one writer thread, `fdatasync`). CPU is user and system
time of the whole server process, from `/proc`; on a shared machine it is the figure to judge by, throughput and
latencies move with the neighbours. Each round starts every server afresh; a ratio is formed within its round.

- **{OURS}**: the product as `swipesavvy serve api` runs it: authentication, rate limit, the whole contract, scrubbing,
  `received_at`, duplicates told (every batch has new ids), one landing line an event, request ids, security headers.
- **{BARE}**: a bare ASGI application on uvicorn with the same typed decode that appends the body as it came.
- **{FASTAPI}**: the envelope as a pydantic model, properties and context as dictionaries; the body appended as it came.
- **{FLOOR}**: a uvloop protocol that reads just enough HTTP, decodes the envelope as a msgspec struct (properties and
  context as dictionaries) and appends the body as it came. The other one decodes by the product's own typed union."""


def _section(name: str, size: int, found: dict[str, list[Figures]]) -> list[str]:
    rounds = len(next(iter(found.values())))
    lines = [f"{size:,} bytes; {rounds} rounds, medians.", ""]
    lines += ["| server | CPU us | requests/s | p50 ms | p99 ms | CPU us of each round |", "|---|---|---|---|---|---|"]
    for kind, all_figures in found.items():
        middle = [statistics.median(getattr(one, field) for one in all_figures) for field in Figures.__annotations__]
        each = " ".join(f"{one.cpu:.0f}" for one in all_figures)
        cpu, a_second, p50, p99 = middle
        lines.append(f"| {kind} | {cpu:.0f} | {a_second:,.0f} | {p50:.1f} | {p99:.1f} | {each} |")
    lines += ["", "| ratio of CPU | median | each round | goal | |", "|---|---|---|---|---|"]
    is_batch = name == BATCHES
    lines.append(_ratio(found, OURS, FASTAPI, FASTAPI_GOAL if is_batch else None))
    if is_batch:
        lines.append(_ratio(found, OURS, FLOOR, FLOOR_GOAL))
        lines.append(_ratio(found, OURS, STRICT, None))
        lines.append(_ratio(found, BARE, FLOOR, None))
    lines.append(_ratio(found, OURS, APPEND, None))
    return lines


def _ratio(found: dict[str, list[Figures]], ours: str, other: str, goal: float | None) -> str:
    ratios = [a.cpu / b.cpu for a, b in zip(found[ours], found[other], strict=True)]
    middle = statistics.median(ratios)
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    verdict = "| |" if goal is None else f"{goal:g} | {'met' if middle <= goal else '**missed**'} |"
    return f"| {ours} / {other} | {middle:.2f} | {each} | {verdict}"
