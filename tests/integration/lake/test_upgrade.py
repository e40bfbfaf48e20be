"""A lake that an older program wrote is taken over in place."""

import sqlite3
from datetime import UTC, datetime

import pytest
from landed import NOW, content, forget_version_two, land, line, rows, take_in

from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.lake.manifest_schema import LACKS_AVAILABLE_AT, VERSION
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.home import Home


def test_an_old_lake_is_read_and_goes_on_growing(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(1), line(2), "oops"])
    take_in(home)
    before, version = content(home), open_lake(home).version()
    forget_version_two(home)
    assert [(row.landed, row.erased, row.scrubbed) for row in open_lake(home).ledger()] == [(4, 0, 0)]
    # Line 2 of the second file is a later copy that pushes an old row out.
    land(home, "b.jsonl", [line(3), line(2, 60)])
    take_in(home)
    lake = open_lake(home)
    moments = dict(rows(lake.files()["events"], "user_id, available_at"))
    assert moments == {"u1": None, "u2": NOW.replace(tzinfo=None), "u3": NOW.replace(tzinfo=None)}
    assert int(lake.version()) == int(version) + 1
    assert lake._manifest.fact(LACKS_AVAILABLE_AT) is None
    after = content(home)
    assert len(after.duplicates) == len(before.duplicates) + 1
    assert after.quarantine == before.quarantine


def test_an_upgrade_that_is_cut_short_starts_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    land(home, "a.jsonl", [line(1), line(2, hours=30)])
    take_in(home)
    forget_version_two(home)
    lake = open_lake(home)
    with monkeypatch.context() as patched:
        patched.setattr(lake._manifest, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            lake.ingest_events(NOW)
    take_in(home)
    assert rows(open_lake(home).files()["events"], "user_id, available_at") == [("u1", None), ("u2", None)]


def test_a_newer_manifest_is_refused_in_one_line(home: Home) -> None:
    land(home, "a.jsonl", [line(1)])
    take_in(home)
    with sqlite3.connect(home.lake / "manifest.db") as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.close()
    with pytest.raises(BadInputError, match="use the newer program"):
        take_in(home)


def test_every_event_tells_when_it_became_available(home: Home) -> None:
    land(home, "a.jsonl", [line(1)])
    open_lake(home).ingest_events(NOW)
    later = datetime(2026, 11, 21, 13, tzinfo=UTC)
    land(home, "b.jsonl", [line(2)])
    open_lake(home).ingest_events(later)
    found = rows(open_lake(home).files()["events"], "user_id, available_at")
    assert found == [("u1", NOW.replace(tzinfo=None)), ("u2", later.replace(tzinfo=None))]
