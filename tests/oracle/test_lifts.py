"""Randomised holdouts on tiny markets, and the statistics against published worked examples."""

from pathlib import Path

import pytest
from oracle import intervals, lifts, windows
from oracle.facts import Facts, facts_at, read_landing
from oracle.lifts import Lift
from oracle.market import Market, at, uid
from oracle.windows import Window

AS_OF = "2026-03-10T12:00:00"
DAY = "2026-03-05"
WHOLE = windows.window("all", at(AS_OF))


def facts(market: Market, tmp_path: Path, as_of: str = AS_OF) -> Facts:
    return facts_at(read_landing(market.write(tmp_path / "landing"), at("2027-01-01")), at(as_of))


def campaign(market: Market, tmp_path: Path, name: str = "c", window: Window = WHOLE) -> lifts.Stratum:
    return lifts.strata(facts(market, tmp_path), window)[uid(name)]


def total(market: Market, tmp_path: Path, *, of_buyers: bool) -> Lift:
    return lifts.at_grain(facts(market, tmp_path), WHOLE, (), of_buyers=of_buyers)[()]


def test_lift_and_incrementality_by_hand(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(20, 8), control=(10, 2))
    part = campaign(market, tmp_path)
    points, share = lifts.holdout_lift(part), lifts.incrementality(part)
    assert (points.value, points.numerator, points.denominator) == (pytest.approx(20.0), 4.0, 20)
    assert (share.value, share.numerator, share.denominator) == (50.0, 4.0, 8)
    assert (points.n_treated, points.n_control, points.contaminated) == (20, 10, 0)


def test_bounds_of_incrementality_are_those_of_the_lift_scaled(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(20, 8), control=(10, 2))
    part = campaign(market, tmp_path)
    points, share = lifts.holdout_lift(part), lifts.incrementality(part)
    assert share.ci_low == pytest.approx(points.ci_low * 20 / 8)
    assert share.ci_high == pytest.approx(points.ci_high * 20 / 8)
    assert share.p_value == points.p_value


def test_no_control_buyers_is_computed_and_no_treated_buyers_is_nothing(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(10, 5), control=(10, 0))
    market.crowd("d", DAY, treated=(10, 0), control=(10, 5))
    assert lifts.incrementality(campaign(market, tmp_path)).value == 100.0
    assert lifts.incrementality(campaign(market, tmp_path, "d")).value is None
    assert lifts.holdout_lift(campaign(market, tmp_path, "d")).value == -50.0


def test_without_a_group_there_is_no_value(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(10, 5), control=(0, 0))
    market.crowd("d", DAY, treated=(0, 0), control=(10, 5))
    for name in ("c", "d"):
        part = campaign(market, tmp_path, name)
        formulas = (lifts.holdout_lift, lifts.incrementality, lifts.visit_lift, lifts.revenue_per_user_lift)
        assert [formula(part).value for formula in formulas] == [None] * 4


@pytest.mark.parametrize(
    ("ordered", "counts"),
    [
        ("2026-03-01T09:59:59", 0),
        ("2026-03-01T10:00:00", 1),
        ("2026-03-08T09:59:59", 1),
        ("2026-03-08T10:00:00", 0),
    ],
)
def test_outcome_window_is_half_open_seven_days(tmp_path: Path, ordered: str, counts: int) -> None:
    market = Market()
    market.assign("t", "c", "2026-03-01T10:00:00")
    market.assign("h", "c", "2026-03-01T10:00:00", holdout=True)
    market.order("o", "t", ordered)
    market.event("offer_landed", "t", ordered)
    part = campaign(market, tmp_path)
    assert (part.treated.buyers, part.treated.visitors) == (counts, counts)


def test_orders_after_as_of_are_unknown_and_recent_users_count(tmp_path: Path) -> None:
    market = Market()
    market.assign("t", "c", "2026-03-10T11:00:00")
    market.order("o", "t", "2026-03-10T12:00:01")
    part = campaign(market, tmp_path)
    assert (part.treated.size, part.treated.buyers) == (1, 0)


def test_the_first_assignment_ever_must_lie_in_the_window(tmp_path: Path) -> None:
    market = Market()
    market.assign("again", "c", "2026-03-01")
    market.assign("again", "c", "2026-03-10T01:00:00")
    market.assign("once", "c", "2026-03-10T01:00:00")
    assert campaign(market, tmp_path, window=windows.window("1d", at(AS_OF))).treated.size == 1


def test_users_of_both_groups_are_out_and_counted_where_they_started(tmp_path: Path) -> None:
    market = Market()
    market.assign("both", "c", "2026-03-01")
    market.assign("both", "c", "2026-03-10T01:00:00", holdout=True)
    market.assign("t", "c", "2026-03-10T01:00:00")
    whole = campaign(market, tmp_path)
    assert (whole.treated.size, whole.control.size, whole.contaminated) == (1, 0, 1)
    today = campaign(market, tmp_path, window=windows.window("1d", at(AS_OF)))
    assert today.contaminated == 0
    early = facts(market, tmp_path, "2026-03-05")
    assert lifts.strata(early, windows.window("all", early.as_of))[uid("c")].treated.size == 1


