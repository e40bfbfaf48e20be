import gzip
import logging
import os
from pathlib import Path

import pytest
from landed import NOW, append, content, land, line, rows, take_in

from swipesavvy.adapters.lake import landing, open_lake
from swipesavvy.adapters.lake.files import LakeWriteError
from swipesavvy.adapters.lake.lines import Chunk
from swipesavvy.adapters.lake.staging import Stage
from swipesavvy.domain.home import REFERENCE_TABLES, Home


def users(home: Home) -> list[str]:
    return [row[0] for row in rows(open_lake(home).files()["events"], "user_id")]


def test_an_empty_or_missing_landing_folder_is_no_error(home: Home) -> None:
    lake = open_lake(home)
    assert lake.version() == "0"
    assert not home.lake.exists()
    report = lake.ingest(NOW)
    assert report.landed == 0
    assert report.notes == [f"nothing has landed in {home.landing}"]
    assert lake.files() == {name: [] for name in ("events", *REFERENCE_TABLES)}
    assert (lake.data_as_of(), lake.ledger(), lake.quarantined(), lake.version()) == (None, [], {}, "0")


def test_only_new_bytes_are_read_and_nothing_new_changes_nothing(home: Home) -> None:
    path = land(home, "a.jsonl", [line(1), "", line(2)])
    assert take_in(home).landed == 2
    version = open_lake(home).version()
    assert take_in(home).landed == 0
    assert open_lake(home).version() == version
    append(path, line(3) + "\n")
    assert take_in(home).landed == 1
    assert users(home) == ["u1", "u2", "u3"]
    assert rows(open_lake(home).files()["events"], "landing_line") == [(1,), (3,), (4,)]
    assert open_lake(home).version() != version


def test_a_torn_last_line_waits_for_its_rest(home: Home) -> None:
    path = land(home, "a.jsonl", [line(1)])
    torn = line(2)
    append(path, torn[:40])
    report = take_in(home)
    assert (report.landed, report.pending) == (1, ["events/a.jsonl:2"])
    assert take_in(home).pending == ["events/a.jsonl:2"]
    append(path, torn[40:] + "\n")
    report = take_in(home)
    assert (report.landed, report.clean, report.pending) == (1, 1, [])
    assert users(home) == ["u1", "u2"]


def test_a_whole_last_line_without_newline_counts_and_its_newline_is_no_line(home: Home) -> None:
    path = land(home, "a.jsonl", [line(1)])
    append(path, line(2))
    assert take_in(home).landed == 2
    append(path, "\n" + line(3) + "\n")
    assert take_in(home).landed == 1
    assert rows(open_lake(home).files()["events"], "landing_line") == [(1,), (2,), (3,)]


def test_compressed_files_are_read_and_may_grow_by_members(home: Home) -> None:
    path = land(home, "a.jsonl.gz", [line(1), line(2)])
    assert take_in(home).landed == 2
    with path.open("ab") as handle:
        handle.write(gzip.compress((line(3) + "\n").encode()))
    assert take_in(home).landed == 1
    assert users(home) == ["u1", "u2", "u3"]


