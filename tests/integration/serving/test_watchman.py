"""What is looked after between runs: a run that does not come, a disk that fills up, parts that are not well."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from swipesavvy.adapters.alerting import open_alerting
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.waiting_data import waiting_since
from swipesavvy.adapters.watchman import Watchman
from swipesavvy.domain.alerts import Alert, Severity, State
from swipesavvy.domain.health import Part, disk_part
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVENT = {
    "event_id": "11111111-1111-4111-8111-111111111111",
    "event_type": "user_engaged",
    "user_id": "u1",
    "timestamp": "2026-11-21T11:00:00Z",
    "received_at": "2026-11-21T11:00:01Z",
    "source": "mobile",
    "session_id": "s1",
    "properties": {"engagement_type": "app_open"},
}


@pytest.fixture
def settings(home: Home) -> Settings:
    return Settings(home=home.root)


@pytest.fixture
def watchman(settings: Settings) -> Watchman:
    return Watchman(settings, probes=[("fine", lambda _: Part("fine", "ok", "fine"))])


def land(home: Home, name: str = "a.jsonl") -> None:
    home.landing_events.mkdir(parents=True, exist_ok=True)
    with (home.landing_events / name).open("a", encoding="utf-8") as file:
        file.write(json.dumps(EVENT) + "\n")


def publish(home: Home, build_id: str) -> None:
    """A snapshot that says it was made of the lake as it is."""
    home.serving.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(home.serving / f"{build_id}.duckdb") as connection:
        row = [build_id, open_lake(home).version()]
        connection.execute("create table build_info as select ?::varchar as build_id, ?::varchar as lake_version", row)
    home.current_pointer.write_text(f"{build_id}.duckdb\n", encoding="utf-8")


def alerts(settings: Settings) -> list[Alert]:
    with open_alerting(settings) as alerting:
        return alerting.list_open()


def test_landed_data_that_no_run_takes_in_becomes_an_alert(home: Home, settings: Settings, watchman: Watchman) -> None:
    land(home)
    told = []
    for minute in range(62):
        land(home)  # a steady stream: the files always look fresh
        told += watchman.check(NOW + minute * MINUTE).sent.get("log", [])
    assert [(notice.rule, notice.severity, notice.news) for notice in told] == [
        ("refresh_overdue", "info", "new"),
        ("refresh_overdue", "warning", "worse"),
        ("refresh_overdue", "critical", "worse"),
    ]
    assert [notice.at - NOW for notice in told] == [11 * MINUTE, 16 * MINUTE, 61 * MINUTE]
    open_lake(home).ingest_events(NOW)
    publish(home, "20261121T130200Z-aaaaaaaa")
    (over,) = watchman.check(NOW + 63 * MINUTE).sent["log"]
    assert over.news == "resolved"
    assert alerts(settings) == []


def test_the_time_begins_anew_with_each_build_and_survives_a_restart(home: Home) -> None:
    land(home)
    assert waiting_since(home, NOW) == NOW
    assert waiting_since(home, NOW + MINUTE) == NOW
    open_lake(home).ingest_events(NOW)
    assert waiting_since(home, NOW + 2 * MINUTE) == NOW, "in the lake but not published"
    publish(home, "20261121T120200Z-aaaaaaaa")
    assert waiting_since(home, NOW + 3 * MINUTE) is None
    land(home, "b.jsonl")
    later = NOW + timedelta(hours=5)
    assert waiting_since(home, later) == later, "an idle night is no standstill"
    publish(home, "20261121T170200Z-bbbbbbbb")
    assert waiting_since(home, later + MINUTE) == later + MINUTE
    (home.warehouse / "waiting.json").write_text("{", encoding="utf-8")
    assert waiting_since(home, later + 2 * MINUTE) == later + 2 * MINUTE


def test_what_builds_emit_waits_for_nobody(home: Home) -> None:
    land(home, "emitted-2026-11-21.jsonl")
    assert waiting_since(home, NOW) is None
    assert not home.warehouse.exists()


def test_an_empty_home_is_no_alert(settings: Settings) -> None:
    assert Watchman(settings).check(NOW).failed == {}
    assert [alert for alert in alerts(settings) if alert.rule != "disk_full"] == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of a few megabytes; skips with the reason where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False) if mount else None
    if done is None or done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip() if done else 'there is no mount'}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_real_disk_filled_to_90_percent_is_an_alert(small_disk: Path) -> None:
    settings = Settings(home=small_disk / "home")
    watchman = Watchman(settings)
    assert watchman.check(NOW).sent == {}
    usage = shutil.disk_usage(small_disk)
    (small_disk / "filler").write_bytes(bytes(int(usage.total * 0.905) - usage.used))
    (notice,) = watchman.check(NOW + MINUTE).sent["log"]
    assert (notice.rule, notice.severity, notice.news) == ("disk_full", "critical", "new")
    assert "limit 90%" in notice.says
    (small_disk / "filler").unlink()
    (over,) = watchman.check(NOW + 2 * MINUTE).sent["log"]
    assert over.news == "resolved"


def test_a_full_disk_is_told_wherever_its_numbers_come_from(settings: Settings) -> None:
    watchman = Watchman(settings, probes=[("disk", lambda _: disk_part(5 * 10**9, 100 * 10**9))])
    (notice,) = watchman.check(NOW).sent["log"]
    assert (notice.rule, notice.severity) == ("disk_full", "critical")


def test_an_api_that_does_not_answer_is_an_alert(settings: Settings, home: Home) -> None:
    watchman = Watchman(settings, "http://127.0.0.1:9", probes=[("fine", lambda _: Part("fine", "ok", "fine"))])
    (notice,) = watchman.check(NOW).sent["log"]
    assert (notice.rule, notice.subject) == ("part_bad", "api")


def test_failing_requests_to_the_store_are_counted_between_looks(settings: Settings) -> None:
    counts = {"requests": 100, "failures": 50}

    def store(_: datetime) -> Part:
        return Part("operational_store", "ok", "sqlite answers", {**counts})

    watchman = Watchman(settings, probes=[("operational_store", store)])
    (first,) = watchman.check(NOW).sent["log"]
    assert (first.rule, first.news) == ("database_errors", "new")
    counts["requests"] = 200
    (over,) = watchman.check(NOW + MINUTE).sent["log"]
    assert over.news == "resolved", "none of the last hundred failed"
    counts["requests"], counts["failures"] = 260, 54
    assert [notice.rule for notice in watchman.check(NOW + timedelta(hours=2)).sent["log"]] == ["database_errors"]


def test_a_broken_store_is_told_directly_once_an_hour(home: Home, settings: Settings, watchman: Watchman) -> None:
    home.ops_file.write_bytes(b"this is no database" * 100)
    (notice,) = watchman.check(NOW).sent["log"]
    assert (notice.rule, notice.severity) == ("part_bad", "critical")
    assert "damaged" in notice.says
    assert watchman.check(NOW + MINUTE).sent == {}
    assert list(watchman.check(NOW + 61 * MINUTE).sent) == ["log"]
    assert "operational store is damaged" in (home.logs / "alerts.log").read_text(encoding="utf-8")


def test_a_missing_part_is_an_alert_until_it_is_well(settings: Settings) -> None:
    state = ["bad"]

    def lake(_: datetime) -> Part:
        return Part("lake", "bad" if state[0] == "bad" else "ok", "its manifest is damaged")

    watchman = Watchman(settings, probes=[("lake", lake)])
    watchman.check(NOW)
    (alert,) = alerts(settings)
    assert (alert.severity, alert.state, alert.subject) == (Severity.CRITICAL, State.OPEN, "lake")
    state[0] = "ok"
    watchman.check(NOW + MINUTE)
    assert alerts(settings) == []
