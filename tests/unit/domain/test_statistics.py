import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from swipesavvy.domain.statistics import (
    Arms,
    Difference,
    Interval,
    Proportion,
    Sample,
    compare_means,
    compare_proportions,
    newcombe_interval,
    pooled_p_value,
    roll_up,
    sample_ratio_p_value,
)


@st.composite
def proportions(draw: st.DrawFn, least: int = 1) -> Proportion:
    total = draw(st.integers(least, 100_000))
    return Proportion(draw(st.integers(0, total)), total)


def sample(values: np.ndarray) -> Sample:
    return Sample(len(values), float(values.sum()), float((values**2).sum()))


def test_newcombe_equals_the_published_example() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10, contrasts (a) and (b).
    low_a_high_a = newcombe_interval(Proportion(56, 70), Proportion(48, 80))
    assert low_a_high_a is not None
    assert low_a_high_a.low == pytest.approx(0.0524, abs=5e-5)
    assert low_a_high_a.high == pytest.approx(0.3339, abs=5e-5)
    small = newcombe_interval(Proportion(9, 10), Proportion(3, 10))
    assert small is not None
    assert small.low == pytest.approx(0.1705, abs=5e-5)
    assert small.high == pytest.approx(0.8090, abs=5e-5)


@given(proportions(), proportions())
def test_newcombe_equals_statsmodels(treated: Proportion, control: Proportion) -> None:
    low, high = confint_proportions_2indep(
        treated.successes, treated.total, control.successes, control.total, method="newcomb", compare="diff"
    )
    found = newcombe_interval(treated, control)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((float(low), float(high)), abs=1e-12)


@given(proportions(), proportions())
def test_newcombe_holds_the_difference_and_mirrors_it(treated: Proportion, control: Proportion) -> None:
    there, back = newcombe_interval(treated, control), newcombe_interval(control, treated)
    assert there is not None
    assert back is not None
    difference = treated.rate - control.rate
    assert -1 - 1e-9 <= there.low <= difference + 1e-9
    assert difference - 1e-9 <= there.high <= 1 + 1e-9
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


@given(proportions(2), proportions(2))
def test_pooled_p_value_equals_statsmodels(treated: Proportion, control: Proportion) -> None:
    found = pooled_p_value(treated, control)
    if treated.successes + control.successes in (0, treated.total + control.total):
        assert found is None
        return
    _, expected = proportions_ztest([treated.successes, control.successes], [treated.total, control.total])
    assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("treated", "control"), [(Proportion(0, 0), Proportion(1, 2)), (Proportion(1, 2), Proportion(0, 0))]
)
def test_an_empty_arm_says_nothing(treated: Proportion, control: Proportion) -> None:
    assert compare_proportions(Arms(treated, control)) == Difference(None, None)


def test_an_impossible_proportion_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Proportion(3, 2)


def test_means_are_compared_as_welch_does() -> None:
    numbers = np.random.default_rng(3)
    treated, control = numbers.gamma(0.5, 20, 400), numbers.gamma(0.5, 15, 90)
    expected = stats.ttest_ind(treated, control, equal_var=False)
    bounds = expected.confidence_interval(0.95)
    found = compare_means(sample(treated), sample(control))
    assert found.interval is not None
    assert found.p_value == pytest.approx(float(expected.pvalue), rel=1e-9)
    assert (found.interval.low, found.interval.high) == pytest.approx((float(bounds.low), float(bounds.high)), rel=1e-9)


@pytest.mark.parametrize(
    ("treated", "control"),
    [
        (Sample(1, 5.0, 25.0), Sample(9, 3.0, 2.0)),
        (Sample(9, 3.0, 2.0), Sample(0, 0.0, 0.0)),
        (Sample(3, 6.0, 12.0), Sample(2, 2.0, 2.0)),
        (Sample(3, 1e200, math.inf), Sample(2, 2.0, 2.0)),
    ],
    ids=["one treated user", "no control", "nobody differs", "an absurd order"],
)
def test_means_that_cannot_be_compared_say_nothing(treated: Sample, control: Sample) -> None:
    assert compare_means(treated, control) == Difference(None, None)


def test_one_arm_may_be_constant() -> None:
    found = compare_means(Sample(4, 10.0, 40.0), Sample(100, 0.0, 0.0))
    # Only the treated vary: variance (40 - 25) / 3 = 5, error sqrt(5 / 4), 3 degrees of freedom.
    assert found.interval is not None
    reach = float(stats.t.ppf(0.975, 3)) * math.sqrt(1.25)
    assert (found.interval.low, found.interval.high) == pytest.approx((2.5 - reach, 2.5 + reach))


def test_a_roll_up_adds_effects_and_variances() -> None:
    strata = [Arms(Proportion(30, 100), Proportion(5, 50)), Arms(Proportion(40, 200), Proportion(10, 100))]
    # Effects 30 - 10 = 20 and 40 - 20 = 20; variances 100^2 (0.0021 + 0.0018) = 39 and 200^2 (0.0008 + 0.0009) = 68.
    found = roll_up(strata)
    assert found.interval is not None
    reach = 1.959964 * math.sqrt(107)
    assert (found.interval.low, found.interval.high) == pytest.approx((40 - reach, 40 + reach), rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(40 / math.sqrt(107)), rel=1e-12)


def test_a_roll_up_does_not_depend_on_the_order_of_the_strata() -> None:
    strata = [Arms(Proportion(n, 7 * n + 1), Proportion(n // 2, 3 * n + 2)) for n in range(1, 40)]
    assert roll_up(strata) == roll_up(strata[::-1])


def test_a_roll_up_of_nothing_says_nothing() -> None:
    assert roll_up([]) == Difference(None, None)


def test_a_roll_up_without_variation_is_its_effect_alone_and_has_no_p_value() -> None:
    assert roll_up([Arms(Proportion(0, 5), Proportion(0, 5))]) == Difference(Interval(0.0, 0.0), None)
    assert roll_up([Arms(Proportion(5, 5), Proportion(0, 5))]) == Difference(Interval(5.0, 5.0), None)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0.01, 0.99))
def test_the_sample_ratio_equals_the_chi_square_test(n_treated: int, n_control: int, share: float) -> None:
    found = sample_ratio_p_value(n_treated, n_control, share)
    total = n_treated + n_control
    if total == 0:
        assert found is None
        return
    expected = stats.chisquare([n_treated, n_control], [total * (1 - share), total * share], sum_check=False)
    assert found == pytest.approx(float(expected.pvalue), rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_plan_without_two_groups_has_no_ratio(share: float) -> None:
    assert sample_ratio_p_value(10, 10, share) is None


def test_an_interval_scales_with_its_estimate() -> None:
    assert Interval(-0.5, 0.25).scaled(100) == Interval(-50, 25)


def test_a_huge_but_finite_spread_is_still_compared() -> None:
    found = compare_means(Sample(3, 1e150, 1e300), Sample(2, 2.0, 2.0))
    assert found.interval is not None
    assert found.interval.low < 1e150 / 3 - 1 < found.interval.high
