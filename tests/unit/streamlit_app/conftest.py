"""Short ways to say a metric, a row and a headline."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from swipesavvy.application.metric_queries import BuildInfo, Campaign, MetricRow
from swipesavvy.application.overview_queries import BoardLine, DayValue, Headline
from swipesavvy.domain.metrics import MetricDefinition

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def _definition(metric: str = "roas", **given: Any) -> MetricDefinition:
    entry: dict[str, Any] = {
        "metric": metric, "label": metric.upper(), "definition": "d", "formula": "n / d", "unit": "x",
        "direction": "higher", "target": 3.5, "range_low": 2.5, "range_high": 5.0, "owner": "CMO",
        "refresh_tier": "realtime", "visualisation": "card", "priority": "must", "grains": ("campaign", "day"),
    }  # fmt: skip
    return MetricDefinition(**{**entry, **given})


def _row(value: float | None = 3.2, metric: str = "roas", campaign: str | None = None, **given: Any) -> MetricRow:
    grain = {} if campaign is None else {"campaign_id": campaign}
    entry: dict[str, Any] = {"numerator": value, "denominator": None if value is None else 1.0, "unit": "x"}
    return MetricRow(metric=metric, window="7d", grain=grain, value=value, **{**entry, **given})


def _headline(row: MetricRow | None, definition: MetricDefinition | None = None, **given: Any) -> Headline:
    entry: dict[str, Any] = {
        "before": None, "period": None, "days": (), "cohorts": (), "companion": None, "by_campaign": (), "names": {},
        "build": BuildInfo("build-1", AS_OF, AS_OF, AS_OF + timedelta(minutes=5)),
    }  # fmt: skip
    return Headline(definition=definition or _definition(), row=row, **{**entry, **given})


def _days(*values: float | None) -> list[DayValue]:
    first = AS_OF.date() - timedelta(days=len(values) - 1)
    return [DayValue(first + timedelta(days=index), value) for index, value in enumerate(values)]


def _line(key: str, rows: dict[str, MetricRow] | None = None, **given: Any) -> BoardLine:
    entry: dict[str, Any] = {"name": f"Name {key}", "campaign_type": "VIP", "status": "active", "budget": 100.0}
    return BoardLine(Campaign(campaign_id=key, **{**entry, **given}), rows or {})


@pytest.fixture
def definition() -> Callable[..., MetricDefinition]:
    return _definition


@pytest.fixture
def row() -> Callable[..., MetricRow]:
    return _row


@pytest.fixture
def headline() -> Callable[..., Headline]:
    return _headline


@pytest.fixture
def days() -> Callable[..., list[DayValue]]:
    return _days


@pytest.fixture
def line() -> Callable[..., BoardLine]:
    return _line


@pytest.fixture
def today() -> date:
    return AS_OF.date()
