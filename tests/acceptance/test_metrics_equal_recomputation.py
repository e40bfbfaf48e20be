"""Every number `swipesavvy metrics` prints equals one recomputed from the landing files; none is missing."""

import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from acceptance.commands import metric_rows, swipesavvy
from acceptance.nasty_market import AS_OF, nasty_market, write_scattered
from oracle import windows
from oracle.comparison import differences, homes_differ, same, snapshot_records, snapshot_rows
from oracle.facts import Facts, Landed, facts_at, read_landing
from oracle.market import Market, at
from oracle.recompute import BYS, named_windows, rows

SHOWN = 40


def recomputed(home: Path) -> Landed:
    return read_landing(home / "landing", datetime.now(UTC))


def published_differences(home: Path, facts: Facts) -> list[str]:
    """What differs at any grain in any standard window."""
    over = named_windows(facts)
    return [
        f"--by {','.join(by) or 'nothing'}: {line}"
        for by in BYS
        for line in differences(metric_rows(home, by=by), rows(facts, by, over))
    ]


def assert_equal(home: Path, facts: Facts) -> None:
    wrong = published_differences(home, facts)
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:SHOWN])


def assert_custom_range_equal(home: Path, facts: Facts, first: str, last: str) -> None:
    window = windows.custom(date.fromisoformat(first), date.fromisoformat(last), facts.as_of)
    wrong = []
    for by in BYS:
        shown = metric_rows(home, "--from", first, "--to", last, by=by)
        wrong += differences(shown, rows(facts, by, [window]))
    assert not wrong, f"{len(wrong)} differences:\n" + "\n".join(wrong[:SHOWN])


def assert_ledger_equal(home: Path, landed: Landed) -> None:
    """Landed, clean, duplicate and quarantined lines by reason, as the snapshot's ledger counts them."""
    counted: Counter[str] = Counter()
    for row in snapshot_records(home, "ledger"):
        if row["source"] == "events":
            counted.update({name: row[name] for name in ("landed", "clean", "duplicate")})
            counted.update(row["quarantined"])
    intake = landed.intake
    sums = {"landed": intake.landed, "clean": intake.clean, "duplicate": intake.duplicate}
    assert +counted == Counter({name: lines.total() for name, lines in sums.items()}) + intake.reasons()


@pytest.fixture(scope="module")
def nasty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where everything collides, built as of a noon after which more has landed."""
    home = tmp_path_factory.mktemp("nasty") / "home"
    write_scattered(nasty_market(seed=20260310), home / "landing", seed=1)
    swipesavvy(home, "run", "--as-of", AS_OF.isoformat())
    return home


@pytest.fixture(scope="module")
def simulated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A believable market with its usual share of duplicates, late, skewed and broken events."""
    home = tmp_path_factory.mktemp("simulated") / "home"
    size = ("--days", "60", "--users", "2500", "--campaigns", "12", "--seed", "11", "--until", "2026-03-15")
    swipesavvy(home, "simulate", *size)
    swipesavvy(home, "run")
    return home


def test_every_row_of_a_nasty_market(nasty_home: Path) -> None:
    assert_equal(nasty_home, facts_at(recomputed(nasty_home), AS_OF))


@pytest.mark.slow
def test_a_custom_range_of_a_nasty_market(nasty_home: Path) -> None:
    facts = facts_at(recomputed(nasty_home), AS_OF)
    assert_custom_range_equal(nasty_home, facts, "2026-02-25", "2026-03-05")


def test_the_ledger_of_a_nasty_market(nasty_home: Path) -> None:
    assert_ledger_equal(nasty_home, recomputed(nasty_home))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_nasty_markets(tmp_path: Path, seed: int) -> None:
    write_scattered(nasty_market(seed, events=4000), tmp_path / "landing", seed)
    swipesavvy(tmp_path, "run", "--as-of", AS_OF.isoformat())
    assert_equal(tmp_path, facts_at(recomputed(tmp_path), AS_OF))


