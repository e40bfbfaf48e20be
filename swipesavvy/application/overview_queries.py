"""What the overview page asks of a snapshot: headline figures, the campaign leaderboard, and one campaign's days.

Values only, each with its numerator and denominator; words and colours are chosen by the dashboard's view models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from swipesavvy.application.metric_queries import (
    BuildInfo,
    Campaign,
    MetricQuery,
    MetricRow,
    Period,
    SnapshotReader,
    ask,
    period_before,
)
from swipesavvy.domain.metrics import MetricDefinition

HEADLINES = ("roas", "incrementality", "cac", "ltv", "open_rate")
# A second reading of the same question, shown beside the headline.
COMPANIONS = {"ltv": "ltv_mature"}
BOARD_METRICS = (
    *("roas", "ctr", "conversion_rate", "aov", "cac", "incrementality", "holdout_lift"),
    "budget_utilization",
)
TREND_WINDOW = "30d"
COHORTS_SHOWN = 12


@dataclass(frozen=True)
class DayValue:
    """One day of a series; the value is None where its denominator was 0."""

    day: date
    value: float | None


@dataclass(frozen=True)
class Headline:
    """One figure of the strip: now, the equally long period before, and the last 30 days one by one.

    A metric without days may have a series by signup month instead: `cohorts`, each on the first of its month.
    """

    definition: MetricDefinition
    row: MetricRow | None
    before: MetricRow | None
    period: Period | None
    days: Sequence[DayValue]
    cohorts: Sequence[DayValue]
    companion: tuple[MetricDefinition, MetricRow] | None
    by_campaign: Sequence[MetricRow]
    names: Mapping[str, str]
    build: BuildInfo


@dataclass(frozen=True)
class BoardLine:
    """One campaign and its values of a window, by metric id."""

    campaign: Campaign
    rows: Mapping[str, MetricRow]


def definitions(snapshot: SnapshotReader) -> Mapping[str, MetricDefinition]:
    """Every declared metric by its id."""
    return snapshot.catalogue()


def headline(snapshot: SnapshotReader, metric: str, window: str) -> Headline | None:
    """One headline figure of a window; None if this build does not know the metric."""
    definition = snapshot.catalogue().get(metric)
    if definition is None:
        return None
    own_window = definition.fixed_window or window
    row = _only(snapshot.rows([(metric, own_window)], ()))
    period = None if definition.fixed_window else snapshot.windows().get(window)
    return Headline(
        definition=definition,
        row=row,
        before=_before(snapshot, metric, period),
        period=period,
        days=day_values(snapshot, metric, TREND_WINDOW) if "day" in definition.grains else (),
        cohorts=_cohorts(snapshot, definition) if "cohort" in definition.grains else (),
        companion=_companion(snapshot, metric),
        by_campaign=snapshot.rows([(metric, own_window)], ("campaign",)),
        names={campaign.campaign_id: campaign_name(campaign) for campaign in snapshot.campaigns()},
        build=snapshot.build,
    )


def day_values(snapshot: SnapshotReader, metric: str, window: str, campaign_id: str | None = None) -> list[DayValue]:
    """The day series of a window, oldest first, in total or of one campaign; empty for a metric without days."""
    by = ("day",) if campaign_id is None else ("campaign", "day")
    rows = snapshot.rows([(metric, window)], by)
    chosen = (row for row in rows if campaign_id is None or row.grain["campaign_id"] == campaign_id)
    return sorted(
        (DayValue(date.fromisoformat(row.grain["day"]), row.value) for row in chosen), key=lambda point: point.day
    )


def leaderboard(snapshot: SnapshotReader, window: str) -> list[BoardLine]:
    """Every known campaign with its values of a window; one that did nothing has no rows, and is listed too."""
    query = MetricQuery(
        metrics=tuple(metric for metric in BOARD_METRICS if metric in snapshot.catalogue()),
        windows=(window,),
        by=("campaign",),
    )
    rows_of: dict[str, dict[str, MetricRow]] = {}
    for row in ask(snapshot, query).rows:
        rows_of.setdefault(row.grain["campaign_id"], {})[row.metric] = row
    known = {campaign.campaign_id: campaign for campaign in snapshot.campaigns()}
    # A campaign may have events without being in the reference table: it counts, so it is shown.
    strangers = {key: Campaign(key, None, None, None, None) for key in rows_of if key not in known}
    return [BoardLine(campaign, rows_of.get(key, {})) for key, campaign in {**known, **strangers}.items()]


def campaign_name(campaign: Campaign) -> str:
    """What people call it; its id where nobody named it."""
    return campaign.name or f"Unnamed {campaign.campaign_id[:8]}"


def _cohorts(snapshot: SnapshotReader, definition: MetricDefinition) -> list[DayValue]:
    rows = snapshot.rows([(definition.metric, definition.fixed_window or "all")], ("cohort",))
    known = [row for row in rows if row.grain["cohort"] != "unknown"]
    points = [DayValue(date.fromisoformat(f"{row.grain['cohort']}-01"), row.value) for row in known]
    return sorted(points, key=lambda point: point.day)[-COHORTS_SHOWN:]


def _only(rows: Sequence[MetricRow]) -> MetricRow | None:
    return rows[0] if rows else None


def _before(snapshot: SnapshotReader, metric: str, period: Period | None) -> MetricRow | None:
    if period is None or metric not in snapshot.range_metrics():
        return None
    before = period_before(period)
    query = MetricQuery(metrics=(metric,), date_from=before.start.date(), date_to=before.end.date())
    return _only(ask(snapshot, query).rows)


def _companion(snapshot: SnapshotReader, metric: str) -> tuple[MetricDefinition, MetricRow] | None:
    definition = snapshot.catalogue().get(COMPANIONS.get(metric, ""))
    if definition is None:
        return None
    row = _only(snapshot.rows([(definition.metric, definition.fixed_window or "all")], ()))
    return (definition, row) if row is not None else None
