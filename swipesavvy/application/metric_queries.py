"""Questions people ask about published metrics, and the port a snapshot must offer to answer them.

Belongs here: what may be asked, which stored rows answer it, what a period before another is. Not here: SQL and files
(`adapters.serving`), formulas (dbt), how a number is written for people (`domain.figures`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Protocol

from swipesavvy.application.quality_queries import QualityReader
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.metrics import GRAIN_KEYS, WINDOWS, MetricDefinition

CUSTOM = "custom"
INTERVAL = ("ci_low", "ci_high", "p_value", "srm_p_value")


@dataclass(frozen=True)
class BuildInfo:
    """Which build a reader has open; instants are aware UTC."""

    build_id: str
    as_of: datetime
    data_as_of: datetime
    published_at: datetime


@dataclass(frozen=True)
class Period:
    """Both ends inclusive, aware UTC."""

    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        """How many calendar days it touches."""
        return (self.end.date() - self.start.date()).days + 1


@dataclass(frozen=True)
class MetricRow:
    """One published value. `grain` maps a grain key to its value and is empty for the total; absent is None."""

    metric: str
    window: str
    grain: Mapping[str, str]
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    model: str | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    av_low: float | None = None
    av_high: float | None = None
    srm_p_value: float | None = None
    n_treated: int | None = None
    n_control: int | None = None
    contaminated: int | None = None
    power: float | None = None
    is_incomplete: bool | None = None
    completeness_pct: float | None = None
    reason: str | None = None
    flags: str | None = None


@dataclass(frozen=True)
class Campaign:
    """What a campaign is called and what it may spend; USD."""

    campaign_id: str
    name: str | None
    campaign_type: str | None
    status: str | None
    budget: float | None


@dataclass(frozen=True)
class MetricQuery:
    """What is asked. Empty `metrics` and `windows` mean all of them, empty `by` the totals; a range needs both days."""

    metrics: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True)
class Answer:
    """Rows in a fixed order, the build they come from, the range asked for, and remarks on what is missing."""

    rows: Sequence[MetricRow]
    build: BuildInfo
    period: tuple[date, date] | None = None
    remarks: Sequence[str] = field(default=())


class SnapshotReader(Protocol):
    """One published snapshot. It never changes: every answer may be kept for as long as the build is current."""

    @property
    def build(self) -> BuildInfo:
        """Which build this is."""
        ...

    @property
    def quality(self) -> QualityReader:
        """Its tables about data quality."""
        ...

    def catalogue(self) -> Mapping[str, MetricDefinition]:
        """Every declared metric by its id, in order of the ids."""
        ...

    def windows(self) -> Mapping[str, Period]:
        """The published windows that have a first day, by name."""
        ...

    def rows(self, wanted: Iterable[tuple[str, str]], by: tuple[str, ...]) -> list[MetricRow]:
        """Stored rows of these (metric, window) pairs at one grain; metric, window, then grain keys in order."""
        ...

    def range_metrics(self) -> frozenset[str]:
        """Metrics that can be computed for any period."""
        ...

    def range_rows(self, metric: str, by: tuple[str, ...], period: Period) -> list[MetricRow]:
        """The metric's own formula over any period; `window` is custom, and intervals are not filled in."""
        ...

    def range_arms(self, period: Period) -> Sequence[Mapping[str, object]]:
        """Rows of `experiment_arms` over any period: what the intervals of lifts are computed from."""
        ...

    def campaigns(self) -> list[Campaign]:
        """Every known campaign, by id."""
        ...


def parse_by(text: str | None) -> tuple[str, ...]:
    """`--by`: one grain, or campaign plus one other, in the stored order; anything else is a UsageError."""
    if text is None:
        return ()
    asked = [part.strip() for part in text.split(",")]
    for part in asked:
        _known("--by", part, GRAIN_KEYS)
    if len(set(asked)) != len(asked):
        raise UsageError(f"--by {text}: the same grain twice; name each once")
    if len(set(asked) - {"campaign"}) > 1:
        raise UsageError(f"--by {text}: one grain, or campaign plus one other; try --by campaign,{asked[0]}")
    return tuple(sorted(asked, key=lambda grain: grain != "campaign"))


