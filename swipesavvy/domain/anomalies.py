"""What is unusual in a series of hours or days: spikes, drops, zeros, by robust statistics on the seven days before.

Belongs here: the detectors and how bad a finding is. A value is compared with the same hour (or the whole day) of each
of the seven days before, brought to its own weekday's level. Which series are watched is `application`'s business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WEEK = 7
WEEKS_OF_LEVEL = 4
CONSISTENCY = 1.4826
"""What makes a median absolute deviation comparable with a standard deviation."""
SCORE_LIMIT = 3.0
DROP_LIMIT = 0.30
FENCE = 3.0
"""Interquartile ranges beyond the quartiles that count as far out; 1.5 is too nervous for seven values."""
SPREAD = 0.10
"""Movement no history shows but every market has, as a share of the expected value, beside pure chance."""
LEAST_EXPECTED = 6.0
"""Below this many expected events even a zero may be chance (e^-6 = 0.2%)."""
MEDIAN_DOUBT = 1.22
"""Variance of a value about a median of seven others, as a multiple of its own."""
LEVEL_PRIOR = 20.0
"""Added to the levels of weekdays before they are divided: small ones say little about a weekday."""
FACTOR_RANGE = (0.25, 4.0)
CRITICAL_SHARE, WARNING_SHARE = 0.6, 0.4


class Grain(StrEnum):
    """How long one value of a series is about."""

    HOUR = "hour"
    DAY = "day"

    @property
    def step(self) -> timedelta:
        """Length of one value."""
        return timedelta(hours=1) if self is Grain.HOUR else timedelta(days=1)

    @property
    def per_day(self) -> int:
        """Values a day."""
        return 24 if self is Grain.HOUR else 1


@dataclass(frozen=True)
class Series:
    """Equally spaced values, oldest first; NaN where there is none.

    `support` is the number of events behind each value (for counts the values themselves), `dispersion` how much more
    a value scatters than a count of as many events. `only` names the one type of anomaly looked for, if not all are;
    `zero_name` what an unexpected zero is called.
    """

    metric_id: str
    subject_type: str
    subject: str
    values: Floats
    support: Floats
    dispersion: float = 1.0
    is_ratio: bool = False
    only: str | None = None
    zero_name: str = "zero_value"


@dataclass(frozen=True)
class Anomaly:
    """One unusual hour or day; `detected_for_at` is its start (naive UTC), `score` in robust standard deviations."""

    anomaly_id: str
    detected_for_at: datetime
    grain: str
    is_newest: bool
    metric_id: str
    subject_type: str
    subject: str
    anomaly_type: str
    severity: str
    detector: str
    expected_value: float
    actual_value: float
    deviation_pct: float | None
    score: float
    affected_records: int


@dataclass(frozen=True)
class Verdicts:
    """What the detectors say of each value judged: shapes (values judged,). Where nothing is known, all are silent."""

    expected: Floats
    score: Floats
    robust_z: Flags
    drop: Flags
    zero: Flags
    iqr: Flags
    judged: Flags

    @property
    def any(self) -> Flags:
        """Values at least one detector speaks up about."""
        return self.robust_z | self.drop | self.zero | self.iqr


def find_anomalies(series: Series, grain: Grain, first_at: datetime, judged: int) -> Iterator[Anomaly]:
    """Anomalies among the last `judged` values; `first_at` is the start of the series' first value."""
    verdicts = judge(series, grain, judged)
    start = len(series.values) - len(verdicts.score)
    for place in np.flatnonzero(verdicts.any):
        found = _anomaly(series, grain, first_at, verdicts, int(start + place))
        if series.only is None or found.anomaly_type == series.only:
            yield found


def judge(series: Series, grain: Grain, judged: int) -> Verdicts:
    """Every detector on the last `judged` values (fewer if the series is shorter)."""
    size = len(series.values)
    places = np.arange(max(size - judged, 0), size)
    actual = series.values[places]
    base, base_support = _week_before(series, grain, places)
    known = ~np.isnan(base).any(axis=1) & ~np.isnan(actual)
    with np.errstate(invalid="ignore", divide="ignore"):
        support = np.median(base_support, axis=1)
        expected, least = np.median(base, axis=1), base.min(axis=1)
        low, high = np.quantile(base, (0.25, 0.75), axis=1)
        deviation = CONSISTENCY * np.median(np.abs(base - expected[:, None]), axis=1)
        floor = chance(series, expected, support, SPREAD)
        score = (actual - expected) / np.maximum(deviation, floor)
        enough = known & (support >= LEAST_EXPECTED)
        # A rise from next to nothing is unusual too, a fall to it is not.
        audible = enough | (known & (actual > expected) & (series.support[places] >= LEAST_EXPECTED))
        robust_z = audible & (np.abs(score) > SCORE_LIMIT)
        # Here nothing but counting noise is allowed for: below all seven days by that much is no usual spread.
        shortfall = (expected - actual) / chance(series, expected, support, 0.0)
        fallen = (actual < (1 - DROP_LIMIT) * expected) & (actual < least)
        drop = enough & fallen & (shortfall > SCORE_LIMIT)
        zero = enough & (actual == 0) & (least > 0)
        fence = FENCE * np.maximum(high - low, floor)
        iqr = audible & ((actual < low - fence) | (actual > high + fence))
    return Verdicts(expected, score, robust_z, drop, zero, iqr, known)


