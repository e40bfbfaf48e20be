"""The ledger's check sees lines that are nowhere, also where its own sums agree with each other."""

import json
import sqlite3
from datetime import UTC, datetime

import dagster as dg
import pytest

from dagster_project.lake_checks import ledger_balances
from dagster_project.resources import Installation
from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import Home

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def taken_in(home: Home) -> Home:
    """A lake of three events, one of them a copy, and a line that is none."""
    home.landing_events.mkdir(parents=True)
    event = {"event_type": "user_engaged", "timestamp": "2026-03-09T10:00:00Z", "user_id": "u", "source": "mobile"}
    ids = [f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 2)]
    lines = [json.dumps(event | {"event_id": event_id}) for event_id in ids] + ["{}"]
    (home.landing_events / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    open_lake(home).ingest_events(NOW)
    return home


def verdict(home: Home) -> dg.AssetCheckResult:
    result = ledger_balances(installation=Installation(root=str(home.root)))
    assert isinstance(result, dg.AssetCheckResult)
    return result


def tamper(home: Home, assignment: str) -> None:
    with sqlite3.connect(home.lake / "manifest.db") as connection:
        connection.execute(f"update ledger set {assignment}")
    connection.close()


def test_a_ledger_that_accounts_for_every_line_passes(taken_in: Home) -> None:
    assert verdict(taken_in).passed


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("landed = landed + 1", "5 landed, but 2 clean"),
        ("landed = landed + 1, clean = clean + 1", "the ledger counts 3 clean events, the lake holds 2"),
    ],
)
def test_a_lost_line_holds_everything_back(taken_in: Home, assignment: str, told: str) -> None:
    tamper(taken_in, assignment)
    found = verdict(taken_in)
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.ERROR
    assert told in str(found.description)
