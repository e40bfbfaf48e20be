"""Whatever happens in whatever order: landed = clean + duplicate + quarantined + erased, and the files say the same."""

import tempfile
from collections import Counter
from pathlib import Path

import duckdb
from dying import REQUEST
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed import NOW, land, line, narrower_contract, take_in

from swipesavvy.adapters.lake import ParquetLake, open_lake
from swipesavvy.adapters.lake.manifest import Manifest
from swipesavvy.adapters.ledger_table import batch_ledger_table
from swipesavvy.application.ingestion import QuarantineFilter
from swipesavvy.domain.home import Home

EVENT = st.builds(
    line,
    st.integers(0, 12),
    received=st.sampled_from([None, 0, 60, 240, 400, 90_000]),
    hours=st.sampled_from([0, 5, 30, 24 * 40]),
    source=st.sampled_from(["mobile", "mobile", "web"]),
    properties=st.sampled_from([{"engagement_type": "search"}, {"engagement_type": "app_open"}]),
)
LINES = st.lists(st.one_of(EVENT, st.just("oops"), st.just("")), min_size=1, max_size=8)
DEEDS = st.lists(
    st.one_of(LINES, st.sampled_from(["ingest", "ingest narrowly", "replay", "let in"])),
    min_size=3,
    max_size=7,
)


def do(home: Home, number: int, deed: str | list[str]) -> None:
    lake = ParquetLake(home)
    if isinstance(deed, list):
        land(home, f"{number % 3}-{number}.jsonl", deed)
    elif deed == "replay":
        lake.replay(QuarantineFilter(), NOW)
    elif deed == "let in":
        lake.backfill_quarantined(QuarantineFilter(), REQUEST, NOW)
    elif deed == "ingest narrowly":
        with narrower_contract():
            take_in(home)
    else:
        take_in(home)


def stored(home: Home, kind: str, by: str) -> Counter[tuple[str, ...]]:
    """Rows in the files of a kind, counted."""
    files = [str(home.lake / file.path) for file in Manifest(home.lake / "manifest.db").files(kind)]
    if not files:
        return Counter()
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {by}, count(*) FROM read_parquet($1) GROUP BY ALL", [files]).fetchall()
    return Counter({tuple(key): count for *key, count in found})


def check(home: Home) -> None:
    lake = open_lake(home)
    sums: Counter[tuple[object, ...]] = Counter()
    counted: dict[str, Counter[tuple[str, ...]]] = {
        "clean": Counter(),
        "duplicate": Counter(),
        "quarantined": Counter(),
    }
    for part in batch_ledger_table(lake).to_pylist():
        sign = {"landed": 1, "scrubbed": 0}.get(part["outcome"], -1)
        for key in ((part["batch_id"],), (part["landing_file"],), ()):
            sums[key] += sign * part["line_count"]
        if part["outcome"] in counted:
            reason = (part["reason"],) if part["reason"] else ()
            counted[part["outcome"]][(part["landing_file"], *reason)] += part["line_count"]
    assert not any(sums.values())
    assert +counted["clean"] == stored(home, "events", "landing_file")
    assert +counted["duplicate"] == stored(home, "duplicates", "landing_file")
    assert +counted["quarantined"] == stored(home, "quarantine:events", "landing_file, reason")
    assert not [count for counts in counted.values() for count in counts.values() if count < 0]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DEEDS)
def test_the_ledger_balances_and_agrees_with_the_files(deeds: list[str | list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for number, deed in enumerate([*deeds, "ingest"]):
            do(home, number, deed)
        check(home)