def chance(series: Series, expected: Floats, support: Floats, spread: float) -> Floats:
    """The standard deviation a value has at least: counting noise, and a usual spread as a share of the value.

    The expectation, a median of seven, is itself uncertain by about a fifth of the variance.
    """
    is_count = series.support is series.values
    size = np.maximum(np.abs(expected), 1.0 if is_count else 1e-12)
    relative = series.dispersion / np.maximum(size if is_count else support, 1.0) + spread**2
    return np.asarray(size * np.sqrt(MEDIAN_DOUBT * relative))


def _week_before(series: Series, grain: Grain, places: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The values at the same time of the seven days before, at the level of the day judged; and their support."""
    back = places[:, None] - grain.per_day * np.arange(1, WEEK + 1)
    inside = back >= 0
    base = np.where(inside, series.values[np.maximum(back, 0)], np.nan)
    support = np.where(inside, series.support[np.maximum(back, 0)], np.nan)
    if series.is_ratio:
        return base, support
    return base * _weekday_factors(series, grain, places), support


def _weekday_factors(series: Series, grain: Grain, places: npt.NDArray[np.int64]) -> Floats:
    """By how much the judged day's weekday usually exceeds that of each of the seven days before; 1 where unknown."""
    totals = _day_totals(series.values, grain)
    # Positions in `totals` end at the same time of day as the value judged.
    lags = np.arange(1, WEEK + 1)[:, None] + WEEK * np.arange(WEEKS_OF_LEVEL)[None, :]
    back = places[:, None, None] - grain.per_day * lags[None, :, :]
    days = np.where(back >= 0, totals[np.maximum(back, 0)], np.nan)
    level = np.median(days, axis=2)
    own = level[:, WEEK - 1 : WEEK]
    low, high = FACTOR_RANGE
    factors = np.clip((own + LEVEL_PRIOR) / (level + LEVEL_PRIOR), low, high)
    return np.where(np.isnan(factors), 1.0, factors)


def _day_totals(values: Floats, grain: Grain) -> Floats:
    """Sum of the 24 hours around each hour (12 before, 12 after where known); of a day, the day itself."""
    if grain is Grain.DAY:
        return values
    half = grain.per_day // 2
    summed = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    low = np.maximum(np.arange(len(values)) - half, 0)
    high = np.minimum(np.arange(len(values)) + half, len(values))
    totals = np.asarray((summed[high] - summed[low]) * grain.per_day / np.maximum(high - low, 1))
    return np.where(np.isnan(values), np.nan, totals)


def _anomaly(series: Series, grain: Grain, first_at: datetime, verdicts: Verdicts, place: int) -> Anomaly:
    """The finding about one place of the series, of which the verdicts cover the end."""
    size = len(series.values)
    judged = place - (size - len(verdicts.score))
    at = first_at + grain.step * place
    actual, expected = float(series.values[place]), float(verdicts.expected[judged])
    kind = "spike" if actual > expected else series.zero_name if actual == 0 else "drop"
    kind = series.only if series.only and kind == "spike" else kind
    share = (actual - expected) / abs(expected) if expected else None
    counted = series.support is series.values
    name = f"swipesavvy:anomaly:{series.metric_id}:{series.subject}:{kind}:{grain}:{at.isoformat()}"
    return Anomaly(
        anomaly_id=str(uuid5(NAMESPACE_URL, name)),
        detected_for_at=at,
        grain=grain.value,
        is_newest=place == size - 1,
        metric_id=series.metric_id,
        subject_type=series.subject_type,
        subject=series.subject,
        anomaly_type=kind,
        severity=severity(kind, share, series.zero_name),
        detector=next(one for one in ("zero", "robust_z", "drop", "iqr") if bool(getattr(verdicts, one)[judged])),
        expected_value=expected,
        actual_value=actual,
        deviation_pct=None if share is None else 100 * share,
        score=float(verdicts.score[judged]),
        affected_records=round(abs(actual - expected)) if counted else round(float(series.support[place])),
    )


def severity(kind: str, share: float | None, zero_name: str = "zero_value") -> str:
    """How bad: nothing at all or the loss of most of it is critical, more than expected never is."""
    if kind == zero_name or (kind == "drop" and share is not None and share <= -CRITICAL_SHARE):
        return "critical"
    far = share is None or abs(share) >= (WARNING_SHARE if kind == "drop" else 1.0)
    return "warning" if far or kind == "duplicate" else "info"
