"""A headline figure as a tile: everything it says, in words ready to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from streamlit_app.view_models.sentences import absence, headline_sentence
from streamlit_app.view_models.verdicts import (
    ALARM_DAYS,
    Change,
    Verdict,
    change,
    days_off_target,
    is_significant,
    verdict,
)
from swipesavvy.application.metric_queries import MetricRow
from swipesavvy.application.overview_queries import BOARD_METRICS, DayValue, Headline
from swipesavvy.domain import figures
from swipesavvy.domain.metrics import MetricDefinition

QUESTIONS = {
    "roas": "What does a dollar of spend bring back?",
    "incrementality": "How much would not have happened anyway?",
    "cac": "What does a new customer cost?",
    "ltv": "What is a customer worth in the first year?",
    "open_rate": "Do people open what we send?",
}
WINDOW_WORDS = {
    "1d": "day",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "ytd": "year to date",
    "all": "all time",
}
REFRESH_WORDS = {"realtime": "with every build", "hourly": "hourly", "daily": "daily", "weekly": "weekly"}


@dataclass(frozen=True)
class TargetBar:
    """A thin bar from zero: how full it is and where the target stands, both as shares of its length."""

    fill: float
    mark: float
    text: str


@dataclass(frozen=True)
class Reach:
    """An interval on a line of its own: where it starts, ends, its estimate and zero stand, as shares of the line."""

    low: float
    high: float
    value: float
    zero: float
    text: str


@dataclass(frozen=True)
class Tile:
    """What one tile shows; `about` is the card behind it, `trend` its picture, or `no_trend` says why there is none."""

    metric: str
    label: str
    question: str
    value: str
    verdict: Verdict
    is_faint: bool
    is_alarming: bool
    change: Change | None
    no_change: str
    bar: TargetBar | None
    sentence: str
    reach: Reach | None
    trend: Sequence[DayValue]
    trend_words: str
    no_trend: str
    scope: str
    age: str
    has_campaigns: bool
    about: Sequence[tuple[str, str]]


def tile(shown: Headline, window: str, now: datetime) -> Tile:
    """Put a headline figure into words."""
    definition, row = shown.definition, shown.row
    value = row.value if row else None
    return Tile(
        metric=definition.metric,
        label=definition.label,
        question=QUESTIONS.get(definition.metric, definition.definition),
        value=figures.written(value, definition.unit),
        verdict=verdict(definition, row),
        is_faint=row is not None and is_significant(row) is False,
        is_alarming=_is_alarming(shown),
        change=change(definition, row, shown.before, _period_before(window)),
        no_change=_why_no_change(shown, value),
        bar=target_bar(definition, value),
        sentence=headline_sentence(shown),
        reach=reach(row, definition.unit),
        trend=shown.days or shown.cohorts,
        trend_words="last 30 days, day by day" if shown.days else "by month of signup",
        no_trend=_why_no_trend(shown),
        scope=_scope(definition, window),
        age=figures.age(shown.build.data_as_of, now),
        has_campaigns=definition.metric in BOARD_METRICS and "campaign" in definition.grains,
        about=about(shown),
    )


def target_bar(definition: MetricDefinition, value: float | None) -> TargetBar | None:
    """The bar against the target; None without a target, a value, or where a bar from zero makes no sense."""
    if definition.target is None or definition.target <= 0 or value is None:
        return None
    full = max(value, definition.target, 0.0) * 1.15
    sign = "at most" if definition.direction == "lower" else "at least"
    return TargetBar(
        fill=max(value, 0.0) / full,
        mark=definition.target / full,
        text=f"target {sign} {figures.written(definition.target, definition.unit)}",
    )


def reach(row: MetricRow | None, unit: str) -> Reach | None:
    """The interval of an estimate, drawn to scale with zero in sight; None for what is counted."""
    if row is None or row.value is None or row.ci_low is None or row.ci_high is None:
        return None
    left, right = min(row.ci_low, row.value, 0.0), max(row.ci_high, row.value, 0.0)
    length = (right - left) or 1.0

    def share(value: float) -> float:
        return (value - left) / length

    text = figures.interval(row.ci_low, row.ci_high, unit)
    return Reach(share(row.ci_low), share(row.ci_high), share(row.value), share(0.0), text)


def about(shown: Headline) -> list[tuple[str, str]]:
    """The card behind a figure: what it means, where it comes from, who answers for it."""
    definition, row, build = shown.definition, shown.row, shown.build
    lines = [
        ("What it means", definition.definition),
        ("Formula", definition.formula),
        ("Numerator", _exact(row.numerator if row else None)),
        ("Denominator", _exact(row.denominator if row else None)),
        ("Acceptable", acceptable(definition)),
        ("Owner", definition.owner),
        ("Recomputed", REFRESH_WORDS[definition.refresh_tier]),
        ("Completeness", _completeness(shown)),
        ("Data up to", figures.moment(build.data_as_of)),
        ("Describes", figures.moment(build.as_of)),
        ("Build", build.build_id),
    ]
    if row is not None and row.p_value is not None:
        groups = f"{_exact(row.n_treated)} treated, {_exact(row.n_control)} held out"
        lines[4:4] = [("Groups", groups), ("p-value", f"{row.p_value:.3g}")]
    if shown.companion is not None:
        other, beside = shown.companion
        lines[4:4] = [(other.label, figures.written(beside.value, other.unit))]
    if shown.cohorts and not shown.days:
        lines.insert(2, ("Trend", "by month of signup; younger cohorts have had less time and still grow"))
    return lines


def _is_alarming(shown: Headline) -> bool:
    """Off target now, and on each of the last three complete days."""
    stands = verdict(shown.definition, shown.row)
    days = days_off_target(shown.definition, shown.days, shown.build.as_of)
    return stands.tone in {"watch", "bad"} and days >= ALARM_DAYS


def acceptable(definition: MetricDefinition) -> str:
    """Target and range in words."""
    low, high = definition.range_low, definition.range_high
    unit = definition.unit
    if low is not None and high is not None:
        text = f"{figures.written(low, unit)} to {figures.written(high, unit)}"
    elif high is not None:
        text = f"up to {figures.written(high, unit)}"
    elif low is not None:
        text = f"from {figures.written(low, unit)}"
    else:
        text = "no range set"
    target = "" if definition.target is None else f"; target {figures.written(definition.target, unit)}"
    return text + target


def _exact(number: float | None) -> str:
    return figures.DASH if number is None else f"{number:,.10g}"


def _completeness(shown: Headline) -> str:
    row = shown.row
    if row is None or row.is_incomplete is None:
        return "not assessed in this build"
    known = "" if row.completeness_pct is None else f", {figures.written(row.completeness_pct, '%')} of expected"
    return f"{'incomplete' if row.is_incomplete else 'complete'}{known}"


def _period_before(window: str) -> str:
    return "the same span before" if window == "ytd" else f"the {WINDOW_WORDS[window]} before"


def _scope(definition: MetricDefinition, window: str) -> str:
    window = definition.fixed_window or window
    return WINDOW_WORDS[window] if window in {"ytd", "all"} else f"last {WINDOW_WORDS[window]}"


def _why_no_change(shown: Headline, value: float | None) -> str:
    if value is None:
        return absence(shown.row)
    if shown.definition.fixed_window:
        return "measured over all time, so no period before"
    return f"no earlier value: {absence(shown.before)}"


def _why_no_trend(shown: Headline) -> str:
    if not {"day", "cohort"} & set(shown.definition.grains):
        return "Measured over whole periods, not day by day"
    return "No days with a value yet"