def ask(snapshot: SnapshotReader, query: MetricQuery) -> Answer:
    """Answer a question from one snapshot.

    Metrics that have a fixed window are answered with it whatever was asked, also for a range.

    Raises:
        UsageError: an unknown metric, window or range; the text names the nearest that exists.
    """
    catalogue = snapshot.catalogue()
    for metric in query.metrics:
        _known("--metric", metric, catalogue)
    fixed = (definition.fixed_window for definition in catalogue.values() if definition.fixed_window)
    known_windows = dict.fromkeys((*WINDOWS, *fixed))
    for window in query.windows:
        _known("--window", window, known_windows)
    chosen = [metric for metric in catalogue if not query.metrics or metric in query.metrics]
    period = _asked_range(query)
    if period is None:
        windows = query.windows or WINDOWS
        wanted = [(m, w) for m in chosen for w in _windows_of(catalogue[m], windows)]
        rows = snapshot.rows(wanted, query.by)
    else:
        rows = _range_answer(snapshot, [catalogue[m] for m in chosen], query.by, period)
    return Answer(rows, snapshot.build, period, _remarks(query, rows))


def whole_days(first: date, last: date, as_of: datetime) -> Period:
    """From the first instant of one UTC day to the last of another, cut off at `as_of`."""
    end = datetime.combine(last, time.max, UTC)
    return Period(datetime.combine(first, time.min, UTC), min(end, as_of))


def period_before(period: Period) -> Period:
    """The equally long period just before, cut off at the same time of day, so that like is compared with like."""
    shift = timedelta(days=period.days)
    return Period(period.start - shift, period.end - shift)


def _windows_of(definition: MetricDefinition, asked: Sequence[str]) -> Sequence[str]:
    return (definition.fixed_window,) if definition.fixed_window else asked


def _asked_range(query: MetricQuery) -> tuple[date, date] | None:
    if query.date_from is None and query.date_to is None:
        return None
    if query.date_from is None or query.date_to is None:
        raise UsageError("--from and --to belong together: give both, for example --from 2026-11-01 --to 2026-11-07")
    if query.windows:
        raise UsageError("--window and --from/--to exclude each other: leave one out")
    if query.date_from > query.date_to:
        raise UsageError(f"--from {query.date_from} is after --to {query.date_to}: swap them")
    return query.date_from, query.date_to


def _range_answer(
    snapshot: SnapshotReader, chosen: Sequence[MetricDefinition], by: tuple[str, ...], days: tuple[date, date]
) -> list[MetricRow]:
    period = whole_days(*days, snapshot.build.as_of)
    able = snapshot.range_metrics()
    rows: list[MetricRow] = []
    for definition in chosen:
        if definition.fixed_window:
            rows += snapshot.rows([(definition.metric, definition.fixed_window)], by)
        elif definition.metric in able:
            rows += snapshot.range_rows(definition.metric, by, period)
    return _with_intervals(snapshot, rows, period)


def _with_intervals(snapshot: SnapshotReader, rows: list[MetricRow], period: Period) -> list[MetricRow]:
    """Intervals and p-values of the lifts in a range, by the same functions that a build uses."""
    if not any(row.window == CUSTOM and row.n_treated is not None for row in rows):
        return rows
    # Importing scipy takes longer than most answers, and few questions are about a lift in a range.
    from swipesavvy.application.experiment_statistics import lift_intervals

    found: dict[tuple[object, ...], dict[str, object]] = {
        (row["metric"], row["campaign_id"], row["creative_id"]): row
        for row in lift_intervals(snapshot.range_arms(period))
    }
    return [_with_interval(row, found) if row.window == CUSTOM else row for row in rows]


def _with_interval(row: MetricRow, found: Mapping[tuple[object, ...], Mapping[str, object]]) -> MetricRow:
    interval = found.get((row.metric, row.grain.get("campaign_id"), row.grain.get("creative_id")), {})
    known: dict[str, Any] = {name: interval[name] for name in INTERVAL if name in interval}
    return replace(row, **known)


def _remarks(query: MetricQuery, rows: Sequence[MetricRow]) -> list[str]:
    answered = {row.metric for row in rows}
    grain = f"by {' and '.join(query.by)}" if query.by else "in total"
    when = "for a range of days" if query.date_from else "in this snapshot"
    return [f"{metric}: no values {grain} {when}" for metric in query.metrics if metric not in answered]


def _known(option: str, word: str, words: Iterable[str]) -> None:
    every = list(words)
    if word in every:
        return
    near = get_close_matches(word, every, n=1, cutoff=0.0)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"{option} {word}: not known; {hint}There are: {', '.join(every)}")
