from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.application.experiment_statistics import lift_intervals
from swipesavvy.domain.statistics import Arms, Proportion, newcombe_interval, roll_up, sample_ratio_p_value

Row = Mapping[str, object]


def arms(campaign: str = "c1", creative: str | None = None, **changed: object) -> dict[str, object]:
    row: dict[str, object] = {
        "window_name": "7d",
        "campaign_id": campaign,
        "creative_id": creative,
        "n_treated": 900,
        "n_control": 100,
        "treated_buyers": 90,
        "control_buyers": 5,
        "treated_visitors": 300,
        "control_visitors": 20,
        "treated_revenue_usd": 1800.0,
        "treated_revenue_sq": 40_000.0,
        "control_revenue_usd": 100.0,
        "control_revenue_sq": 2_500.0,
        "contaminated": 3,
        "holdout_share": 0.1,
    }
    return row | changed


def pick(
    rows: list[dict[str, object]], metric: str, campaign: str | None, creative: str | None = None
) -> dict[str, object]:
    (found,) = [
        row for row in rows if (row["metric"], row["campaign_id"], row["creative_id"]) == (metric, campaign, creative)
    ]
    return found


def test_a_campaign_has_four_metrics_in_their_own_units() -> None:
    rows = lift_intervals([arms()])
    rates = newcombe_interval(Proportion(90, 900), Proportion(5, 100))
    visits = newcombe_interval(Proportion(300, 900), Proportion(20, 100))
    assert rates is not None
    assert visits is not None
    lift, share = pick(rows, "holdout_lift", "c1"), pick(rows, "incrementality", "c1")
    assert (lift["ci_low"], lift["ci_high"]) == pytest.approx((100 * rates.low, 100 * rates.high))
    # The same bounds times nT / T = 900 / 90 = 10.
    assert (share["ci_low"], share["ci_high"]) == pytest.approx((1000 * rates.low, 1000 * rates.high))
    assert pick(rows, "visit_lift", "c1")["ci_low"] == pytest.approx(100 * visits.low)
    assert lift["srm_p_value"] == pytest.approx(sample_ratio_p_value(900, 100, 0.1))
    spent = pick(rows, "revenue_per_user_lift", "c1")
    assert isinstance(spent["ci_low"], float)
    assert isinstance(spent["ci_high"], float)
    # 1,800 / 900 - 100 / 100 = 1 dollar lies in the middle of Welch's interval.
    assert (spent["ci_low"] + spent["ci_high"]) / 2 == pytest.approx(1.0)


def test_the_total_is_the_roll_up_over_campaigns_with_both_arms() -> None:
    rows = lift_intervals([arms(), arms("c2", n_control=0, control_buyers=0, control_visitors=0), arms("c3")])
    expected = roll_up([Arms(Proportion(90, 900), Proportion(5, 100))] * 2)
    assert expected.interval is not None
    total = pick(rows, "holdout_lift", None)
    assert total["ci_low"] == pytest.approx(100 * expected.interval.low / 1800)
    assert total["p_value"] == pytest.approx(expected.p_value)
    assert total["srm_p_value"] is None
    assert pick(rows, "incrementality", None)["ci_high"] == pytest.approx(100 * expected.interval.high / 180)
    without = pick(rows, "holdout_lift", "c2")
    assert (without["ci_low"], without["p_value"]) == (None, None)
    # All 900 treated where a tenth should be control is a broken split, and worth saying.
    assert without["srm_p_value"] == pytest.approx(sample_ratio_p_value(900, 0, 0.1))


def test_a_creative_of_one_campaign_has_the_same_interval_under_both_grains() -> None:
    rows = lift_intervals([arms(), arms(creative="k1", n_treated=300, treated_buyers=40, treated_visitors=100)])
    named, alone = pick(rows, "incrementality", "c1", "k1"), pick(rows, "incrementality", None, "k1")
    assert (alone["ci_low"], alone["ci_high"], alone["p_value"]) == (
        named["ci_low"],
        named["ci_high"],
        named["p_value"],
    )
    assert named["srm_p_value"] is None


def test_a_creative_that_campaigns_share_is_rolled_up() -> None:
    strata = [arms(creative="unknown"), arms("c2", creative="unknown", treated_buyers=50)]
    expected = roll_up([Arms(Proportion(90, 900), Proportion(5, 100)), Arms(Proportion(50, 900), Proportion(5, 100))])
    assert expected.interval is not None
    found = pick(lift_intervals(strata), "holdout_lift", None, "unknown")
    assert found["ci_low"] == pytest.approx(100 * expected.interval.low / 1800)


def test_no_treated_buyer_leaves_incrementality_without_an_interval() -> None:
    rows = lift_intervals([arms(treated_buyers=0)])
    assert pick(rows, "incrementality", "c1")["ci_low"] is None
    assert pick(rows, "incrementality", None)["ci_low"] is None
    assert pick(rows, "holdout_lift", "c1")["ci_low"] is not None


def test_no_arms_no_rows() -> None:
    assert lift_intervals([]) == []


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 5), st.integers(0, 5))
def test_every_group_of_users_is_answered_once(
    n_treated: int, n_control: int, bought: int, bought_control: int
) -> None:
    row = arms(
        n_treated=n_treated,
        n_control=n_control,
        treated_buyers=min(bought, n_treated),
        control_buyers=min(bought_control, n_control),
        treated_visitors=0,
        control_visitors=0,
    )
    rows = lift_intervals([row])
    keys = [(found["metric"], found["campaign_id"]) for found in rows]
    assert len(keys) == len(set(keys))
    for found in rows:
        low, high = found["ci_low"], found["ci_high"]
        assert (low is None) == (high is None)
        if isinstance(low, float) and isinstance(high, float):
            assert low <= high