def test_a_truncated_gzip_gives_its_whole_lines_and_one_warning(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    path = land(home, "a.jsonl.gz", [line(number, properties={"x": os.urandom(90).hex()}) for number in range(400)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    land(home, "b.jsonl", [line(900)])
    with caplog.at_level(logging.WARNING):
        report = take_in(home)
    assert 50 < report.landed < 400
    assert report.clean == report.landed
    assert len(report.problems) == len(caplog.records) == 1
    assert report.problems[0].startswith("landing/events/a.jsonl.gz ends in the middle")
    path.write_bytes(whole)
    report = take_in(home)
    assert (report.problems, report.pending) == ([], [])
    assert len(users(home)) == 401


def test_a_file_that_is_no_gzip_is_named_and_its_neighbour_taken(home: Home) -> None:
    (home.landing_events).mkdir(parents=True)
    (home.landing_events / "a.jsonl.gz").write_bytes(b"plain text")
    land(home, "b.jsonl", [line(1)])
    report = take_in(home)
    assert report.landed == 1
    assert len(report.problems) == 1
    assert "could not be read to its end (Not a gzipped file" in report.problems[0]


def test_a_file_that_vanishes_while_being_read_costs_one_warning(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number, name in enumerate(("a.jsonl", "b.jsonl", "c.jsonl")):
        land(home, name, [line(number)])
    really_open = landing.open_landing

    def open_after_a_thief(file: landing.LandingFile) -> object:
        if file.name == "events/b.jsonl":
            file.path.unlink()
        return really_open(file)

    monkeypatch.setattr("swipesavvy.adapters.lake.lines.open_landing", open_after_a_thief)
    with caplog.at_level(logging.WARNING):
        report = take_in(home)
    assert users(home) == ["u0", "u2"]
    assert report.problems == ["landing/events/b.jsonl vanished while it was being read; land it again if it is needed"]
    assert [record.message for record in caplog.records] == report.problems
    assert take_in(home).problems == []


def test_a_file_that_shrank_or_was_replaced_keeps_what_was_taken(home: Home) -> None:
    shrunk, replaced = land(home, "a.jsonl", [line(1), line(2)]), land(home, "b.jsonl", [line(3)])
    take_in(home)
    shrunk.write_text(line(1) + "\n")
    replaced.write_text(line(4) + "\n" + line(5) + "\n")
    land(home, "c.jsonl", [line(6)])
    report = take_in(home)
    assert report.landed == 1
    assert [problem.split(" ")[0:2] for problem in report.problems] == [
        ["landing/events/a.jsonl", "shrank"],
        ["landing/events/b.jsonl", "was"],
    ]
    assert take_in(home).problems == report.problems
    assert users(home) == ["u1", "u2", "u3", "u6"]


def test_what_is_no_landing_file_is_left_alone(home: Home) -> None:
    land(home, "a.jsonl", [line(1)])
    land(home, "notes.txt", ["hello"])
    land(home, "half.jsonl.tmp", ["{"])
    land(home, ".hidden.jsonl", [line(2)])
    (home.landing_events / "folder.jsonl").mkdir()
    report = take_in(home)
    assert report.landed == 1
    assert len(report.problems) == 2
    assert "is a folder" in report.problems[0]
    assert "none of .jsonl, .jsonl.gz" in report.problems[1]


def test_quarantine_keeps_the_line_and_why(home: Home) -> None:
    bad = line(1, properties={"engagement_type": "nap", "session_duration_seconds": -1})
    land(home, "a.jsonl", [line(2), bad, "oops"])
    (home.landing_events / "b.jsonl").write_bytes(b'{"a": "\xff"}\n')
    take_in(home)
    assert content(home).quarantine == [
        ("events/a.jsonl", 2, "bad_property", "engagement_type, session_duration_seconds", bad),
        ("events/a.jsonl", 3, "malformed_json", None, "oops"),
        ("events/b.jsonl", 1, "malformed_json", "not UTF-8", '{"a": "\\xff"}'),
    ]
    assert open_lake(home).quarantined() == {"events": {"bad_property": 1, "malformed_json": 2}}


def test_many_small_batches_are_merged(home: Home) -> None:
    path = land(home, "a.jsonl", [line(0), "oops"])
    for number in range(1, 20):
        take_in(home)
        append(path, line(number) + "\n" + line(number, received=9) + "\noops\n")
    take_in(home)
    files = open_lake(home).files()["events"]
    assert len(files) < 10
    assert len(users(home)) == 20
    assert content(home).ledger == {"events/a.jsonl": (59, 20, 19, {"malformed_json": 20})}


def test_files_no_batch_committed_are_swept(home: Home) -> None:
    land(home, "a.jsonl", [line(1)])
    take_in(home)
    orphan = home.lake / "events" / "2026-11-20" / "orphan.parquet"
    orphan.write_bytes(b"half")
    known = set(Path(home.lake).rglob("*.parquet")) - {orphan}
    take_in(home)
    assert set(Path(home.lake).rglob("*.parquet")) == known


def test_a_line_that_judging_loses_stops_the_batch(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    land(home, "a.jsonl", [line(1), line(2), "oops"])
    judge = Stage.add

    def lose_one(stage: Stage, chunk: Chunk) -> None:
        judge(stage, chunk)
        stage.connection.execute("DELETE FROM staged WHERE line_no = 2")

    with monkeypatch.context() as patched:
        patched.setattr(Stage, "add", lose_one)
        with pytest.raises(LakeWriteError, match="3 event lines were read but 2 judged"):
            take_in(home)
    assert take_in(home).clean == 2
