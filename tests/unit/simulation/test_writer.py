from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.home import REFERENCE_TABLES, Home
from swipesavvy.simulation.market import Market, market
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.writer import check_vacant, recorded_spec, write

END = datetime(2026, 6, 30, tzinfo=UTC)


def _bytes(home: Home) -> dict[str, bytes]:
    return {str(path.relative_to(home.root)): path.read_bytes() for path in home.root.rglob("*") if path.is_file()}


def test_the_same_arguments_write_the_same_bytes_into_any_home(small: Market, home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    write(small, home)
    write(market(small.spec), other)
    first = _bytes(home)
    assert first == _bytes(other)
    write(small, home)
    assert first == _bytes(home)


def test_every_table_and_day_has_its_file(small: Market, home: Home) -> None:
    told: list[tuple[int, int]] = []
    written = write(small, home, lambda done, total: told.append((done, total)))
    assert told == [(done, len(written)) for done in range(1, len(written) + 1)]
    assert {path.name for path in home.landing.iterdir()} == {"events", *REFERENCE_TABLES}
    days = sorted(path.name for path in home.landing_events.iterdir())
    assert days[-1] == "simulated-2026-06-29.jsonl"
    assert len(days) == small.spec.days
    assert not [path for path in home.root.rglob(".*") if path.is_file()]
    assert recorded_spec(home) == small.spec


def test_old_days_are_packed_and_read_the_same(home: Home) -> None:
    made = market(MarketSpec(END, days=95, users=20, campaigns=1))
    write(made, home)
    packed = sorted(home.landing_events.glob("*.gz"))
    assert packed
    assert len(packed) < 8
    assert {path.read_bytes()[4:8] for path in packed} == {bytes(4)}  # no time of writing
    texts = pl.concat(
        [
            pl.scan_csv(p, has_header=False, separator="\x01", quote_char=None)
            for p in sorted(home.landing_events.iterdir())
        ]
    ).collect()
    assert texts.to_series().to_list() == made.landed["line"].to_list()


def test_a_home_with_another_market_is_refused(small: Market, home: Home) -> None:
    write(small, home)
    before = _bytes(home)
    other = replace(small, spec=replace(small.spec, seed=6))
    with pytest.raises(UsageError, match=r"other arguments.*choose another --home"):
        write(other, home)
    assert before == _bytes(home)


def test_a_home_with_events_of_other_origin_is_refused(home: Home) -> None:
    spec = MarketSpec(END + timedelta(hours=1))
    check_vacant(home, spec)
    home.landing_events.mkdir(parents=True)
    check_vacant(home, spec)
    (home.landing_events / "mine.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="another origin"):
        check_vacant(home, spec)


def test_a_failed_write_leaves_no_half_file(small: Market, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write(small, home)
    assert _bytes(home) == {}
