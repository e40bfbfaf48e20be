"""What a metric is to people: the catalogue entry declared once in dbt's YAML and read everywhere else."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "range"]
RefreshTier = Literal["realtime", "hourly", "daily", "weekly"]

WINDOWS = ("1d", "7d", "30d", "90d", "ytd", "all")
GRAIN_KEYS = {
    "campaign": "campaign_id",
    "segment": "segment",
    "creative": "creative_id",
    "day": "day",
    "channel": "channel",
    "cohort": "cohort",
    "source": "source",
}


@dataclass(frozen=True)
class MetricDefinition:
    """One catalogue entry.

    `target` and the acceptable range are in the metric's own unit; `grains` are names of `GRAIN_KEYS`
    (the total is always there); `fixed_window` names the window of metrics that have only one.
    """

    metric: str
    label: str
    definition: str
    formula: str
    unit: str
    direction: Direction
    target: float | None
    range_low: float | None
    range_high: float | None
    owner: str
    refresh_tier: RefreshTier
    visualisation: str
    priority: str
    grains: tuple[str, ...]
    fixed_window: str | None = None
