"""Inference from sufficient statistics: proportions, means, and the balance of a split.

Here belong functions of counts and sums that return an estimate's uncertainty. Rows, windows, units of display and
where the counts come from do not. A quantity that the numbers cannot support is `None`, never NaN or an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt

from scipy import stats

CONFIDENCE = 0.95
# Rounded as the definition of the roll-up interval rounds it, so that everybody gets the same digits.
ROLL_UP_Z = 1.959964


@dataclass(frozen=True)
class Proportion:
    """How many of `total` users did something: 0 <= `successes` <= `total`."""

    successes: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.total:
            raise ValueError(f"{self.successes} of {self.total} is no proportion")

    @property
    def rate(self) -> float:
        """Share, 0-1; needs at least one user."""
        return self.successes / self.total


@dataclass(frozen=True)
class Sample:
    """A quantity over `count` users: the sum of their values and the sum of the squares of their values."""

    count: int
    total: float
    total_of_squares: float

    @property
    def mean(self) -> float:
        """Mean per user; needs at least one user."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Unbiased variance between users; needs at least two. Rounding below zero counts as zero."""
        return max(self.total_of_squares - self.total * self.total / self.count, 0.0) / (self.count - 1)


@dataclass(frozen=True)
class Interval:
    """A confidence interval, `low` <= `high`."""

    low: float
    high: float

    def scaled(self, factor: float) -> "Interval":
        """The interval of the estimate times a factor that is not negative."""
        return Interval(self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Arms:
    """One comparison of proportions: the treated and the control users of one stratum."""

    treated: Proportion
    control: Proportion


@dataclass(frozen=True)
class Difference:
    """What can be said about a difference: its interval and two-sided p-value, each `None` where nothing can."""

    interval: Interval | None
    p_value: float | None


def wilson_interval(proportion: Proportion, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of one proportion, without continuity correction; needs at least one user."""
    z = float(stats.norm.ppf((1 + confidence) / 2))
    n, rate = proportion.total, proportion.rate
    centre = 2 * n * rate + z * z
    spread = z * sqrt(z * z + 4 * n * rate * (1 - rate))
    scale = 2 * (n + z * z)
    return Interval((centre - spread) / scale, (centre + spread) / scale)


def newcombe_interval(treated: Proportion, control: Proportion, confidence: float = CONFIDENCE) -> Interval | None:
    """Newcombe's hybrid score interval (method 10, no continuity correction) of treated minus control rate.

    `None` where an arm is empty.
    """
    if treated.total == 0 or control.total == 0:
        return None
    t, c = wilson_interval(treated, confidence), wilson_interval(control, confidence)
    difference = treated.rate - control.rate
    return Interval(
        difference - sqrt((treated.rate - t.low) ** 2 + (c.high - control.rate) ** 2),
        difference + sqrt((t.high - treated.rate) ** 2 + (control.rate - c.low) ** 2),
    )


def two_sided(z: float) -> float:
    """Two-sided p-value of a standard normal statistic."""
    return 2 * float(stats.norm.sf(abs(z)))


def pooled_p_value(treated: Proportion, control: Proportion) -> float | None:
    """Two-sided p-value of the pooled two-proportion z test, without continuity correction.

    `None` where an arm is empty, or where nobody or everybody succeeded.
    """
    if treated.total == 0 or control.total == 0:
        return None
    total = treated.total + control.total
    pooled = (treated.successes + control.successes) / total
    if pooled in (0.0, 1.0):
        return None
    error = sqrt(pooled * (1 - pooled) * (1 / treated.total + 1 / control.total))
    return two_sided((treated.rate - control.rate) / error)


def compare_proportions(arms: Arms) -> Difference:
    """Newcombe's interval and the pooled p-value of treated minus control rate (not percent)."""
    return Difference(newcombe_interval(arms.treated, arms.control), pooled_p_value(arms.treated, arms.control))


def roll_up(strata: Sequence[Arms]) -> Difference:
    """Interval and p-value of the sum over strata of T - C x nT / nC: successes beyond what the control would give.

    Every stratum needs users in both arms. Both are `None` without strata; where no stratum varies the interval is the
    effect alone, as the settled formula gives it, and there is no p-value.
    """
    if not strata:
        return Difference(None, None)
    # Exact sums: the strata come in no fixed order, and the same data must give the same digits.
    effect = fsum(a.treated.successes - a.control.successes * a.treated.total / a.control.total for a in strata)
    error = sqrt(fsum(arms.treated.total**2 * (_variance(arms.treated) + _variance(arms.control)) for arms in strata))
    interval = Interval(effect - ROLL_UP_Z * error, effect + ROLL_UP_Z * error)
    return Difference(interval, two_sided(effect / error) if error > 0 else None)


def _variance(proportion: Proportion) -> float:
    """Variance of an observed rate."""
    return proportion.rate * (1 - proportion.rate) / proportion.total


def compare_means(treated: Sample, control: Sample, confidence: float = CONFIDENCE) -> Difference:
    """Welch's interval and two-sided p-value of treated minus control mean.

    `None` where an arm has fewer than two users, neither arm varies, or a square went beyond what a double holds.
    """
    if treated.count < 2 or control.count < 2:  # noqa: PLR2004 - two values are the least that vary
        return Difference(None, None)
    t_error, c_error = treated.variance / treated.count, control.variance / control.count
    squared_error = t_error + c_error
    if not (isfinite(squared_error) and squared_error > 0):
        return Difference(None, None)
    share = t_error / squared_error
    freedom = 1 / (share**2 / (treated.count - 1) + (1 - share) ** 2 / (control.count - 1))
    error = sqrt(squared_error)
    difference = treated.mean - control.mean
    reach = float(stats.t.ppf((1 + confidence) / 2, freedom)) * error
    p_value = 2 * float(stats.t.sf(abs(difference) / error, freedom))
    return Difference(Interval(difference - reach, difference + reach), p_value)


def sample_ratio_p_value(n_treated: int, n_control: int, control_share: float) -> float | None:
    """Chi-square p-value (1 degree of freedom) of the group sizes against the planned share of control users, 0-1.

    Small means that assignment or logging is broken. `None` without users, or where the plan is 0 or 1.
    """
    total = n_treated + n_control
    if total == 0 or not 0 < control_share < 1:
        return None
    expected = total * control_share
    deviation = (n_control - expected) ** 2
    return float(stats.chi2.sf(deviation / expected + deviation / (total - expected), 1))
