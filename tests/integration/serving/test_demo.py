"""`demo` from nothing to served numbers, and again; one Ctrl-C ends every process it started."""

import json
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swipesavvy.adapters.ops import open_ops
from swipesavvy.adapters.people import people_of
from swipesavvy.cli import app
from swipesavvy.commands.demo import prepare_logins
from swipesavvy.commands.supervision import free_port
from swipesavvy.domain.errors import BusyError, UsageError
from swipesavvy.domain.home import Home
from swipesavvy.domain.roles import Role
from swipesavvy.settings import Settings
from swipesavvy.simulation.market import market
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.writer import write

PARTS = ("API", "DASHBOARD", "DAGSTER")


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Ports of our own: somebody may be using the usual ones."""
    free = {part: free_port("127.0.0.1") for part in PARTS}
    for part, port in free.items():
        monkeypatch.setenv(f"SWIPESAVVY_{part}_PORT", str(port))
    return free


def test_log_ins_work_and_stay_the_same(home: Home) -> None:
    settings = Settings(home=home.root)
    logins = prepare_logins(settings)
    assert set(logins) == {role.value for role in Role}
    assert prepare_logins(settings) == logins
    file = home.keys / "demo-logins.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
    store, now = open_ops(settings), datetime.now(UTC)
    people = people_of(store, settings)
    person = people.person_for(people.sign_in("perf_lead", logins["perf_lead"], now), now)
    store.close()
    assert person is not None
    assert not person.must_change_password


def test_a_mapping_without_data_and_a_missing_file_are_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="go together"):
        CliRunner().invoke(app, ["demo", "--data", "x.csv", "--home", str(home.root)], catch_exceptions=False)
    missing = ["demo", "--data", str(tmp_path / "x.csv"), "--mapping", str(tmp_path / "m.yaml")]
    with pytest.raises(UsageError, match=r"x\.csv: cannot be read"):
        CliRunner().invoke(app, [*missing, "--home", str(home.root)], catch_exceptions=False)


def test_another_file_does_not_mix_with_what_has_landed(home: Home, tmp_path: Path) -> None:
    home.landing_events.mkdir(parents=True)
    (home.landing_events / "a.jsonl").write_text("{}\n", encoding="utf-8")
    for name in ("x.csv", "m.yaml"):
        (tmp_path / name).write_text("a\n", encoding="utf-8")
    arguments = ["demo", "--data", str(tmp_path / "x.csv"), "--mapping", str(tmp_path / "m.yaml")]
    with pytest.raises(UsageError, match="holds other data already"):
        CliRunner().invoke(app, [*arguments, "--home", str(home.root)], catch_exceptions=False)


def test_a_taken_port_is_told_before_anything_is_made(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("SWIPESAVVY_DASHBOARD_PORT", str(taken.getsockname()[1]))
        with pytest.raises(BusyError, match="SWIPESAVVY_DASHBOARD_PORT"):
            CliRunner().invoke(app, ["demo", "--home", str(home.root)], catch_exceptions=False)
    assert list(home.root.iterdir()) == []


@contextmanager
def running_demo(home: Home, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "swipesavvy", "demo", "--home", str(home.root)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def said(process: subprocess.Popen[bytes], log: Path, words: str) -> str:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8")
        if words in text:
            return text
        assert process.poll() is None, text
        time.sleep(0.2)
    raise AssertionError(text)


def fetch(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return str(response.read().decode())


@pytest.mark.slow
def test_the_demo_serves_everything_twice_and_leaves_nothing_behind(
    home: Home, tmp_path: Path, ports: dict[str, int]
) -> None:
    write(market(MarketSpec(datetime(2026, 6, 30, 12, tzinfo=UTC), days=20, users=300, campaigns=6)), home)
    passwords = []
    for attempt in range(2):
        log = tmp_path / f"demo-{attempt}.log"
        with running_demo(home, log) as process:
            text = said(process, log, "Look first at")
            assert json.loads(fetch(ports["API"], "/health"))["parts"]["published"]["state"] == "ok"
            assert fetch(ports["DASHBOARD"], "/_stcore/health") == "ok"
            assert "dagster_version" in fetch(ports["DAGSTER"], "/server_info")
        assert process.returncode == 0, log.read_text(encoding="utf-8")
        passwords.append([line for line in text.splitlines() if line.startswith("  cmo ")])
        children = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
        assert str(home.root) not in children
    assert "published" in (tmp_path / "demo-0.log").read_text(encoding="utf-8")
    assert "stands" in (tmp_path / "demo-1.log").read_text(encoding="utf-8")
    assert passwords[0] == passwords[1] != []