@pytest.mark.slow
def test_a_nasty_market_that_lands_in_parts(nasty_home: Path, tmp_path: Path) -> None:
    """Winners among copies change from batch to batch, a file grows in the middle of a line; the end is the same."""
    shutil.copytree(nasty_home / "landing", tmp_path / "landing")
    events, orders, users = (tmp_path / "landing" / name for name in ("events", "orders", "users"))
    growing = events / "b.jsonl"
    content = growing.read_bytes()
    growing.write_bytes(content[: len(content) // 2])
    later = [
        [users / "B.csv", orders / "a.jsonl.gz", events / "a.jsonl.gz"],
        [events / "C.jsonl", orders / "z.parquet"],
    ]
    for path in [*later[0], *later[1]]:
        path.rename(tmp_path / f"{path.parent.name} {path.name}")
    swipesavvy(tmp_path, "run", "--as-of", AS_OF.isoformat())
    growing.write_bytes(content)
    for paths in later:
        for path in paths:
            (tmp_path / f"{path.parent.name} {path.name}").rename(path)
        swipesavvy(tmp_path, "run", "--as-of", AS_OF.isoformat())
    assert not homes_differ(nasty_home, tmp_path)
    assert_ledger_equal(tmp_path, recomputed(tmp_path))


@pytest.mark.slow
class TestSimulatedMarket:
    def test_every_row_at_the_default_as_of(self, simulated_home: Path) -> None:
        landed = recomputed(simulated_home)
        as_of = landed.newest_instant()
        assert as_of is not None
        assert {datetime.fromisoformat(row["as_of"]) for row in metric_rows(simulated_home)} == {as_of}
        assert_equal(simulated_home, facts_at(landed, as_of))

    def test_the_ledger(self, simulated_home: Path) -> None:
        assert_ledger_equal(simulated_home, recomputed(simulated_home))

    def test_a_custom_range_and_the_range_of_a_standard_window(self, simulated_home: Path) -> None:
        landed = recomputed(simulated_home)
        facts = facts_at(landed, landed.newest_instant() or AS_OF)
        assert_custom_range_equal(simulated_home, facts, "2026-02-20", "2026-03-03")
        week = windows.window("7d", facts.as_of)
        first, last = week.start.date().isoformat(), facts.as_of.date().isoformat()
        custom = {row["metric"]: row for row in metric_rows(simulated_home, "--from", first, "--to", last)}
        for row in metric_rows(simulated_home, "--window", "7d"):
            assert same(custom[row["metric"]]["value"], row["value"])

    def test_running_twice_changes_no_metric_and_adds_no_row(self, simulated_home: Path) -> None:
        before = {table: snapshot_rows(simulated_home, table) for table in ("metric_values", "ledger")}
        swipesavvy(simulated_home, "run")
        assert before == {table: snapshot_rows(simulated_home, table) for table in before}

    def test_an_as_of_in_the_past(self, simulated_home: Path, tmp_path: Path) -> None:
        landing = tmp_path / "landing"
        landing.symlink_to(simulated_home / "landing")
        swipesavvy(tmp_path, "run", "--as-of", "2026-02-28")
        assert_equal(tmp_path, facts_at(recomputed(tmp_path), windows.end_of(date(2026, 2, 28))))

    def test_landing_in_two_parts_publishes_the_same_as_at_once(self, simulated_home: Path, tmp_path: Path) -> None:
        shutil.copytree(simulated_home / "landing", tmp_path / "landing")
        held_back = sorted((tmp_path / "landing" / "events").iterdir())[::2]
        for path in held_back:
            path.rename(tmp_path / path.name)
        swipesavvy(tmp_path, "run")
        for path in held_back:
            (tmp_path / path.name).rename(path)
        swipesavvy(tmp_path, "run")
        assert not homes_differ(simulated_home, tmp_path)


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    market = Market()
    market.view("u", "c", "2026-03-01T10:00:00")
    market.click("u", "c", "2026-03-01T10:00:01")
    facts = facts_at(read_landing(market.write(tmp_path), at("2026-03-02")), at("2026-03-02"))
    expected = rows(facts, (), named_windows(facts, ["all"]))
    shown = [
        {"metric": row.metric, "window": row.window, "grain": dict(row.grain), "value": row.value}
        | {"numerator": row.numerator, "denominator": row.denominator}
        | dict.fromkeys(("ci_low", "ci_high", "p_value", "contaminated", "srm_p_value"))
        | {"n_treated": 0, "n_control": 0, "contaminated": 0}
        for row in expected
    ]
    assert differences(shown, expected) == []
    wrong = [dict(row, value=99.0) if row["metric"] == "ctr" else row for row in shown]
    assert differences(wrong, expected) == ["ctr all {}: value is 99.0, recomputed 100.0"]
    extra = dict(shown[0], window="7d", numerator=1.0)
    assert [line.split(":")[0] for line in differences([*shown, extra], expected)] == ["extra"]
    without = [row for row in shown if row["metric"] != "impressions"]
    assert [line.split(":")[0] for line in differences(without, expected)] == ["missing"]
