"""How a value stands: against its target and acceptable range, and against an earlier value. Direction-aware."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from typing import Literal

from swipesavvy.application.metric_queries import MetricRow
from swipesavvy.application.overview_queries import DayValue
from swipesavvy.domain import figures
from swipesavvy.domain.metrics import MetricDefinition

Tone = Literal["good", "watch", "bad", "unclear"]
SYMBOLS: dict[Tone, str] = {"good": "✓", "watch": "!", "bad": "✕", "unclear": "?"}
# A metric that should stay inside a range is watched a little before and beyond its bounds.
TOLERANCE = 0.05
# So many complete days in a row off target turn a tile red.
ALARM_DAYS = 3


@dataclass(frozen=True)
class Verdict:
    """A tone with the word that says the same without colour."""

    tone: Tone
    word: str

    @property
    def symbol(self) -> str:
        """A sign that differs by tone."""
        return SYMBOLS[self.tone]


@dataclass(frozen=True)
class Change:
    """A difference in words; `tone` is unclear where neither direction is better."""

    text: str
    arrow: str
    tone: Tone


def is_significant(row: MetricRow) -> bool | None:
    """Whether an estimate's interval leaves zero out; None for what is counted, not estimated."""
    if row.ci_low is None or row.ci_high is None:
        return None
    return row.ci_low > 0 or row.ci_high < 0


def verdict(definition: MetricDefinition, row: MetricRow | None) -> Verdict:
    """Target met, acceptable, or outside; an estimate that cannot be told from zero has no verdict."""
    if row is None or row.value is None:
        return Verdict("unclear", "no value")
    if is_significant(row) is False:
        return Verdict("unclear", "not significant")
    if definition.direction == "range":
        return _within(definition, row.value)
    return _one_sided(definition, row.value)


def change(definition: MetricDefinition, now: MetricRow | None, before: MetricRow | None, than: str) -> Change | None:
    """The difference to an earlier value; `than` names the earlier period. None if either value is absent.

    Shares change by percentage points, everything else by percent of the earlier value. A difference of two estimates
    that their intervals allow to be chance is neither better nor worse.
    """
    if now is None or before is None or now.value is None or before.value is None:
        return None
    difference = now.value - before.value
    if definition.unit in {"%", "pp"}:
        size = figures.written(abs(difference), "pp").lstrip("+")
    elif before.value == 0:
        size = figures.written(abs(difference), definition.unit)
    else:
        size = figures.written(abs(100 * difference / before.value), "%")
    if not any(character in "123456789" for character in size):
        return Change(f"no change on {than}", "→", "unclear")
    up = difference > 0
    text = f"{'up' if up else 'down'} {size} on {than}"
    if _may_be_chance(difference, now, before):
        return Change(f"{text}, within chance", "↑" if up else "↓", "unclear")
    if definition.direction == "range":
        return Change(text, "↑" if up else "↓", "unclear")
    better = up == (definition.direction == "higher")
    return Change(f"{text}, {'better' if better else 'worse'}", "↑" if up else "↓", "good" if better else "bad")


def days_off_target(definition: MetricDefinition, days: Sequence[DayValue], as_of: datetime) -> int:
    """How many complete days in a row, up to the last complete one, were worse than the target."""
    if definition.target is None or definition.direction == "range":
        return 0
    sign = -1 if definition.direction == "lower" else 1
    count = 0
    for point in sorted(days, key=lambda point: point.day, reverse=True):
        if point.day >= as_of.date():
            continue
        if point.value is None or sign * point.value >= sign * definition.target:
            break
        count += 1
    return count


def _may_be_chance(difference: float, now: MetricRow, before: MetricRow) -> bool:
    """Whether the intervals of two independent estimates leave room for no difference at all."""
    bounds = (now.ci_low, now.ci_high, before.ci_low, before.ci_high)
    if any(bound is None for bound in bounds):
        return False
    low, high, low_before, high_before = (bound or 0.0 for bound in bounds)
    return abs(difference) <= hypot(high - low, high_before - low_before) / 2


def _within(definition: MetricDefinition, value: float) -> Verdict:
    low, high = definition.range_low, definition.range_high
    if (low is None or value >= low) and (high is None or value <= high):
        return Verdict("good", "in range")
    is_near = (low is None or value >= low * (1 - TOLERANCE)) and (high is None or value <= high * (1 + TOLERANCE))
    return Verdict("watch", "near its bounds") if is_near else Verdict("bad", "out of range")


def _one_sided(definition: MetricDefinition, value: float) -> Verdict:
    sign = -1 if definition.direction == "lower" else 1
    bound = definition.range_high if definition.direction == "lower" else definition.range_low
    if definition.target is not None and sign * value >= sign * definition.target:
        return Verdict("good", "on target")
    if bound is not None and sign * value < sign * bound:
        return Verdict("bad", "out of range")
    if definition.target is not None:
        return Verdict("watch", "off target")
    return Verdict("good", "in range") if bound is not None else Verdict("unclear", "no target")
