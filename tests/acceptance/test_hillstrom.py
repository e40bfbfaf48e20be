"""The published e-mail experiment, imported by its shipped mapping, reports what its own file says, to 1e-9."""

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import metric_rows, swipesavvy
from oracle import intervals
from oracle.tables import read_table

MAPPING = Path(__file__).resolve().parents[2] / "docs" / "mappings" / "hillstrom.yaml"
CONTROL = "No E-Mail"
Customers = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def customers(test_data: Path) -> Customers:
    """Rows of the published file by arm."""
    text = gzip.decompress((test_data / "hillstrom.csv.gz").read_bytes()).decode()
    arms: Customers = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        arms[row["segment"]].append(row)
    return arms


@pytest.fixture(scope="module")
def rows(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """Published rows by metric and campaign name, over all time."""
    home = tmp_path_factory.mktemp("hillstrom") / "home"
    swipesavvy(home, "import", str(test_data / "hillstrom.csv.gz"), "--mapping", str(MAPPING))
    swipesavvy(home, "run")
    names = {row["campaign_id"]: row["name"] for row in read_table(home / "landing", "campaigns").values()}
    found = metric_rows(home, "--window", "all", by=("campaign",))
    return {(row["metric"], names[row["grain"]["campaign_id"]]): row for row in found}


def sample(arm: list[dict[str, str]], column: str) -> intervals.Sample:
    values = [float(row[column]) for row in arm]
    return intervals.Sample(len(values), sum(values), sum(value * value for value in values))


def campaign_row(rows: dict[tuple[str, str], dict[str, Any]], metric: str, arm: str) -> dict[str, Any]:
    """The row of the campaign that sent an arm's e-mail; men's is no part of women's."""
    wanted = "women" if arm.lower().startswith("women") else "men"
    found = [row for (name, campaign), row in rows.items() if name == metric and campaign.lower().startswith(wanted)]
    assert len(found) == 1, f"{len(found)} rows of {metric} for {arm}"
    return found[0]


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("arm", ["Mens E-Mail", "Womens E-Mail"])
class TestEachEmailAgainstNone:
    @pytest.mark.parametrize(("metric", "column"), [("visit_lift", "visit"), ("holdout_lift", "conversion")])
    def test_share_of_customers(
        self, rows: dict[tuple[str, str], dict[str, Any]], customers: Customers, arm: str, metric: str, column: str
    ) -> None:
        treated, control = sample(customers[arm], column), sample(customers[CONTROL], column)
        row = campaign_row(rows, metric, arm)
        assert row["value"] == pytest.approx(100 * (treated.mean - control.mean), rel=1e-9)
        low, high = intervals.newcombe(int(treated.total), treated.size, int(control.total), control.size)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((100 * low, 100 * high), rel=1e-9)
        p = intervals.pooled_p(int(treated.total), treated.size, int(control.total), control.size)
        assert row["p_value"] == pytest.approx(p, rel=1e-9)
        assert (row["n_treated"], row["n_control"], row["contaminated"]) == (treated.size, control.size, 0)
        assert row["srm_p_value"] == pytest.approx(intervals.sample_ratio_p(treated.size, control.size, 0.5), rel=1e-9)

    def test_spend_a_head(self, rows: dict[tuple[str, str], dict[str, Any]], customers: Customers, arm: str) -> None:
        treated, control = sample(customers[arm], "spend"), sample(customers[CONTROL], "spend")
        row = campaign_row(rows, "revenue_per_user_lift", arm)
        assert row["value"] == pytest.approx(treated.mean - control.mean, rel=1e-9)
        expected = intervals.welch(treated, control)
        assert (row["ci_low"], row["ci_high"], row["p_value"]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.real_data
def test_the_file_says_what_was_published(customers: Customers) -> None:
    mailed = customers["Mens E-Mail"] + customers["Womens E-Mail"]
    shares = [round(100 * sample(arm, "visit").mean, 2) for arm in (customers[CONTROL], mailed)]
    assert shares == [10.62, 16.7]
    heads = [round(sample(arm, "spend").mean, 4) for arm in (customers[CONTROL], mailed)]
    assert heads == [0.6528, 1.2496]
