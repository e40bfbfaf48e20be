"""Refused lines are judged again once the contract is mended, and history is let in on request."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from landed import NOW, Content, content, land, line, narrower_contract, rows, take_in, uid

from swipesavvy.adapters.lake import ParquetLake, open_lake
from swipesavvy.application.ingestion import QuarantineFilter
from swipesavvy.domain import reference_tables
from swipesavvy.domain.home import Home

ALL = QuarantineFilter()
LATER = NOW + timedelta(hours=1)


def market(home: Home) -> None:
    """Valid lines, copies across files and days, lines that stay refused, over several batches."""
    known = {"engagement_type": "app_open"}
    first = [line(n, n * 20, hours=30 * (n % 2), **({"properties": known} if n % 3 else {})) for n in range(30)]
    second = [line(n, n * 20 + 100 * (n % 4)) for n in range(20, 40)] + ["oops", line(99, source="web")]
    land(home, "a.jsonl", first)
    land(home, "b.jsonl.gz", second)


def comparable(found: Content) -> Content:
    """Without the instant of availability, which differs by the time of the replay."""
    return replace(found, events=[row[:-1] for row in found.events], duplicates=[row[:-1] for row in found.duplicates])


def test_a_replay_gives_the_lake_the_mended_contract_would_have_given(home: Home, tmp_path: Path) -> None:
    whole = Home(tmp_path / "whole")
    for at in (home, whole):
        market(at)
    take_in(whole)
    with narrower_contract():
        take_in(home, chunk_bytes=3000, batch_lines=15)
    refused = open_lake(home).quarantined()["events"]
    assert refused["bad_property"] == 30
    lake = ParquetLake(home)
    version = lake.version()
    dry = lake.replay(ALL, LATER, is_dry=True)
    assert (dry.judged, dry.accepted, dry.clean) == (32, {("events", "bad_property"): 30}, 0)
    assert lake.version() == version
    report = lake.replay(ALL, LATER)
    assert report.accepted == dry.accepted
    assert report.clean + report.duplicate == 30
    assert comparable(content(home)) == comparable(content(whole))
    assert lake.version() != version
    version, files = lake.version(), lake.files()
    again = lake.replay(ALL, LATER)
    assert (again.judged, again.accepted.total()) == (2, 0)
    assert (lake.version(), lake.files()) == (version, files)


def test_only_chosen_lines_are_judged_again(home: Home) -> None:
    land(home, "a.jsonl", [line(1), "oops"])
    land(home, "b.jsonl", [line(2)])
    with narrower_contract():
        take_in(home)
    lake = open_lake(home)
    assert lake.replay(QuarantineFilter(reason="malformed_json"), NOW).accepted.total() == 0
    assert lake.replay(QuarantineFilter(landing_file="events/b.jsonl"), NOW).clean == 1
    assert lake.replay(QuarantineFilter(source="users"), NOW).judged == 0
    assert rows(lake.files()["events"], "user_id") == [("u2",)]
    assert lake.quarantined() == {"events": {"bad_property": 1, "malformed_json": 1}}


def test_a_run_says_how_many_lines_a_replay_would_move(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(2), "oops"])
    with narrower_contract():
        assert take_in(home).notes == []
        assert take_in(home).notes == []
    (note,) = take_in(home).notes
    assert "events: 2 quarantined lines would be accepted" in note
    assert "quarantine replay" in note
    lake = open_lake(home)
    lake.replay(QuarantineFilter(reason="bad_property", landing_file="events/a.jsonl"), NOW)
    assert take_in(home).notes == []


def test_replayed_lines_take_part_in_choosing_the_copy_that_counts(home: Home) -> None:
    # The refused copy was received last within five minutes, so it wins once it is accepted: on another day.
    land(home, "a.jsonl", [line(1, 0, hours=30, properties={"engagement_type": "app_open"}, user_id="first")])
    land(home, "b.jsonl", [line(1, 60, user_id="last")])
    with narrower_contract():
        take_in(home)
    assert rows(open_lake(home).files()["events"], "user_id") == [("first",)]
    report = open_lake(home).replay(ALL, NOW)
    assert (report.clean, report.duplicate) == (0, 1)
    assert rows(open_lake(home).files()["events"], "user_id") == [("last",)]
    assert content(home).ledger == {"events/a.jsonl": (1, 0, 1, {}), "events/b.jsonl": (1, 1, 0, {})}


def test_rows_of_reference_tables_are_replayed_from_their_files(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    table = reference_tables.TABLES["orders"]
    statuses = next(column for column in table.columns if column.name == "status")
    narrow = replace(
        table,
        columns=tuple(replace(c, choices=("paid",)) if c is statuses else c for c in table.columns),
    )
    header = "order_id,user_id,ordered_at,amount,currency,status"
    good = f"{uid(1)},u1,2026-11-20T10:00:00Z,5,USD,paid"
    later_good = f"{uid(2)},u2,2026-11-20T10:00:00Z,5,USD,{statuses.choices[-1]}"
    land(home, "o.csv", [header, good, later_good, "nonsense,u3,never,-,USD,paid"], source="orders")
    with monkeypatch.context() as patched:
        patched.setitem(reference_tables.TABLES, "orders", narrow)
        open_lake(home).ingest_table("orders", NOW)
    lake = open_lake(home)
    assert sum(lake.quarantined()["orders"].values()) == 2
    report = lake.ingest_table("orders", NOW)
    assert "orders: 1 quarantined" in report.notes[0]
    version = lake.version()
    assert lake.replay(ALL, NOW, is_dry=True).accepted.total() == 1
    assert lake.version() == version
    assert lake.replay(ALL, NOW).clean == 1
    assert len(rows(lake.files()["orders"])) == 2
    assert sum(lake.quarantined()["orders"].values()) == 1
    version = lake.version()
    assert lake.replay(ALL, NOW).accepted.total() == 0
    assert lake.version() == version
    assert lake.ingest_table("orders", NOW).notes == []
    assert all(row.balances for row in lake.ledger())


def test_refused_rows_of_tables_remember_since_when(home: Home) -> None:
    path = land(home, "u.csv", ["user_id,region", ",DE"], source="users")
    lake = open_lake(home)
    lake.ingest_table("users", NOW)
    with path.open("a", encoding="utf-8") as grown:
        grown.write("u1,DE\n,FR\n")
    lake.ingest_table("users", LATER)
    found = lake.quarantined_lines(QuarantineFilter(source="users"), 10)
    assert [(line.landing_line, line.quarantined_at) for line in found] == [(4, LATER), (2, NOW)]
