"""All rows of all metrics, recomputed: which metric exists at which grain, for which windows.

Belongs here: the table of grains and the loop over windows, groups and days. Formulas live in the modules above.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from oracle import customers, lifts, ratios, windows
from oracle.facts import Facts
from oracle.lifts import Lift
from oracle.ratios import Grain, Ratios
from oracle.windows import Window

By = tuple[Literal["campaign", "creative", "day"], ...]
Formula = Callable[[Facts, Window, Grain], Ratios]

BYS: tuple[By, ...] = ((), ("campaign",), ("creative",), ("day",), ("campaign", "creative"), ("campaign", "day"))
KEY_OF = {"campaign": "campaign_id", "creative": "creative_id", "day": "day"}

# Metric: formula, factor of the value, whether it exists per creative, whether as a day series.
RATIOS: dict[str, tuple[Formula, int, bool, bool]] = {
    "roas": (ratios.roas, 1, True, True),
    "ctr": (ratios.ctr, 100, True, True),
    "conversion_rate": (ratios.conversion_rate, 100, True, True),
    "cac": (ratios.cac, 1, False, True),
    "cpc": (ratios.cpc, 1, True, True),
    "impressions": (ratios.impressions, 1, True, True),
    "aov": (ratios.aov, 1, False, True),
    "open_rate": (ratios.open_rate, 100, False, True),
}
ROLLED_UP = {"holdout_lift": False, "incrementality": True}
PER_CAMPAIGN = {"visit_lift": lifts.visit_lift, "revenue_per_user_lift": lifts.revenue_per_user_lift}
METRICS = (*RATIOS, *ROLLED_UP, *PER_CAMPAIGN, "ltv", "ltv_mature", "budget_utilization")


@dataclass(frozen=True)
class Row:
    """One recomputed row; `lift` carries what stands beside a lift."""

    metric: str
    window: str
    grain: frozenset[tuple[str, str]]
    value: float | None
    numerator: float | None
    denominator: float | None
    lift: Lift | None = None

    @property
    def key(self) -> tuple[str, str, frozenset[tuple[str, str]]]:
        return self.metric, self.window, self.grain

    @property
    def is_empty(self) -> bool:
        """Neither numerator nor denominator: such a row need not be shown."""
        nobody = self.lift is None or not (self.lift.n_treated or self.lift.n_control or self.lift.contaminated)
        return not self.numerator and not self.denominator and nobody


def named_windows(facts: Facts, names: Iterable[str] = windows.NAMES) -> list[Window]:
    """The standard windows seen from the facts' `as_of`."""
    return [windows.window(name, facts.as_of) for name in names]


def rows(facts: Facts, by: By, over: Iterable[Window]) -> list[Row]:
    """Every row of one `--by` over some windows, metrics of a fixed window included."""
    found: list[Row] = []
    grain = tuple(KEY_OF[name] for name in by if name != "day")
    if "day" in by:
        return list(_day_rows(facts, grain, list(over)))
    for window in over:
        found += _ratio_rows(facts, by, window)
        found += _lift_rows(facts, grain, window)
    return found + list(_fixed_rows(facts, by))


def value_of(numerator: float | None, denominator: float | None, factor: int) -> float | None:
    """A ratio whose denominator is 0 or absent is nothing, never 0."""
    return factor * (numerator or 0) / denominator if denominator else None


def _ratio_rows(facts: Facts, by: By, window: Window) -> Iterator[Row]:
    grain = tuple(KEY_OF[name] for name in by)
    for metric, (formula, factor, per_creative, _) in RATIOS.items():
        if per_creative or "creative" not in by:
            for group, pair in formula(facts, window, grain).items():
                yield _ratio_row(metric, window.name, zip(grain, group, strict=True), pair, factor)


def _ratio_row(
    metric: str, window: str, grain: Iterable[tuple[str, str]], pair: tuple[float, float | None], factor: int
) -> Row:
    numerator, denominator = pair
    value = numerator if metric == "impressions" else value_of(numerator, denominator, factor)
    return Row(metric, window, frozenset(grain), value, numerator, denominator)


def _day_rows(facts: Facts, grain: Grain, over: list[Window]) -> Iterator[Row]:
    """A day's value is the same in every window that holds the day; the row carries the window it was asked with."""
    for day in _days(facts):
        one = windows.one_day(day, facts.as_of)
        asked = [window.name for window in over if window.holds_day(day)]
        for metric, (formula, factor, _, daily) in RATIOS.items():
            found = formula(facts, one, grain) if daily and asked else {}
            for group, pair in found.items():
                keys = [*zip(grain, group, strict=True), ("day", day.isoformat())]
                for name in asked:
                    yield _ratio_row(metric, name, keys, pair, factor)


def _days(facts: Facts) -> list[date]:
    """The days on which anything happened or was spent."""
    things = [*facts.deliveries, *facts.impressions, *facts.opens, *facts.clicks, *facts.conversions, *facts.orders]
    return sorted({thing.at.date() for thing in things} | {row.day for row in facts.spend})


def _lift_rows(facts: Facts, grain: Grain, window: Window) -> Iterator[Row]:
    for metric, of_buyers in ROLLED_UP.items():
        for group, lift in lifts.at_grain(facts, window, grain, of_buyers=of_buyers).items():
            yield _lift_row(metric, window.name, zip(grain, group, strict=True), lift)
    if grain == ("campaign_id",):
        for campaign, stratum in lifts.strata(facts, window).items():
            for metric, formula in PER_CAMPAIGN.items():
                yield _lift_row(metric, window.name, [("campaign_id", campaign)], formula(stratum))


def _lift_row(metric: str, window: str, grain: Iterable[tuple[str, str]], lift: Lift) -> Row:
    return Row(metric, window, frozenset(grain), lift.value, lift.numerator, lift.denominator, lift)


def _fixed_rows(facts: Facts, by: By) -> Iterator[Row]:
    if not by:
        for metric, mature in (("ltv", False), ("ltv_mature", True)):
            for numerator, denominator in customers.ltv(facts, mature_only=mature).values():
                yield Row(metric, "all", frozenset(), value_of(numerator, denominator, 1), numerator, denominator)
    if by in {(), ("campaign",)}:
        found = customers.budget_utilization(facts, by_campaign=bool(by))
        for group, (numerator, denominator) in found.items():
            grain = frozenset(zip((KEY_OF[name] for name in by), group, strict=True))
            value = value_of(numerator, denominator, 100)
            yield Row("budget_utilization", "all", grain, value, numerator, denominator)
