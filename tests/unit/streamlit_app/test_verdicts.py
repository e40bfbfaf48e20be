"""Two levels everywhere: target and acceptable; the direction decides which way is better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlit_app.view_models.verdicts import change, days_off_target, is_significant, verdict
from swipesavvy.application.metric_queries import MetricRow
from swipesavvy.domain.metrics import MetricDefinition

finite = st.floats(min_value=-1e9, max_value=1e9)


@pytest.mark.parametrize(
    ("value", "tone", "word"),
    [
        (3.5, "good", "on target"),
        (9.0, "good", "on target"),
        (3.49, "watch", "off target"),
        (2.5, "watch", "off target"),
        (2.49, "bad", "out of range"),
        (-1.0, "bad", "out of range"),
        (None, "unclear", "no value"),
    ],
)
def test_higher_is_better(definition, row, value, tone, word) -> None:
    found = verdict(definition(), row(value))
    assert (found.tone, found.word) == (tone, word)


@pytest.mark.parametrize(
    ("value", "tone"), [(10.0, "good"), (15.0, "good"), (15.01, "watch"), (20.0, "watch"), (20.01, "bad")]
)
def test_lower_is_better(definition, row, value, tone) -> None:
    cac = definition("cac", direction="lower", target=15.0, range_low=None, range_high=20.0)
    assert verdict(cac, row(value)).tone == tone


@pytest.mark.parametrize(
    ("value", "tone"),
    [
        (75.0, "good"),
        (105.0, "good"),
        (105.1, "watch"),
        (110.2, "watch"),
        (110.3, "bad"),
        (71.3, "watch"),
        (71.2, "bad"),
    ],
)
def test_a_range_is_watched_a_little_beyond_its_bounds(definition, row, value, tone) -> None:
    used = definition("budget_utilization", direction="range", target=None, range_low=75.0, range_high=105.0)
    assert verdict(used, row(value)).tone == tone


def test_without_a_target_the_range_decides(definition, row) -> None:
    ctr = definition("ctr", target=None, range_low=1.5, range_high=5.0)
    assert verdict(ctr, row(2.0)).word == "in range"
    assert verdict(ctr, row(1.0)).tone == "bad"
    assert verdict(definition("free", target=None, range_low=None, range_high=None), row(1.0)).word == "no target"


def test_an_estimate_that_may_be_zero_has_no_verdict(definition, row) -> None:
    assert verdict(definition(), row(9.0, ci_low=-1.0, ci_high=19.0)).word == "not significant"
    assert verdict(definition(), row(9.0, ci_low=1.0, ci_high=19.0)).word == "on target"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(None, None, None), (None, 1.0, None), (0.1, 1.0, True), (-1.0, -0.1, True), (-1, 1, False), (0.0, 1.0, False)],
)
def test_significant_means_zero_is_outside(row, low, high, expected) -> None:
    assert is_significant(row(0.5, ci_low=low, ci_high=high)) is expected


@pytest.mark.parametrize(
    ("direction", "now", "before", "text", "tone"),
    [
        ("higher", 3.3, 3.0, "up 10.0% on the 7 days before, better", "good"),
        ("higher", 2.7, 3.0, "down 10.0% on the 7 days before, worse", "bad"),
        ("lower", 3.3, 3.0, "up 10.0% on the 7 days before, worse", "bad"),
        ("lower", 2.7, 3.0, "down 10.0% on the 7 days before, better", "good"),
        ("range", 3.3, 3.0, "up 10.0% on the 7 days before", "unclear"),
        ("higher", 3.0, 3.0, "no change on the 7 days before", "unclear"),
        ("higher", 3.00001, 3.0, "no change on the 7 days before", "unclear"),
        ("higher", 3.0, 0.0, "up 3.00x on the 7 days before, better", "good"),
        ("higher", 2.0, -1.0, "up 300% on the 7 days before, better", "good"),
    ],
)
def test_a_change_says_its_size_and_whether_it_is_better(
    definition, row, *, direction, now, before, text, tone
) -> None:
    found = change(definition(direction=direction), row(now), row(before), "the 7 days before")
    assert (found.text, found.tone) == (text, tone)


def test_shares_change_by_percentage_points(definition, row) -> None:
    assert change(definition(unit="%"), row(31.2), row(30.0), "before").text == "up 1.20 pp on before, better"


@pytest.mark.parametrize(("now", "before"), [(None, 1.0), (1.0, None), (None, None)])
def test_no_change_without_both_values(definition, row, now, before) -> None:
    assert change(definition(), row(now), row(before), "before") is None
    assert change(definition(), None, row(before), "before") is None
    assert change(definition(), row(now), None, "before") is None


@pytest.mark.parametrize(("before", "tone"), [(11.0, "unclear"), (18.0, "unclear"), (30.0, "bad"), (-9.0, "good")])
def test_a_difference_of_estimates_may_be_chance(definition, row, before, tone) -> None:
    now, earlier = (row(value, ci_low=value - 8, ci_high=value + 8) for value in (10.0, before))
    found = change(definition(unit="%"), now, earlier, "before")
    assert found.tone == tone
    assert found.text.endswith("within chance") == (tone == "unclear")


@given(
    now=finite, before=finite, direction=st.sampled_from(["higher", "lower", "range"]), unit=st.sampled_from(["x", "%"])
)
def test_arrow_words_and_tone_agree(now: float, before: float, direction: str, unit: str) -> None:
    entry = MetricDefinition(
        "m", "M", "d", "f", unit, direction, 1.0, None, None, "o", "daily", "card", "must", ()  # type: ignore[arg-type]
    )  # fmt: skip
    found = change(entry, *(MetricRow("m", "7d", {}, v, None, None, unit) for v in (now, before)), "before")
    assert found is not None
    assert (found.arrow == "↑") == found.text.startswith("up")
    assert (found.tone == "good") == found.text.endswith("better")
    assert (found.tone == "bad") == found.text.endswith("worse")


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ((), 0),
        ((3.0,), 0),  # only today, which is not complete
        ((4.0, 3.0, 3.0, 3.0), 2),
        ((3.0, 3.0, 3.0, 9.0), 3),
        ((3.0, 4.0, 9.0), 0),
        ((3.0, None, 3.0, 9.0), 1),
    ],
)
def test_complete_days_off_target_are_counted_backwards(definition, days, today, values, count) -> None:
    from datetime import UTC, datetime, time

    as_of = datetime.combine(today, time(10), UTC)
    assert days_off_target(definition(), days(*values), as_of) == count
    assert days_off_target(definition(target=None), days(*values), as_of) == 0


def test_for_a_cost_off_target_means_above_it(definition, days, today) -> None:
    from datetime import UTC, datetime, time

    as_of = datetime.combine(today, time(10), UTC)
    cac = definition("cac", direction="lower", target=15.0)
    assert days_off_target(cac, days(16.0, 17.0, 18.0, 0.0), as_of) == 3
    assert days_off_target(cac, days(14.0, 14.0, 14.0, 99.0), as_of) == 0
