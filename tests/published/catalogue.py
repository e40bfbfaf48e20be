"""The catalogue entries of the test snapshot."""

from typing import Any

COLUMNS = (
    *("metric", "label", "definition", "formula", "unit", "direction", "target", "range_low", "range_high", "owner"),
    *("refresh_tier", "visualisation", "priority", "grains", "fixed_window"),
)


def _entry(metric: str, label: str, unit: str, direction: str, **given: Any) -> dict[str, Any]:
    return {
        "metric": metric,
        "label": label,
        "definition": f"What {label} means, in one sentence",
        "formula": f"{label.lower()} numerator / {label.lower()} denominator",
        "unit": unit,
        "direction": direction,
        "target": None,
        "range_low": None,
        "range_high": None,
        "owner": "CMO",
        "refresh_tier": "realtime",
        "visualisation": "card",
        "priority": "must",
        "grains": ["campaign", "creative", "day"],
        "fixed_window": None,
        **given,
    }


CATALOGUE = [
    _entry("aov", "Average order value", "USD", "higher", range_low=10.0, range_high=50.0, grains=["campaign", "day"]),
    _entry(
        "budget_utilization", "Budget used", "%", "range", range_low=75.0, range_high=105.0,
        grains=["campaign"], fixed_window="all",
    ),
    _entry("cac", "Customer acquisition cost", "USD", "lower", target=15.0, range_high=20.0,
           grains=["campaign", "day"]),
    _entry("conversion_rate", "Conversion rate", "%", "higher", range_low=5.0, range_high=20.0),
    _entry("ctr", "Click-through rate", "%", "higher", range_low=1.5, range_high=5.0),
    _entry(
        "holdout_lift", "Holdout lift", "pp", "higher", range_low=0.5, range_high=3.0,
        grains=["campaign", "creative"],
    ),
    _entry(
        "incrementality", "Incrementality", "%", "higher", target=40.0, range_low=30.0, range_high=60.0,
        grains=["campaign", "creative"],
    ),
    _entry("ltv", "Customer lifetime value", "USD", "higher", target=450.0, range_low=300.0, range_high=1000.0,
           grains=["cohort"], fixed_window="all"),
    _entry("ltv_mature", "Lifetime value of mature customers", "USD", "higher", grains=["cohort"], fixed_window="all"),
    _entry("open_rate", "Open rate", "%", "higher", target=25.0, range_low=15.0, range_high=35.0,
           grains=["campaign", "day"]),
    _entry("roas", "Return on ad spend", "x", "higher", target=3.5, range_low=2.5, range_high=5.0),
]  # fmt: skip
