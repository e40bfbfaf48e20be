"""Cheap answers to "has anything changed?"."""

import os
from datetime import UTC, date, datetime

import duckdb

from swipesavvy.adapters import build_planning
from swipesavvy.adapters.code_version import code_version, landing_signature
from swipesavvy.adapters.durable import write_text
from swipesavvy.adapters.lake.manifest import BatchRecord, Manifest
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def publish_empty(home: Home) -> str:
    home.serving.mkdir(parents=True)
    with duckdb.connect(home.serving / "20261121T000000Z-aaaaaaaa.duckdb") as connection:
        connection.execute("create table build_info as select '0' as lake_version")
    write_text(home.current_pointer, "20261121T000000Z-aaaaaaaa.duckdb\n")
    return "20261121T000000Z-aaaaaaaa"


def test_the_landing_signature_sees_new_grown_and_rewritten_files(home: Home) -> None:
    assert landing_signature(home) is None
    home.landing_events.mkdir(parents=True)
    assert landing_signature(home) is None
    file = home.landing_events / "a.jsonl"
    file.write_text("{}\n", encoding="utf-8")
    seen = [landing_signature(home)]
    with file.open("a", encoding="utf-8") as grown:
        grown.write("{}\n")
    seen.append(landing_signature(home))
    os.utime(file, (1, 1))
    seen.append(landing_signature(home))
    (home.landing_events / "b.jsonl").touch()
    seen.append(landing_signature(home))
    assert len(set(seen)) == 4
    (home.landing_events / ".hidden.tmp").touch()
    assert landing_signature(home) == seen[-1]


def test_what_builds_emitted_is_no_change_of_landing(home: Home) -> None:
    home.landing_events.mkdir(parents=True)
    home.emitted_file(date(2026, 11, 21)).touch()
    assert landing_signature(home) is None
    (home.landing_events / "a.jsonl").touch()
    before = landing_signature(home)
    home.emitted_file(date(2026, 11, 22)).touch()
    assert landing_signature(home) == before
    home.landing_table("users").mkdir()
    (home.landing_table("users") / home.emitted_file(date(2026, 11, 21)).name).touch()
    assert landing_signature(home) != before


def test_a_build_stands_only_while_nothing_it_saw_has_changed(home: Home) -> None:
    home.landing_events.mkdir(parents=True)
    (home.landing_events / "a.jsonl").write_text("{}\n", encoding="utf-8")
    assert build_planning.standing_build(home, None) is None
    build_planning.remember_seen(home, None, landing_signature(home))
    assert build_planning.standing_build(home, None) is None, "nothing is published"
    build_id = publish_empty(home)
    build_planning.remember_seen(home, None, landing_signature(home))
    assert build_planning.standing_build(home, None) == build_id
    assert build_planning.standing_build(home, "2026-11-20") is None, "another instant"
    (home.landing_events / "b.jsonl").touch()
    assert build_planning.standing_build(home, None) is None, "a new file"


def test_a_build_stands_no_longer_once_the_lake_changes_by_itself(home: Home) -> None:
    publish_empty(home)
    build_planning.remember_seen(home, None, landing_signature(home))
    assert build_planning.standing_build(home, None) is not None
    home.lake.mkdir()
    manifest = Manifest(home.lake / "manifest.db")
    manifest.create()
    manifest.commit(BatchRecord("events", changes_content=False), NOW)
    assert build_planning.standing_build(home, None) is not None, "housekeeping"
    manifest.commit(BatchRecord("events"), NOW)
    assert build_planning.standing_build(home, None) is None, "a replay, or a lake that was deleted"


def test_a_damaged_note_is_no_answer(home: Home) -> None:
    write_text(home.warehouse / "seen.json", "{")
    assert build_planning.standing_build(home, None) is None
    write_text(home.warehouse / "seen.json", '{"other": 1}')
    assert build_planning.standing_build(home, None) is None


def test_the_code_version_is_stable_within_a_checkout() -> None:
    assert code_version() == code_version()
    assert len(code_version()) == 16
