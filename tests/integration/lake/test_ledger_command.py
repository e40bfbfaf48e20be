import json

import pytest
from landed import NOW, land, line
from typer.testing import CliRunner

from swipesavvy.adapters.lake import open_lake
from swipesavvy.cli import app
from swipesavvy.domain.errors import NotBuiltYetError, UsageError
from swipesavvy.domain.home import Home


def call(home: Home, *arguments: str) -> str:
    return CliRunner().invoke(app, ["ledger", *arguments, "--home", str(home.root)], catch_exceptions=False).stdout


def test_the_ledger_accounts_for_every_line(home: Home) -> None:
    land(home, "a.jsonl", [line(1), line(1), "oops"])
    land(home, "u.csv", ["user_id", "u1"], source="users")
    open_lake(home).ingest(NOW)
    events, users = (json.loads(text) for text in call(home, "--format", "json").splitlines())
    assert events == {
        "source": "events",
        "files": 1,
        "landed": 3,
        "clean": 1,
        "duplicate": 1,
        "quarantined": {"malformed_json": 1},
        "erased": 0,
        "scrubbed": 0,
        "balanced": True,
    }
    assert (users["source"], users["landed"], users["clean"]) == ("users", 1, 1)
    table = call(home).splitlines()
    assert table[0].split() == [
        "source",
        "files",
        "landed",
        "clean",
        "duplicate",
        "quarantined",
        "erased",
        "scrubbed",
        "balance",
    ]
    assert table[1].split() == ["events", "1", "3", "1", "1", "1", "0", "0", "ok"]
    assert table[-1] == "events: 1 quarantined as malformed_json"


def test_an_empty_home_says_what_to_do(home: Home) -> None:
    with pytest.raises(NotBuiltYetError, match="swipesavvy run"):
        call(home)
    with pytest.raises(UsageError, match="--format xml"):
        call(home, "--format", "xml")
