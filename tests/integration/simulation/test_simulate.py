"""The command, and what the rest of the product makes of its files."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from swipesavvy import cli
from swipesavvy.adapters.lake import open_lake
from swipesavvy.domain.home import REFERENCE_TABLES, Home
from swipesavvy.simulation.market import market
from swipesavvy.simulation.spec import Faults
from swipesavvy.simulation.writer import recorded_spec

SMALL = ("--days", "60", "--users", "300", "--campaigns", "5", "--seed", "11", "--until", "2026-06-29")
FAULTY = ("--duplicate-share", "0.05", "--late-share", "0.05", "--skewed-share", "0.02", "--broken-share", "0.03")

Simulate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def simulate(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Simulate:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["swipesavvy", "simulate", "--home", str(home.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_the_lake_finds_exactly_what_was_injected(simulate: Simulate, home: Home) -> None:
    code, out, err = simulate(*SMALL, *FAULTY, "--format", "json")
    assert code == 0, err
    counts = json.loads(out)
    report = open_lake(home).ingest(datetime(2026, 7, 1, tzinfo=UTC))
    events = report.sources["events"]
    assert (events.landed, events.clean, events.duplicate) == (counts["landed"], counts["clean"], counts["duplicates"])
    assert dict(events.quarantined) == counts["quarantined_by_reason"]
    assert events.late == counts["late"]
    assert not report.problems
    for table in REFERENCE_TABLES:
        assert report.sources[table].landed > 0
        assert not report.sources[table].quarantined


def test_faults_never_change_the_clean_market(simulate: Simulate, home: Home) -> None:
    code, _, err = simulate(*SMALL, *FAULTY)
    assert code == 0, err
    spec = recorded_spec(home)
    assert spec is not None
    lake = open_lake(home)
    lake.ingest(datetime(2026, 7, 1, tzinfo=UTC))
    kept = pl.read_parquet(
        lake.files()["events"], columns=["event_id", "event_at", "order_value", "view_type", "is_holdout"]
    )
    clean = market(replace(spec, faults=Faults(0, 0, 0, 0))).landed.select(
        pl.col("line").str.json_path_match(f"$.{path}").alias(name)
        for name, path in {
            "event_id": "event_id",
            "event_at": "timestamp",
            "order_value": "properties.order_value",
            "view_type": "properties.view_type",
            "is_holdout": "properties.is_holdout",
        }.items()
    )
    typed = clean.with_columns(
        pl.col("event_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us"),
        pl.col("order_value").cast(pl.Float64),
        is_holdout=pl.col("is_holdout").replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean),
    )
    assert kept.sort("event_id").equals(typed.sort("event_id"))


def test_twice_is_once_and_another_market_is_refused(simulate: Simulate, home: Home) -> None:
    code, out, err = simulate(*SMALL)
    assert code == 0, err
    assert "lines" in out
    before = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    assert simulate(*SMALL)[0] == 0
    assert before == {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    code, _, err = simulate(*SMALL, "--seed", "12")
    assert code == 2
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--users", "0"), 2),
        (("--late-share", "0.9"), 2),
        (("--live", "--rate", "0"), 2),
        (("--until", "tomorrow"), 2),
    ],
)
def test_wrong_requests_are_refused_plainly(simulate: Simulate, arguments: tuple[str, ...], code: int) -> None:
    ended, _, err = simulate(*arguments)
    assert ended == code
    assert err
    assert "Traceback" not in err


def test_a_home_that_cannot_be_written_is_named(simulate: Simulate, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    code, _, err = simulate("--home", str(blocked), "--days", "2", "--users", "5")
    assert code == 1
    assert err.splitlines()[-1].startswith(f"error: cannot write the market into {blocked}")


def test_nothing_is_sent_where_nobody_listens(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIPESAVVY_API_PORT", "1")
    code, _, err = simulate("--live", "--for", "1")
    assert code == 1
    assert "does not answer" in err
