"""The door and the lake judge every event alike: same verdict, same reason."""

import tempfile
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from event_corpus import NOW, event_texts
from hypothesis import HealthCheck, Phase, given, settings

from swipesavvy.adapters.lake import ParquetLake
from swipesavvy.api.cutting import cut_event
from swipesavvy.application.collecting import judge, landing_line
from swipesavvy.domain.home import Home

KEY = bytes(32)
HEALTH = list(HealthCheck)


def at_the_door(raws: list[bytes], now: datetime) -> tuple[list[str | None], bytes]:
    """The collector's reasons, and the lines it lands."""
    events = [cut_event(raw, KEY)[0] for raw in raws]
    reasons = [verdict.reason and verdict.reason.value for verdict in judge(events, now)]
    return reasons, b"".join(landing_line(event.raw, now.isoformat()) for event in events)


def in_the_lake(lines: bytes, now: datetime) -> dict[int, str]:
    """The lake's reasons by line number."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.landing_events.mkdir(parents=True)
        (home.landing_events / "a.jsonl").write_bytes(lines)
        lake = ParquetLake(home)
        report = lake.ingest_events(now)
        assert not report.problems
        files = [str(home.lake / file.path) for file in lake._manifest.files("quarantine:events")]
        if not files:
            return {}
        return dict(duckdb.execute("SELECT landing_line, reason FROM read_parquet($1)", [files]).fetchall())


def compare(raws: list[bytes]) -> None:
    told, lines = at_the_door(raws, NOW)
    found = in_the_lake(lines, NOW)
    for number, (raw, reason) in enumerate(zip(raws, told, strict=True), start=1):
        assert found.get(number) == reason, (raw, reason, found.get(number))


def drawn(count: int) -> list[bytes]:
    """So many different events; one ingest for all of them, because an ingest costs more than an event."""
    found: list[bytes] = []

    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=HEALTH)
    @given(event_texts())
    def collect(text: str) -> None:
        found.append(text.encode())

    collect()
    return found


def test_the_door_and_the_lake_agree() -> None:
    compare(drawn(500))


@pytest.mark.slow
def test_the_door_and_the_lake_agree_on_many() -> None:
    compare(drawn(20_000))
