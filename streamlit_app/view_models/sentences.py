"""The one computed sentence of a tile: the answer first, then what explains it. No sentence without a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streamlit_app.view_models.verdicts import ALARM_DAYS, days_off_target, is_significant
from swipesavvy.application.metric_queries import MetricRow
from swipesavvy.application.overview_queries import Headline
from swipesavvy.domain import figures
from swipesavvy.domain.metrics import MetricDefinition

# Only where a total is a ratio of sums over campaigns can one campaign be taken out of it.
ADDITIVE = {"roas", "cac"}
MOST, WORTH_NAMING = 0.5, 0.1
# Where orders are claimed by several campaigns their sum is more than the total; beyond this it explains nothing.
ALIKE = 0.05


@dataclass(frozen=True)
class Culprit:
    """The campaign whose absence would bring the total nearest to the target, and the total without it."""

    campaign_id: str
    without: float
    share: float


def headline_sentence(shown: Headline) -> str:
    """Value, distance to the target, since when, and which campaign explains most of it."""
    definition, row = shown.definition, shown.row
    if row is None or row.value is None:
        return f"No value: {absence(row)}."
    value = figures.written(row.value, definition.unit)
    if is_significant(row) is False:
        reach = figures.interval(row.ci_low, row.ci_high, definition.unit)
        return f"{value}, but anything from {reach} fits the data: no effect shown yet."
    if definition.target is None:
        return f"{value}; no target is set."
    gap = row.value - definition.target
    distance = _distance(abs(gap), definition)
    if distance is None:
        return f"{value}, on target."
    where = f"{value}, {distance} {'above' if gap > 0 else 'below'} target"
    days = days_off_target(definition, shown.days, shown.build.as_of)
    if (gap > 0) == (definition.direction == "higher"):
        # A day's distinct users are not a part of the window's: only ratios of sums can be told day by day.
        has_turned = days >= ALARM_DAYS and definition.metric in ADDITIVE
        turn = f", but worse than it on each of the last {days} days" if has_turned else ""
        return f"{where}{_direction_word(definition)}{turn}."
    since = f" for {days} days" if days > 1 else ""
    return f"{where}{since}{_explanation(shown)}."


def absence(row: MetricRow | None) -> str:
    """Why there is no value, in words."""
    if row is None:
        return "nothing of the kind happened in this window"
    return row.reason or "nothing to divide by in this window"


def culprit(definition: MetricDefinition, total: float | None, rows: Sequence[MetricRow]) -> Culprit | None:
    """The campaign that pulls a total furthest from its target; None if taking one out never helps."""
    if definition.target is None or definition.metric not in ADDITIVE:
        return None
    usable = [(row, row.numerator or 0.0, row.denominator or 0.0) for row in rows]
    top, bottom = sum(n for _, n, _ in usable), sum(d for _, _, d in usable)
    if not bottom or len(usable) < 2:  # noqa: PLR2004 - one campaign alone is the total
        return None
    gap = top / bottom - definition.target
    if total is None or abs(top / bottom - total) > ALIKE * abs(total) or gap * (total - definition.target) <= 0:
        return None
    best: Culprit | None = None
    for row, numerator, denominator in usable:
        if bottom - denominator <= 0:
            continue
        without = (top - numerator) / (bottom - denominator)
        share = (gap - (without - definition.target)) / gap if gap else 0.0
        if share > 0 and (best is None or share > best.share):
            best = Culprit(row.grain["campaign_id"], without, share)
    return best


def _explanation(shown: Headline) -> str:
    found = culprit(shown.definition, shown.row.value if shown.row else None, shown.by_campaign)
    if found is None or found.share < WORTH_NAMING:
        return ""
    name = _name(shown.names, found.campaign_id)
    if found.share >= MOST:
        return f"; {name} explains most of it"
    return f"; without {name} it would be {figures.written(found.without, shown.definition.unit)}"


def _name(names: Mapping[str, str], campaign_id: str) -> str:
    return names.get(campaign_id, f"campaign {campaign_id[:8]}")


def _distance(gap: float, definition: MetricDefinition) -> str | None:
    unit = "pp" if definition.unit == "%" else definition.unit
    text = figures.written(gap, unit).lstrip("+")
    return text if any(character in "123456789" for character in text) else None


def _direction_word(definition: MetricDefinition) -> str:
    return ", where it should be" if definition.direction == "lower" else ""