def test_creative_grain_compares_with_the_whole_control_group(tmp_path: Path) -> None:
    market = Market()
    for number in range(4):
        market.assign(f"t{number}", "c", DAY, creative="k1" if number < 3 else "k2")
        market.assign(f"t{number}", "c", "2026-03-06", creative="k2")
        market.assign(f"h{number}", "c", DAY, holdout=True, creative="k1")
    market.order("o1", "t0", DAY)
    market.order("o2", "t3", DAY)
    market.order("o3", "h0", DAY)
    found = lifts.at_grain(facts(market, tmp_path), WHOLE, ("campaign_id", "creative_id"), of_buyers=False)
    first, second = found[uid("c"), uid("k1")], found[uid("c"), uid("k2")]
    assert (first.n_treated, first.n_control, first.value) == (3, 4, pytest.approx(100 / 3 - 25))
    assert (second.n_treated, second.n_control, second.value) == (1, 4, 75.0)


def test_roll_up_sums_campaigns_that_have_both_groups(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(20, 8), control=(10, 2))
    market.crowd("d", DAY, treated=(10, 5), control=(10, 1))
    market.crowd("alone", DAY, treated=(50, 50), control=(0, 0))
    points, share = total(market, tmp_path, of_buyers=False), total(market, tmp_path, of_buyers=True)
    assert (points.numerator, points.denominator) == (8.0, 30)
    assert (share.numerator, share.denominator) == (8.0, 13)
    assert points.value == pytest.approx(100 * 8 / 30)
    # 400 (0.4 x 0.6 / 20 + 0.2 x 0.8 / 10) + 100 (0.5 x 0.5 / 10 + 0.1 x 0.9 / 10) = 11.2 + 3.4
    reach = 1.959964 * 14.6**0.5
    assert points.ci_low == pytest.approx(100 * (8 - reach) / 30)
    assert share.ci_high == pytest.approx(100 * (8 + reach) / 13)
    assert points.p_value == pytest.approx(intervals.two_sided(8 / 14.6**0.5))


def test_revenue_per_user_by_hand(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(4, 2), control=(4, 1))
    found = lifts.revenue_per_user_lift(campaign(market, tmp_path))
    # Means 10 and 5; variances 400/3 and 100; standard error sqrt(400/12 + 100/4).
    assert found.value == 5.0
    error = (400 / 12 + 25) ** 0.5
    assert (found.ci_low + found.ci_high) / 2 == pytest.approx(5.0)
    assert (found.ci_high - 5.0) / error > 1.959964


def test_newcombe_reproduces_the_published_example() -> None:
    # Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339.
    low, high = intervals.newcombe(56, 70, 48, 80)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_newcombe_without_events_in_one_group() -> None:
    # The same table: 10/10 against 0/20 gives 0.6791 to 1.
    low, high = intervals.newcombe(10, 10, 0, 20)
    assert (round(low, 4), round(high, 4)) == (0.6791, 1.0)


def test_pooled_p_by_hand() -> None:
    # Shares 0.4 and 0.2, pooled 1/3: z = 0.2 / sqrt(2/9 x 0.15).
    z = 0.2 / (2 / 9 * 0.15) ** 0.5
    assert intervals.pooled_p(8, 20, 2, 10) == pytest.approx(intervals.two_sided(z))
    assert intervals.two_sided(1.959964) == pytest.approx(0.05, abs=1e-7)


@pytest.mark.parametrize("hits", [(0, 0), (20, 10)])
def test_no_p_where_nobody_or_everybody_bought(hits: tuple[int, int]) -> None:
    assert intervals.pooled_p(hits[0], 20, hits[1], 10) is None


@pytest.mark.parametrize(
    ("treated", "control", "share", "expected"),
    [(90, 10, 0.1, 1.0), (50, 50, 0.0, None), (50, 50, 1.0, None)],
)
def test_sample_ratio(treated: int, control: int, share: float, expected: float | None) -> None:
    assert intervals.sample_ratio_p(treated, control, share) == expected


def test_sample_ratio_mismatch_by_hand() -> None:
    # 80 and 20 where 90 and 10 were planned: 100/90 + 100/10 = 11.1; p is two-sided at z = sqrt(11.1).
    assert intervals.sample_ratio_p(80, 20, 0.1) == pytest.approx(intervals.two_sided((100 / 9) ** 0.5))


def test_planned_share_comes_from_the_campaign_else_a_tenth(tmp_path: Path) -> None:
    market = Market()
    market.crowd("c", DAY, treated=(9, 0), control=(1, 0))
    assert lifts.holdout_lift(campaign(market, tmp_path)).srm_p_value == 1.0
    market.campaign("c", holdout_share=0.5)
    assert lifts.holdout_lift(campaign(market, tmp_path)).srm_p_value < 0.05


def test_the_worked_example_of_the_definitions() -> None:
    # T = 1,226 of 349,650 and C = 58 of 34,580: increment 639.5, incrementality 52.2%, lift 0.183 points.
    excess = 1226 - 58 * 349650 / 34580
    assert round(excess, 1) == 639.5
    assert round(100 * excess / 1226, 1) == 52.2
    assert round(100 * (1226 / 349650 - 58 / 34580), 3) == 0.183
