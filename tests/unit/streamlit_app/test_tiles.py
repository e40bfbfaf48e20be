"""A tile says everything in words: scope, age, standing, change or why there is none, and the card behind it."""

from datetime import UTC, datetime, timedelta

import pytest

from streamlit_app.view_models.tiles import acceptable, reach, target_bar, tile

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_tile_in_words(headline, row, days) -> None:
    shown = tile(headline(row(3.21), before=row(3.0), days=days(3, 3, 3, 3, 3)), "7d", NOW)
    assert (shown.value, shown.scope, shown.age) == ("3.21x", "last 7 days", "2 h ago")
    assert shown.question == "What does a dollar of spend bring back?"
    assert shown.change.text == "up 7.00% on the 7 days before, better"
    assert shown.is_alarming
    assert shown.bar.text == "target at least 3.50x"
    assert shown.trend_words == "last 30 days, day by day"


def test_three_complete_bad_days_raise_the_alarm_and_two_do_not(headline, row, days) -> None:
    assert tile(headline(row(3.0), days=days(3, 3, 3, 9)), "7d", NOW).is_alarming
    assert not tile(headline(row(3.0), days=days(9, 3, 3, 9)), "7d", NOW).is_alarming
    assert not tile(headline(row(3.9), days=days(3, 3, 3, 9)), "7d", NOW).is_alarming


def test_a_fixed_window_has_no_period_before(headline, row, definition) -> None:
    ltv = definition("ltv", unit="USD", target=450.0, fixed_window="all", grains=("cohort",))
    shown = tile(headline(row(412.0, unit="USD"), ltv), "7d", NOW)
    assert shown.scope == "all time"
    assert shown.change is None
    assert shown.no_change == "measured over all time, so no period before"


def test_a_metric_without_days_shows_cohorts(headline, row, definition, days) -> None:
    ltv = definition("ltv", grains=("cohort",), fixed_window="all")
    shown = tile(headline(row(4.0), ltv, cohorts=days(1.0, 2.0)), "7d", NOW)
    assert shown.trend_words == "by month of signup"
    assert [point.value for point in shown.trend] == [1.0, 2.0]


def test_no_value_before_says_why(headline, row) -> None:
    shown = tile(headline(row(3.0), before=row(None, reason="no spend")), "30d", NOW)
    assert shown.no_change == "no earlier value: no spend"


def test_a_missing_value_is_a_dash_with_its_reason(headline, row) -> None:
    shown = tile(headline(row(None, reason="no spend")), "ytd", NOW)
    assert (shown.value, shown.no_change, shown.bar) == ("–", "no spend", None)
    assert shown.scope == "year to date"


def test_the_card_names_definition_sums_owner_and_build(headline, row) -> None:
    shown = headline(row(3.21, numerator=32_100.0, denominator=10_000.0, n_treated=900, n_control=100, p_value=0.0012))
    card = dict(tile(shown, "7d", NOW).about)
    assert card["Numerator"] == "32,100"
    assert card["Groups"] == "900 treated, 100 held out"
    assert card["p-value"] == "0.0012"
    assert card["Build"] == "build-1"
    assert card["Completeness"] == "not assessed in this build"
    assert {"What it means", "Formula", "Denominator", "Owner", "Recomputed", "Data up to", "Describes"} <= set(card)


@pytest.mark.parametrize(
    ("is_incomplete", "share", "text"),
    [
        (True, 71.0, "incomplete, 71.0% of expected"),
        (False, 99.0, "complete, 99.0% of expected"),
        (False, None, "complete"),
    ],
)
def test_the_card_says_how_complete_the_data_is(headline, row, is_incomplete, share, text) -> None:
    shown = headline(row(3.0, is_incomplete=is_incomplete, completeness_pct=share))
    assert dict(tile(shown, "7d", NOW).about)["Completeness"] == text


def test_a_second_reading_stands_on_the_card(headline, row, definition) -> None:
    mature = definition("ltv_mature", label="Mature customers", unit="USD")
    shown = headline(row(412.0), companion=(mature, row(508.0, unit="USD")))
    assert dict(tile(shown, "7d", NOW).about)["Mature customers"] == "$508.00"


@pytest.mark.parametrize("value", [0.0, 1.0, 3.5, 100.0, -2.0])
def test_the_bar_never_leaves_its_track(definition, value) -> None:
    bar = target_bar(definition(), value)
    assert 0 <= bar.fill <= 1
    assert 0 < bar.mark < 1
    assert (bar.fill >= bar.mark) == (value >= 3.5)


def test_no_bar_without_target_or_value(definition) -> None:
    assert target_bar(definition(target=None), 1.0) is None
    assert target_bar(definition(target=0.0), 1.0) is None
    assert target_bar(definition(), None) is None


@pytest.mark.parametrize(("low", "value", "high"), [(36, 42, 48), (-5, 12, 29), (-9, -6, -3), (0, 0, 0)])
def test_an_interval_is_drawn_to_scale_with_zero_in_sight(row, low, value, high) -> None:
    found = reach(row(float(value), ci_low=float(low), ci_high=float(high)), "%")
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert 0 <= found.zero <= 1
    assert (found.zero < found.low) == (low > 0)


def test_what_is_counted_has_no_interval(row) -> None:
    assert reach(row(3.0), "x") is None
    assert reach(None, "x") is None


@pytest.mark.parametrize(
    ("low", "high", "target", "text"),
    [
        (2.5, 5.0, 3.5, "2.50x to 5.00x; target 3.50x"),
        (None, 20.0, 15.0, "up to 20.0x; target 15.0x"),
        (1.5, None, None, "from 1.50x"),
        (None, None, None, "no range set"),
    ],
)
def test_the_acceptable_range_in_words(definition, low, high, target, text) -> None:
    assert acceptable(definition(range_low=low, range_high=high, target=target)) == text


def test_old_data_is_said_to_be_old(headline, row) -> None:
    assert tile(headline(row(3.0)), "7d", NOW + timedelta(days=3)).age == "3 days ago"
