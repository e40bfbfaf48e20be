"""Alerts as people meet them: bad data through a real run, a run that fails, taking an alert on, a mute build."""

import json
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from acceptance.commands import COMMAND, swipesavvy

from swipesavvy.domain.home import Home
from swipesavvy.simulation.market import market
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.writer import write

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pipeline")]
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[datetime, dict[str, Any]]]]:
    """What arrives at a webhook that the installation is configured with, and when."""
    received: list[tuple[datetime, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((datetime.now(UTC), json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("SWIPESAVVY_ALERT_WEBHOOK_URL", f"http://127.0.0.1:{server.server_address[1]}/")
        monkeypatch.setenv("SWIPESAVVY_ALERT_WEBHOOK_SECRET", SECRET)
        yield received
        server.shutdown()
        thread.join()


def bad_lines(home: Home, name: str, count: int) -> None:
    path = home.landing_events / name
    path.write_text("".join(f'{{"event_id": {n}, "broken": tru\n' for n in range(count)), encoding="utf-8")


def open_alerts(home: Home) -> dict[tuple[str, str], dict[str, Any]]:
    lines = swipesavvy(home.root, "alerts", "list", "--format", "json").splitlines()
    return {(alert["rule"], alert["subject"]): alert for alert in map(json.loads, lines)}


def published_at(home: Home) -> datetime:
    snapshot = home.serving / home.current_pointer.read_text(encoding="utf-8").strip()
    with duckdb.connect(snapshot, read_only=True) as connection:
        ((at,),) = connection.execute("select published_at from build_info").fetchall()
    return at.replace(tzinfo=UTC)


def spoil_ledger(home: Home, by: int) -> None:
    with sqlite3.connect(home.lake / "manifest.db") as manifest:
        manifest.execute("update ledger set landed = landed + ? where seq = (select min(seq) from ledger)", [by])
    manifest.close()


def test_bad_data_and_failed_runs_are_told_and_over(tmp_path: Path, posts: list[tuple[datetime, Any]]) -> None:
    home = Home(tmp_path / "home")
    ends_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    write(market(MarketSpec(ends_at, days=20, users=300, campaigns=6, history_days=60)), home)
    bad_lines(home, "bad.jsonl", 2000)

    swipesavvy(home.root, "run", "--select", "realtime")
    found = open_alerts(home)
    alert = found["validation_pass_rate", "all"]
    assert (alert["severity"], alert["state"]) == ("critical", "open")
    assert alert["value"] < 95 == alert["limit"]
    ((arrived_at, document),) = posts
    assert "validation_pass_rate" in {told["rule"] for told in document["data"]["alerts"]}
    assert arrived_at - published_at(home) < timedelta(minutes=1)
    assert len(document["data"]["alerts"]) == len(found), "however many, one message"

    swipesavvy(home.root, "alerts", "ack", alert["alert_id"], "--note", "sender is being repaired")
    taken = open_alerts(home)["validation_pass_rate", "all"]
    assert (taken["state"], taken["note"]) == ("acknowledged", "sender is being repaired")

    spoil_ledger(home, 1)
    bad_lines(home, "more.jsonl", 3)
    failed = subprocess.run([COMMAND, "run", "--home", home.root], capture_output=True, text=True, check=False)
    assert failed.returncode == 1, failed.stderr
    failure = open_alerts(home)["refresh_failed", "refresh"]
    assert (failure["severity"], failure["state"]) == ("critical", "open")
    assert "ledger_balances" in failure["says"]
    assert [told["rule"] for told in posts[1][1]["data"]["alerts"]] == ["refresh_failed"]

    spoil_ledger(home, -1)
    swipesavvy(home.root, "run", "--select", "realtime")
    after = open_alerts(home)
    assert ("refresh_failed", "refresh") not in after
    assert after["validation_pass_rate", "all"]["state"] == "acknowledged"
    assert "validation_pass_rate" not in {told["rule"] for told in posts[2][1]["data"]["alerts"]}

    seen = len(posts)
    swipesavvy(home.root, "run", "--select", "realtime", "--as-of", (ends_at - timedelta(days=3)).date().isoformat())
    assert open_alerts(home) == after
    assert len(posts) == seen, "a build of an asked-for instant is mute"
