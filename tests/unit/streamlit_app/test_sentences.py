"""A tile's sentence is computed: value, distance to the target, since when, and what explains it."""

import pytest

from streamlit_app.view_models.sentences import culprit, headline_sentence


def test_above_target(headline, row) -> None:
    assert headline_sentence(headline(row(3.9))) == "3.90x, 0.40x above target."


def test_on_target_where_the_gap_rounds_to_nothing(headline, row) -> None:
    assert headline_sentence(headline(row(3.501))) == "3.50x, on target."


def test_a_cost_below_its_target_is_where_it_should_be(headline, row, definition) -> None:
    cac = definition("cac", direction="lower", target=15.0, unit="USD")
    assert headline_sentence(headline(row(14.2, unit="USD"), cac)) == "$14.20, $0.80 below target, where it should be."
    assert headline_sentence(headline(row(16.0, unit="USD"), cac)) == "$16.00, $1.00 above target."


def test_shares_are_apart_by_percentage_points(headline, row, definition) -> None:
    rate = definition("open_rate", unit="%", target=25.0)
    assert headline_sentence(headline(row(22.0, unit="%"), rate)) == "22.0%, 3.00 pp below target."


def test_days_below_target_are_named_from_two_on(headline, row, days) -> None:
    assert (
        headline_sentence(headline(row(3.2), days=days(4, 3.2, 3.1, 3.0, 3.3)))
        == "3.20x, 0.30x below target for 3 days."
    )
    assert headline_sentence(headline(row(3.2), days=days(4, 3.2, 3.3))) == "3.20x, 0.30x below target."


def test_a_good_value_with_three_bad_days_says_both(headline, row, days) -> None:
    found = headline_sentence(headline(row(3.9), days=days(9, 3, 3, 3, 9)))
    assert found == "3.90x, 0.40x above target, but worse than it on each of the last 3 days."
    assert headline_sentence(headline(row(3.9), days=days(9, 3, 3, 9))) == "3.90x, 0.40x above target."


def test_the_campaign_that_explains_most_is_named(headline, row) -> None:
    campaigns = [
        row(3.6, campaign="a", numerator=360.0, denominator=100.0),
        row(2.0, campaign="b", numerator=100.0, denominator=50.0),
    ]
    shown = headline(row(460 / 150), by_campaign=campaigns, names={"b": "Winter"})
    assert headline_sentence(shown) == "3.07x, 0.43x below target; Winter explains most of it."


def test_a_smaller_part_is_told_as_what_it_would_be_without(headline, row) -> None:
    campaigns = [row(3.0, campaign=f"c{n}", numerator=300.0, denominator=100.0) for n in range(4)]
    campaigns.append(row(2.5, campaign="worst", numerator=250.0, denominator=100.0))
    shown = headline(row(1450 / 500), by_campaign=campaigns, names={"worst": "Spring"})
    assert headline_sentence(shown) == "2.90x, 0.60x below target; without Spring it would be 3.00x."


def test_nothing_is_explained_by_sums_that_are_not_the_total(headline, row) -> None:
    campaigns = [
        row(9.0, campaign="a", numerator=900.0, denominator=100.0),
        row(8.0, campaign="b", numerator=800.0, denominator=100.0),
    ]
    assert headline_sentence(headline(row(3.0), by_campaign=campaigns)) == "3.00x, 0.50x below target."


def test_distinct_users_have_no_culprit(definition, row) -> None:
    campaigns = [row(1.0, campaign="a"), row(2.0, campaign="b")]
    assert culprit(definition("open_rate"), 1.5, campaigns) is None


def test_one_campaign_alone_explains_nothing(definition, row) -> None:
    assert culprit(definition(), 3.0, [row(3.0, campaign="a")]) is None


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"reason": "no spend"}, "No value: no spend."),
        ({}, "No value: nothing to divide by in this window."),
    ],
)
def test_no_value_says_why(headline, row, given, text) -> None:
    assert headline_sentence(headline(row(None, **given))) == text


def test_no_row_says_why(headline) -> None:
    assert headline_sentence(headline(None)) == "No value: nothing of the kind happened in this window."


def test_an_unclear_estimate_says_so(headline, row, definition) -> None:
    effect = definition("incrementality", unit="%", target=40.0)
    shown = headline(row(12.0, unit="%", ci_low=-5.0, ci_high=29.0), effect)
    assert headline_sentence(shown) == "12.0%, but anything from −5.00% to 29.0% fits the data: no effect shown yet."


def test_without_a_target_it_says_so(headline, row, definition) -> None:
    assert headline_sentence(headline(row(3.0), definition(target=None))) == "3.00x; no target is set."
