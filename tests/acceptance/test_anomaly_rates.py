"""How often the detectors cry wolf on clean markets, and what they find of faults put into landing on purpose."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from swipesavvy.adapters.build_planning import plan_build
from swipesavvy.adapters.dbt_runner import build_phase, ensure_manifest
from swipesavvy.adapters.lake import open_lake
from swipesavvy.adapters.quality_sources import quality_sources
from swipesavvy.adapters.sources_file import write_plan
from swipesavvy.adapters.warehouse import reading, writing
from swipesavvy.adapters.watched_series import read_counts, read_figures
from swipesavvy.application.anomaly_detection import DAYS_SHOWN, Counts, Figures, detect, watched
from swipesavvy.domain.anomalies import LEAST_EXPECTED, Anomaly, judge
from swipesavvy.domain.home import Home
from swipesavvy.simulation.market import market
from swipesavvy.simulation.spec import MarketSpec, end_of
from swipesavvy.simulation.writer import write

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 20, tzinfo=UTC)
ENDS = date(2026, 3, 15)
AS_OF = datetime(2026, 3, 15, 23, 59, 59, 999999, tzinfo=UTC).replace(tzinfo=None)
HOUR = timedelta(hours=1)
PER_KIND = 8
Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Watched:
    """What detection is given of one home."""

    events: Counts
    duplicates: Counts
    figures: Figures

    def anomalies(self) -> list[Anomaly]:
        return detect(AS_OF, self.events, self.duplicates, self.figures)


def watched_home(root: Path, seed: int, change: Change = lambda landed: landed) -> Watched:
    """A market of one seed, changed on its way into landing, taken in and built as far as detection reads."""
    home = Home(root)
    spec = MarketSpec(ends_at=end_of(ENDS, NOW), days=75, users=8000, campaigns=24, seed=seed)
    made = market(spec)
    write(replace(made, landed=change(made.landed)), home)
    lake = open_lake(home)
    lake.ingest(NOW)
    plan = plan_build(home, AS_OF.replace(tzinfo=UTC), NOW)
    sources = quality_sources(home, lake, plan.build_id)
    tables = {name: [str(path.resolve()) for path in files] for name, files in sources.items()}
    write_plan(home, replace(plan, tables=plan.tables | tables))
    ensure_manifest()
    with writing(home):
        models = ["+int_event_hours", "+int_duplicate_hours", "+metric_series"]
        outcome = build_phase(home, ["--select", *models], lambda _name, _status: None)
    assert not outcome.failures
    with reading(home) as connection:
        return Watched(*read_counts(connection, AS_OF), read_figures(connection, AS_OF))


def cells(found: Watched) -> tuple[int, int]:
    """Values judged, and those among them with enough expected to tell a fall from chance."""
    judged = audible = 0
    for grain, series in watched(AS_OF, found.events, found.duplicates, found.figures):
        verdicts = judge(series, grain, DAYS_SHOWN * grain.per_day)
        known = verdicts.judged
        judged += int(known.sum())
        audible += int((known & (series.support[-len(known) :] >= LEAST_EXPECTED)).sum())
    return judged, audible


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_few_false_alarms_on_a_clean_market(tmp_path: Path, seed: int) -> None:
    found = watched_home(tmp_path, seed)
    alarms = found.anomalies()
    judged, audible = cells(found)
    print(f"seed {seed}: {len(alarms)} alarms of {judged} values, {audible} audible: {len(alarms) / audible:.2%}")  # noqa: T201
    assert judged > 20_000
    assert len(alarms) / audible < 0.05
    assert len([one for one in alarms if one.metric_id == one.subject]) / (30 * 11) < 0.05


@dataclass(frozen=True)
class Fault:
    """What is done to one hour of one event type, or of one source."""

    kind: str
    at: datetime
    subject: str

    @property
    def found_as(self) -> set[str]:
        names = {"spike": {"spike"}, "drop": {"drop", "zero_value"}, "zero": {"zero_value"}, "burst": {"duplicate"}}
        return names.get(self.kind, {"missing_data"})


class Injector:
    """Chooses busy hours apart from each other, and changes their lines."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.faults: list[Fault] = []

    def __call__(self, landed: pl.DataFrame) -> pl.DataFrame:
        line = pl.col("line")
        landed = landed.with_row_index("row").with_columns(
            event_type=line.str.extract(r'"event_type":"([a-z_]+)"'),
            source=line.str.extract(r'"source":"([a-z_]+)"'),
            hour=(line.str.extract(r'"timestamp":"([0-9T:-]{13})') + ":00").str.to_datetime(
                "%Y-%m-%dT%H:%M", strict=False
            ),
        )
        for fault in self._choose(landed):
            landed = self._spoil(landed, fault)
            self.faults.append(fault)
        return landed.sort("received", maintain_order=True).select("line", "received")

    def _choose(self, landed: pl.DataFrame) -> Iterator[Fault]:
        """Of the last 20 days, for each kind of fault; never the same type within a day and a half."""
        since = AS_OF - timedelta(days=20)
        taken: list[tuple[str, datetime]] = []
        for kind, column, least in (
            ("spike", "event_type", 15),
            ("drop", "event_type", 30),
            ("zero", "event_type", 15),
            ("missing", "source", 30),
            ("burst", "source", 30),
        ):
            busy = landed.filter(pl.col("hour") >= since).group_by(column, "hour").len().filter(pl.col("len") >= least)
            chosen = 0
            for subject, hour, _ in busy.sort("hour", column).sample(fraction=1, shuffle=True, seed=7).rows():
                apart = all(name != subject or abs(hour - at) > 36 * HOUR for name, at in taken)
                if apart and chosen < PER_KIND:
                    taken.append((subject, hour))
                    chosen += 1
                    yield Fault(kind, hour, subject)

    def _spoil(self, landed: pl.DataFrame, fault: Fault) -> pl.DataFrame:
        column = "source" if fault.kind in ("missing", "burst") else "event_type"
        hit = (pl.col(column) == fault.subject) & (pl.col("hour") == fault.at)
        lines = landed.filter(hit)
        if fault.kind == "spike":
            return pl.concat([landed, *(_renamed(lines, self.rng) for _ in range(3))])
        if fault.kind == "burst":
            return pl.concat([landed, lines.with_columns(received=pl.col("received") + 1)])
        kept = 0.25 if fault.kind == "drop" else 0.0
        stays = pl.Series(self.rng.random(lines.height) < kept)
        gone = lines.filter(~stays)["row"]
        return landed.filter(~pl.col("row").is_in(gone.implode()))


def _renamed(lines: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The same events under new ids."""
    prefixes = pl.Series([f'"event_id":"{value:08x}' for value in rng.integers(0, 2**32, lines.height)])
    rest = pl.col("line").str.replace(r'"event_id":"[0-9a-f]{8}', "\u0000")
    return lines.with_columns(line=rest.str.replace("\u0000", prefixes, literal=True))


def test_injected_faults_are_found(tmp_path: Path) -> None:
    injector = Injector(seed=1)
    alarms = watched_home(tmp_path, 3, injector).anomalies()
    heard = {(one.detected_for_at, one.subject, one.anomaly_type) for one in alarms if one.grain == "hour"}
    missed = [f for f in injector.faults if not any((f.at, f.subject, kind) in heard for kind in f.found_as)]
    injected = Counter(fault.kind for fault in injector.faults)
    print(dict(injected), "missed:", dict(Counter(fault.kind for fault in missed)))  # noqa: T201
    assert len(injected) == 5
    assert len(injector.faults) >= 30
    assert len(missed) / len(injector.faults) < 0.1
