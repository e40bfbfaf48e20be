"""What is expected of the main marts and of the metrics, beyond the keys and references that dbt's tests hold.

Plain declarations; `expectations` runs them.
"""

from swipesavvy.adapters.expectations import Expectation, Suite
from swipesavvy.domain.metrics import WINDOWS

PERCENTAGES = ("ctr", "conversion_rate", "open_rate")
RATES_OF_PEOPLE = ("conversion_rate", "open_rate")

SUITES = (
    Suite(
        "marts.experiment_arms",
        "select * from marts.experiment_arms",
        (
            Expectation(
                "ExpectColumnValuesToBeInSet", {"column": "window_name", "value_set": list(WINDOWS)}, "known windows"
            ),
        ),
    ),
)
