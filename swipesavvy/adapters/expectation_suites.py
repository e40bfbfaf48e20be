"""What is expected of the main marts and of the metrics: plausible ranges and orders of magnitude.

Keys, references and allowed words are dbt's tests and are not repeated here. Plain declarations; `expectations` runs
them. An expectation that is not a warning keeps the build from being published.
"""

from typing import Any

from swipesavvy.adapters.expectations import Expectation, Suite


def _not_negative(column: str, meaning: str) -> Expectation:
    return Expectation("ExpectColumnValuesToBeBetween", {"column": column, "min_value": 0}, meaning)


def _between(column: str, low: float, high: float, meaning: str, is_warning: bool = False) -> Expectation:
    limits = {"column": column, "min_value": low, "max_value": high}
    return Expectation("ExpectColumnValuesToBeBetween", limits, meaning, is_warning)


def _at_least(larger: str, smaller: str, meaning: str) -> Expectation:
    pair: dict[str, Any] = {
        "column_A": larger,
        "column_B": smaller,
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    }
    return Expectation("ExpectColumnPairValuesAToBeGreaterThanB", pair, meaning)


MART_SUITES = (
    Suite(
        "marts.dim_campaigns",
        "select budget, holdout_share from marts.dim_campaigns",
        (
            _not_negative("budget", "a budget is no debt"),
            _between("holdout_share", 0, 1, "a planned holdout is a share"),
            _between("holdout_share", 0, 0.5, "no campaign withholds itself from most people", is_warning=True),
        ),
    ),
    Suite(
        "marts.fct_spend",
        "select cost from marts.fct_spend",
        (_not_negative("cost", "spend is not negative"),),
    ),
    Suite(
        "marts.fct_conversions",
        "select order_value from marts.fct_conversions",
        (
            _not_negative("order_value", "a conversion brings no negative revenue"),
            _between("order_value", 0, 100_000, "one order stays below 100,000 dollars", is_warning=True),
        ),
    ),
    Suite(
        "marts.experiment_arms",
        "select * from marts.experiment_arms",
        (
            _at_least("n_treated", "treated_buyers", "treated buyers are treated users"),
            _at_least("n_control", "control_buyers", "control buyers are control users"),
            _at_least("n_treated", "treated_visitors", "treated visitors are treated users"),
            _at_least("n_control", "control_visitors", "control visitors are control users"),
            _not_negative("contaminated", "contamination is a count"),
        ),
    ),
)
METRIC_SUITES = (
    Suite(
        "metrics.metric_values",
        "select value, numerator, denominator, ci_low, ci_high, p_value, srm_p_value,"
        " case when metric = 'conversion_rate' then value end as conversion_rate,"
        " case when metric = 'ctr' then value end as ctr from metrics.metric_values where day is null",
        (
            _between("conversion_rate", 0, 100, "those who converted are among those who clicked"),
            _between("ctr", 0, 100, "fewer clicks than impressions", is_warning=True),
            _between("p_value", 0, 1, "a p-value is a probability"),
            _between("srm_p_value", 0, 1, "the sample-ratio p-value is a probability"),
            _at_least("ci_high", "ci_low", "an interval does not end before it begins"),
            _at_least("ci_high", "value", "a value lies below the end of its interval"),
            _at_least("value", "ci_low", "a value lies above the start of its interval"),
        ),
    ),
)
