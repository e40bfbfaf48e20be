"""History older than 30 days is let in by a recorded request, and by nothing else."""

import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from landed import NOW, content, land, line, rows, take_in
from test_replay import comparable
from typer.testing import CliRunner

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake.backfilling import record_backfills
from swipesavvy.adapters.lake.manifest import Backfill, Manifest
from swipesavvy.application.ingestion import BackfillRequest, QuarantineFilter
from swipesavvy.cli import app
from swipesavvy.domain.errors import BadInputError, UsageError
from swipesavvy.domain.home import Home

REQUEST = BackfillRequest("tablets were offline", "ada")
OLD = 24 * 60
TOO_OLD = QuarantineFilter(reason="too_old")


def old_file(tmp_path: Path, *lines: str, name: str = "archive.jsonl") -> Path:
    path = tmp_path / name
    data = "".join(f"{text}\n" for text in lines).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def call(home: Home, *arguments: str) -> str:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)], catch_exceptions=False).stdout


@pytest.mark.parametrize("name", ["archive.jsonl", "archive.jsonl.gz"])
def test_old_history_comes_in_once_with_a_record(home: Home, tmp_path: Path, name: str) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=OLD)])
    take_in(home)
    file = old_file(tmp_path, line(2, hours=OLD), line(3, hours=2 * OLD), line(1, 3600), "oops", name=name)
    report = open_lake(home).backfill(file, REQUEST, NOW)
    assert report.landing_file.startswith("events/backfill-")
    assert report.landing_file.endswith(name.removeprefix("archive"))
    assert (report.was_known, report.landed, report.clean, report.duplicate) == (False, 4, 2, 1)
    assert report.quarantined == {"malformed_json": 1}
    assert rows(open_lake(home).files()["events"], "user_id") == [("u1",), ("u2",), ("u3",)]
    (record,) = Manifest(home.lake / "manifest.db").backfills()
    assert (record.landing_file, record.reason, record.requested_by) == (report.landing_file, *vars(REQUEST).values())
    assert (record.requested_at, len(record.digest or "")) == (NOW, 64)
    before = content(home)
    again = open_lake(home).backfill(file, REQUEST, NOW + timedelta(hours=1))
    assert (again.was_known, again.landed, again.clean) == (True, 4, 2)
    assert content(home) == before


def test_a_rebuilt_lake_still_knows_the_request(home: Home, tmp_path: Path) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=OLD)])
    take_in(home)
    lake = open_lake(home)
    lake.backfill(old_file(tmp_path, line(3, hours=OLD)), REQUEST, NOW)
    lake.backfill_quarantined(TOO_OLD, REQUEST, NOW)
    before = comparable(content(home))
    shutil.rmtree(home.lake)
    take_in(home)
    assert comparable(content(home)) == before
    assert len(Manifest(home.lake / "manifest.db").backfills()) == 2


def test_lines_refused_as_too_old_can_be_let_in(home: Home) -> None:
    path = land(home, "a.jsonl", [line(1), line(2, hours=OLD), line(3, hours=OLD, source="web"), line(4, hours=OLD)])
    land(home, "b.jsonl", [line(5, hours=OLD)])
    take_in(home)
    lake = open_lake(home)
    assert lake.quarantined() == {"events": {"too_old": 4}}
    assert lake.replay(TOO_OLD, NOW).accepted.total() == 0
    chosen = QuarantineFilter(landing_file="events/a.jsonl")
    dry = lake.backfill_quarantined(chosen, REQUEST, NOW, is_dry=True)
    assert (dry.judged, dry.accepted.total(), dry.clean) == (3, 2, 0)
    assert not (home.landing / "backfills").exists()
    report = lake.backfill_quarantined(chosen, REQUEST, NOW)
    assert (report.judged, report.clean) == (3, 2)
    assert lake.quarantined() == {"events": {"bad_source": 1, "too_old": 1}}
    assert content(home).ledger["events/a.jsonl"] == (4, 3, 0, {"bad_source": 1})
    (record,) = Manifest(home.lake / "manifest.db").backfills()
    assert (record.landing_file, record.through_line, record.reason) == ("events/a.jsonl", 4, REQUEST.reason)
    # What lands in the same file afterwards is held to the rule again.
    with path.open("a", encoding="utf-8") as grown:
        grown.write(line(6, hours=OLD) + "\n")
    assert take_in(home).quarantined == {"too_old": 1}
    assert lake.backfill_quarantined(chosen, REQUEST, NOW + timedelta(hours=1)).clean == 1
    assert lake.backfill_quarantined(chosen, REQUEST, NOW + timedelta(hours=2)).accepted.total() == 0


