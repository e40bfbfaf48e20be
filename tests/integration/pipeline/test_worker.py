"""The resident worker, a real process: what is posted to the collector becomes a published number, whatever happens."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from small_homes import landed_home, published_metrics

from swipesavvy.adapters.serving_files import current_build, snapshot_path
from swipesavvy.adapters.worker_state import running_worker
from swipesavvy.commands.run import refresh_home
from swipesavvy.commands.supervision import free_port
from swipesavvy.domain.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipeline")]
PATIENCE_SECONDS = 300
SMALL = ("--days", "20", "--users", "200", "--campaigns", "3", "--live", "--rate", "40", "--for", "3")


def until(due: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not due():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


@contextmanager
def process(home: Home, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`swipesavvy ...` on this home, ended with the block however that ends."""
    arguments = [sys.executable, "-m", "swipesavvy", *command, "--home", str(home.root)]
    with (home.root / f"{command[-1]}.log").open("ab") as log:
        started = subprocess.Popen(arguments, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def clean_events(home: Home) -> int:
    """Events in what is published, by its own ledger, without what builds tell about themselves."""
    build_id = current_build(home)
    assert build_id is not None
    query = "select sum(clean) from ledger where source = 'events' and landing_file not like '%emitted%'"
    with duckdb.connect(snapshot_path(home, build_id), read_only=True) as connection:
        return int((connection.execute(query).fetchone() or [0])[0] or 0)


def land(home: Home) -> Path:
    """One more event, in a file that appears at once."""
    event = {
        "event_id": str(uuid4()),
        "event_type": "user_purchased",
        "timestamp": "2026-06-30T11:00:00Z",
        "received_at": "2026-06-30T11:00:01Z",
        "user_id": "late_comer",
        "source": "backend",
        "properties": {},
    }
    hidden = home.landing_events / f".{uuid4().hex}"
    hidden.write_text(json.dumps(event) + "\n", encoding="utf-8")
    return hidden.rename(home.landing_events / f"more-{uuid4().hex}.jsonl")


def post(home: Home, port: int) -> int:
    """Send some seconds of a live market through the collector; how many events it accepted."""
    sent = subprocess.run(
        [sys.executable, "-m", "swipesavvy", "simulate", *SMALL, "--home", str(home.root)],
        env={**os.environ, "SWIPESAVVY_API_PORT": str(port)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "0 rejected" in sent.stdout
    return int(sent.stdout.split()[0].replace(",", ""))


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def waits(home: Home, builds: int) -> bool:
    state = running_worker(home)
    return state is not None and state.builds >= builds and state.doing == "waiting"


def test_a_posted_event_is_soon_published_and_a_run_beside_it_succeeds(tmp_path: Path, small_market: Path) -> None:
    home, port = landed_home(tmp_path / "home", small_market), free_port("127.0.0.1")
    with process(home, "serve", "worker"), process(home, "serve", "api", SWIPESAVVY_API_PORT=str(port)):
        until(lambda: waits(home, 1))
        before = clean_events(home)
        until(lambda: answers(port))
        posted = post(home, port)
        assert refresh_home(home, "realtime")[0]
        until(lambda: clean_events(home) == before + posted)
        until(lambda: waits(home, 1))
        assert running_worker(home).problem is None  # type: ignore[union-attr]
    assert running_worker(home) is None


def test_a_worker_killed_while_it_builds_and_started_again_ends_as_if_undisturbed(
    tmp_path: Path, small_market: Path
) -> None:
    undisturbed = landed_home(tmp_path / "undisturbed", small_market)
    more = land(undisturbed)
    refresh_home(undisturbed, "realtime")
    home = landed_home(tmp_path / "home", small_market)
    with process(home, "serve", "worker") as worker:
        until(lambda: waits(home, 1))
        shutil.copy2(more, home.landing_events / more.name)
        until((home.warehouse / "WRITING").exists)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    first = current_build(home)
    assert running_worker(home) is None
    with process(home, "serve", "worker"):
        until(lambda: current_build(home) != first and waits(home, 1))
    assert published_metrics(home) == published_metrics(undisturbed)


def test_a_second_worker_is_refused(tmp_path: Path, small_market: Path) -> None:
    home = landed_home(tmp_path / "home", small_market)
    with process(home, "serve", "worker"):
        until(lambda: running_worker(home) is not None)
        second = subprocess.run(
            [sys.executable, "-m", "swipesavvy", "serve", "worker", "--home", str(home.root)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 1
    assert "a worker runs here already" in second.stderr


def test_the_realtime_tier_is_cheap_where_nothing_is_new(tmp_path: Path, small_market: Path) -> None:
    home = landed_home(tmp_path / "home", small_market)
    refresh_home(home, "realtime")
    program = "import sys; from swipesavvy.commands.run import refresh_home; from swipesavvy.domain.home import Home;"
    program += "from pathlib import Path; assert not refresh_home(Home(Path(sys.argv[1])), 'realtime')[1];"
    program += "print(sorted({'dagster', 'dbt'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program, str(home.root)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]", "neither Dagster nor dbt is loaded to find out that nothing is new"
