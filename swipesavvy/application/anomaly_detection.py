"""Which series are watched for anomalies, and how far back: volumes, duplicate copies, daily metrics.

Belongs here: arranging counts into series and asking the detectors of `domain.anomalies` about each. Reading the
counts and storing the findings is an adapter's business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from swipesavvy.domain.anomalies import Anomaly, Floats, Grain, Series, find_anomalies

DAYS_SHOWN = 30
DAYS_READ = DAYS_SHOWN + 35
"""Days of history a finding of the first day shown needs: a week to compare with, four more for weekdays' levels."""
OWN_TYPES = frozenset({"anomaly_detected", "data_refresh_completed", "metric_calculation_completed"})
"""What builds themselves report; watching it would feed findings on findings."""
MONEY = 2.0
"""Orders' values scatter about as much as their number, which doubles the variance of a sum."""
DISPERSION = {"revenue": MONEY, "order_value": MONEY, "roas": MONEY, "aov": MONEY, "spend": MONEY, "cpc": MONEY}
RATIOS = frozenset({"ctr", "cpc", "roas", "aov"})
COUNTED = frozenset({"impressions", "clicks", "conversions", "orders"})


@dataclass(frozen=True)
class Counts:
    """Counts of one kind: four arrays of equal length; `hour` counts from the start of what was read."""

    event_type: npt.NDArray[np.object_]
    source: npt.NDArray[np.object_]
    hour: npt.NDArray[np.int64]
    count: Floats


@dataclass(frozen=True)
class Figures:
    """Daily figures: arrays of equal length; `day` counts from the start of what was read."""

    metric_id: npt.NDArray[np.object_]
    day: npt.NDArray[np.int64]
    value: Floats
    support: Floats


def span(as_of: datetime) -> tuple[datetime, int]:
    """Where reading starts (a midnight) and how many whole hours follow up to `as_of` (both naive UTC)."""
    end = (as_of + timedelta(microseconds=1)).replace(minute=0, second=0, microsecond=0)
    start = end.replace(hour=0) - timedelta(days=DAYS_READ)
    return start, round((end - start) / Grain.HOUR.step)


def detect(as_of: datetime, events: Counts, duplicates: Counts, figures: Figures) -> list[Anomaly]:
    """Anomalies of the last 30 days up to the last whole hour and day before `as_of` (naive UTC), oldest first."""
    start, _ = span(as_of)
    found = [
        anomaly
        for grain, series in watched(as_of, events, duplicates, figures)
        for anomaly in find_anomalies(series, grain, start, DAYS_SHOWN * grain.per_day)
    ]
    return sorted(found, key=lambda one: (one.detected_for_at, one.metric_id, one.subject, one.grain))


def watched(as_of: datetime, events: Counts, duplicates: Counts, figures: Figures) -> Iterator[tuple[Grain, Series]]:
    """Every series there is to judge: volumes and copies by the hour, volumes and metrics by the day."""
    _, hours = span(as_of)
    volumes = list(volume_series(events, hours))
    yield from ((Grain.HOUR, series) for series in volumes)
    yield from ((Grain.HOUR, series) for series in duplicate_series(events, duplicates, hours))
    yield from ((Grain.DAY, series) for series in daily_series(volumes, hours // 24))
    yield from ((Grain.DAY, series) for series in figure_series(figures, hours // 24))


def volume_series(events: Counts, hours: int) -> Iterator[Series]:
    """Hourly events of each type, and of each source."""
    watched = ~np.isin(events.event_type.astype(str), sorted(OWN_TYPES))
    for name, labels, zero in (
        ("event_type", events.event_type, "zero_value"),
        ("source", events.source, "missing_data"),
    ):
        for subject, counted in _by_label(labels, events, watched, hours).items():
            yield Series("event_volume", name, subject, counted, counted, zero_name=zero)


def duplicate_series(events: Counts, duplicates: Counts, hours: int) -> Iterator[Series]:
    """Hourly copies that did not win, of each source that sends events."""
    everything = np.ones(len(events.hour), dtype=bool)
    copies = _by_label(duplicates.source, duplicates, np.ones(len(duplicates.hour), dtype=bool), hours)
    for source, counted in _by_label(events.source, events, everything, hours).items():
        # Copies are known of from the source's first event on, none at all being the rule.
        values = np.where(np.isnan(counted), np.nan, np.nan_to_num(copies.get(source, np.zeros(hours))))
        yield Series("duplicate_copies", "source", source, values, values, only="duplicate")


def daily_series(hourly: Sequence[Series], days: int) -> Iterator[Series]:
    """Whole days of the volumes: what an hour is too short to tell from chance shows here."""
    for series in hourly:
        totals = series.values[: days * 24].reshape(days, 24).sum(axis=1)
        yield replace(series, values=totals, support=totals)


def figure_series(figures: Figures, days: int) -> Iterator[Series]:
    """Daily metrics; a day without a row is 0 for a sum and nothing for a ratio."""
    inside = (figures.day >= 0) & (figures.day < days)
    for metric in sorted(set(figures.metric_id[inside])):
        rows = inside & (figures.metric_id == metric)
        is_ratio = metric in RATIOS
        values = np.full(days, np.nan if is_ratio else 0.0)
        support = np.zeros(days)
        values[figures.day[rows]] = figures.value[rows]
        support[figures.day[rows]] = figures.support[rows]
        if not is_ratio:
            values[: figures.day[rows].min()] = np.nan
            support = values if metric in COUNTED else support
        yield Series(metric, "metric", metric, values, support, DISPERSION.get(metric, 1.0), is_ratio)


def _by_label(
    labels: npt.NDArray[np.object_], counts: Counts, chosen: npt.NDArray[np.bool_], hours: int
) -> dict[str, Floats]:
    """Dense hourly counts of each label, nothing before its first event."""
    rows = chosen & (counts.hour >= 0) & (counts.hour < hours)
    found: dict[str, Floats] = {}
    for label in sorted(set(labels[rows])):
        mine = rows & (labels == label)
        values = np.bincount(counts.hour[mine], weights=counts.count[mine], minlength=hours).astype(np.float64)
        values[: counts.hour[mine].min()] = np.nan
        found[str(label)] = values
    return found