def test_a_request_that_was_cut_short_is_completed_by_the_next_ingest(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=OLD)])
    take_in(home)
    record_backfills(home, [Backfill("events/a.jsonl", "because", "ada", NOW, through_line=2)])
    take_in(home)
    assert rows(open_lake(home).files()["events"], "user_id") == [("u1",), ("u2",)]


def test_what_is_no_file_of_events_is_refused_in_one_line(home: Home, tmp_path: Path) -> None:
    lake = open_lake(home)
    (tmp_path / "table.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "empty.jsonl").touch()
    for path, says in (
        (tmp_path / "nowhere.jsonl", "is no file"),
        (tmp_path, "is no file"),
        (tmp_path / "table.csv", "is none of"),
        (tmp_path / "empty.jsonl", "is empty"),
    ):
        with pytest.raises(BadInputError, match=says):
            lake.backfill(path, REQUEST, NOW)
    assert not home.landing.exists()
    with pytest.raises(UsageError, match="--reason is empty"):
        call(home, "backfill", str(tmp_path / "empty.jsonl"), "--reason", " ")
    folder = home.landing / "backfills"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInputError, match="is no record of a backfill"):
        take_in(home)


def test_the_commands(home: Home, tmp_path: Path) -> None:
    # The commands judge by the present day, so receipt decides.
    land(home, "a.jsonl", [line(1), line(2, hours=OLD), "oops\x1b[2J"])
    file = old_file(tmp_path, line(3, hours=OLD), "oops")
    said = call(home, "backfill", str(file), "--reason", "offline").splitlines()
    assert said[0].endswith("2 lines, 1 clean, 0 duplicate, 1 quarantined")
    assert "were handed in before" in call(home, "backfill", str(file), "--reason", "offline")
    listed = [json.loads(text) for text in call(home, "quarantine", "list", "--format", "json", "--raw").splitlines()]
    assert [(found["landing_line"], found["reason"]) for found in listed] == [
        (2, "too_old"),
        (3, "malformed_json"),
        (2, "malformed_json"),
    ]
    assert {"raw", "quarantined_at", "detail", "source"} <= listed[0].keys()
    table = call(home, "quarantine", "list", "--raw", "--reason", "malformed_json", "--file", "landing/events/a.jsonl")
    assert table.splitlines()[0].split() == ["place", "reason", "detail", "quarantined", "at"]
    assert table.splitlines()[2].strip() == r"oops\x1b[2J"
    assert "the newest 1 are shown" in call(home, "quarantine", "list", "--limit", "1")
    replay = ("quarantine", "replay", "--reason", "too_old", "--backfill-reason", "offline")
    assert call(home, *replay, "--dry-run").splitlines() == [
        "events: 1 of too_old would be accepted",
        "1 lines judged again: 1 accepted, 0 stay in quarantine",
    ]
    assert call(home, *replay).splitlines()[1].startswith("1 lines judged again: 1 accepted (1 clean, 0 duplicate)")
    assert call(home, "quarantine", "list", "--reason", "too_old") == "no refused lines\n"
    for arguments, says in (
        (("replay", "--backfill-reason", "x"), "--reason too_old"),
        (("replay", "--source", "nothing"), "there is no source nothing"),
        (("list", "--file", "a.jsonl"), "events/a.jsonl"),
        (("list", "--format", "xml"), "--format xml"),
    ):
        with pytest.raises(UsageError, match=says):
            call(home, "quarantine", *arguments)
