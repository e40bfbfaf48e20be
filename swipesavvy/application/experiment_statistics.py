"""Intervals and p-values of the experiment metrics, from the sums that dbt's `experiment_arms` delivers.

Here belong the pairing of metric, grain and method, and the unit each metric shows. The methods themselves are
`domain.statistics`; values, numerators and denominators are dbt's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from swipesavvy.domain.statistics import (
    Arms,
    Difference,
    Interval,
    Proportion,
    Sample,
    compare_means,
    compare_proportions,
    roll_up,
    sample_ratio_p_value,
)

PERCENT = 100.0


@dataclass(frozen=True)
class LiftInterval:
    """Uncertainty of one metric in one window and group: interval in the metric's unit; null keys are roll-ups."""

    metric: str
    window_name: str
    campaign_id: str | None
    creative_id: str | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    srm_p_value: float | None


@dataclass(frozen=True)
class ArmsRow:
    """One row of `experiment_arms`; `creative_id` is null for the campaign as a whole."""

    window_name: str
    campaign_id: str
    creative_id: str | None
    n_treated: int
    n_control: int
    treated_buyers: int
    control_buyers: int
    treated_visitors: int
    control_visitors: int
    treated_revenue_usd: float
    treated_revenue_sq: float
    control_revenue_usd: float
    control_revenue_sq: float
    holdout_share: float

    @property
    def buyers(self) -> Arms:
        """Users with an order within seven days."""
        return Arms(Proportion(self.treated_buyers, self.n_treated), Proportion(self.control_buyers, self.n_control))

    @property
    def visitors(self) -> Arms:
        """Users who landed on an offer within seven days."""
        return Arms(
            Proportion(self.treated_visitors, self.n_treated), Proportion(self.control_visitors, self.n_control)
        )

    @property
    def has_both_arms(self) -> bool:
        """Whether there is anything to compare."""
        return self.n_treated > 0 and self.n_control > 0

    @property
    def srm_p_value(self) -> float | None:
        """Balance of the split; a creative gets only a part of the treated users, so it has none."""
        if self.creative_id is not None:
            return None
        return sample_ratio_p_value(self.n_treated, self.n_control, self.holdout_share)


def lift_intervals(arms: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Rows for `results.lift_intervals` from rows of `experiment_arms` (its column names as keys).

    Each campaign row gives four metrics, each creative row two; `holdout_lift` and `incrementality` also get the rows
    of the grains above the campaign: the total of a window, and a creative over its campaigns.
    """
    rows = [_row(values) for values in arms]
    found = [interval for row in rows for interval in _of_stratum(row)]
    found += list(_of_roll_ups(rows))
    return [asdict(interval) for interval in found]


def _row(values: Mapping[str, object]) -> ArmsRow:
    return ArmsRow(**{name: values[name] for name in ArmsRow.__dataclass_fields__})  # type: ignore[arg-type]


def _of_stratum(row: ArmsRow) -> Iterator[LiftInterval]:
    """The campaign itself, or one creative of it, compared within one campaign."""
    bought = compare_proportions(row.buyers)
    yield _interval("holdout_lift", row, bought, PERCENT)
    yield _interval("incrementality", row, bought, _per_buyer(row.n_treated, row.treated_buyers))
    if row.creative_id is None:
        yield _interval("visit_lift", row, compare_proportions(row.visitors), PERCENT)
        spent = compare_means(
            Sample(row.n_treated, row.treated_revenue_usd, row.treated_revenue_sq),
            Sample(row.n_control, row.control_revenue_usd, row.control_revenue_sq),
        )
        yield _interval("revenue_per_user_lift", row, spent, 1.0)


def _interval(metric: str, row: ArmsRow, difference: Difference, factor: float | None) -> LiftInterval:
    low, high = _bounds(difference.interval, factor)
    return LiftInterval(
        metric, row.window_name, row.campaign_id, row.creative_id, low, high, difference.p_value, row.srm_p_value
    )


def _of_roll_ups(rows: Sequence[ArmsRow]) -> Iterator[LiftInterval]:
    """Sums over the campaigns that have both arms, per window, and per creative where several campaigns share it."""
    groups: dict[tuple[str, str | None], list[ArmsRow]] = defaultdict(list)
    for row in rows:
        if row.has_both_arms:
            groups[row.window_name, row.creative_id].append(row)
    for (window_name, creative_id), strata in groups.items():
        if creative_id is not None and len(strata) == 1:
            # Not above its campaign: the same comparison, hence the same interval, as with the campaign named.
            difference, scale = compare_proportions(strata[0].buyers), float(strata[0].n_treated)
        else:
            difference, scale = roll_up([row.buyers for row in strata]), 1.0
        n_treated, buyers = sum(row.n_treated for row in strata), sum(row.treated_buyers for row in strata)
        for metric, base in (("holdout_lift", n_treated), ("incrementality", buyers)):
            low, high = _bounds(difference.interval, PERCENT * scale / base if base else None)
            yield LiftInterval(metric, window_name, None, creative_id, low, high, difference.p_value, None)


def _per_buyer(n_treated: int, buyers: int) -> float | None:
    """From a difference of rates to percent of the treated buyers; none without buyers."""
    return PERCENT * n_treated / buyers if buyers else None


def _bounds(interval: Interval | None, factor: float | None) -> tuple[float | None, float | None]:
    if interval is None or factor is None:
        return None, None
    scaled = interval.scaled(factor)
    return scaled.low, scaled.high
