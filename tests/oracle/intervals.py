"""The statistics beside a lift, written from their textbook formulas; only distribution functions are borrowed."""

import math
from dataclasses import dataclass

from scipy import stats

Z = float(stats.norm.ppf(0.975))
ROLL_UP_Z = 1.959964


@dataclass(frozen=True)
class Sample:
    """Size, sum and sum of squares of one outcome per user."""

    size: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.size

    @property
    def variance(self) -> float:
        """With n - 1 in the denominator."""
        return (self.squares - self.total * self.total / self.size) / (self.size - 1)


def wilson(hits: int, size: int) -> tuple[float, float]:
    """Wilson's score interval of a proportion, 95%."""
    share = hits / size
    middle = share + Z * Z / (2 * size)
    half = Z * math.sqrt(share * (1 - share) / size + Z * Z / (4 * size * size))
    return (middle - half) / (1 + Z * Z / size), (middle + half) / (1 + Z * Z / size)


def newcombe(hits: int, size: int, other_hits: int, other_size: int) -> tuple[float, float]:
    """Newcombe's hybrid score interval (method 10) of the difference of two proportions, first minus second."""
    one, other = hits / size, other_hits / other_size
    low, high = wilson(hits, size)
    other_low, other_high = wilson(other_hits, other_size)
    down = math.sqrt((one - low) ** 2 + (other_high - other) ** 2)
    up = math.sqrt((high - one) ** 2 + (other - other_low) ** 2)
    return one - other - down, one - other + up


def pooled_p(hits: int, size: int, other_hits: int, other_size: int) -> float | None:
    """Two-sided p of the pooled two-proportion z test; nothing where nobody or everybody did it."""
    pooled = (hits + other_hits) / (size + other_size)
    if pooled in {0, 1}:
        return None
    z = (hits / size - other_hits / other_size) / math.sqrt(pooled * (1 - pooled) * (1 / size + 1 / other_size))
    return two_sided(z)


def two_sided(z: float) -> float:
    """Two-sided p of a standard normal deviate."""
    return float(2 * stats.norm.sf(abs(z)))


def welch(one: Sample, other: Sample) -> tuple[float, float, float] | None:
    """Low and high end of the 95% interval of the difference of two means, and p; nothing without any variance."""
    if min(one.size, other.size) < 2:
        return None
    a, b = one.variance / one.size, other.variance / other.size
    if a + b <= 0:
        return None
    freedom = (a + b) ** 2 / (a * a / (one.size - 1) + b * b / (other.size - 1))
    error = math.sqrt(a + b)
    difference = one.mean - other.mean
    reach = float(stats.t.ppf(0.975, freedom)) * error
    return difference - reach, difference + reach, float(2 * stats.t.sf(abs(difference) / error, freedom))


def sample_ratio_p(treated: int, control: int, holdout_share: float) -> float | None:
    """Chi-square with one degree of freedom of the group sizes against the planned split."""
    if holdout_share in {0, 1} or treated + control == 0:
        return None
    planned = (treated + control) * holdout_share
    gap = control - planned
    return float(stats.chi2.sf(gap * gap / planned + gap * gap / (treated + control - planned), 1))
