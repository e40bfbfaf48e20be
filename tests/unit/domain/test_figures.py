"""Every figure a person reads follows the same few rules, and what is missing is a dash, never a word of a computer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain import figures

UNITS = ("x", "%", "pp", "USD", "count", "hours", "months", "minutes", "score", "USD per user", "")
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (18_432, "USD", "$18.4k"),
        (184_320, "USD", "$184k"),
        (1_843_200, "USD", "$1.84M"),
        (2.5e9, "USD", "$2.50B"),
        (3e13, "USD", "$30.0T"),
        (14.2, "USD", "$14.20"),
        (999.99, "USD", "$999.99"),
        (999.996, "USD", "$1.00k"),
        (999_999, "USD", "$1.00M"),
        (0, "USD", "$0.00"),
        (-14.2, "USD", "−$14.20"),
        (-0.001, "USD", "$0.00"),
        (3.2149, "x", "3.21x"),
        (9.999, "x", "10.0x"),
        (38.2, "x", "38.2x"),
        (412.3, "x", "412x"),
        (38.21, "%", "38.2%"),
        (2.314, "%", "2.31%"),
        (0.35, "%", "0.35%"),
        (99.96, "%", "100%"),
        (-12.34, "%", "−12.3%"),
        (0.18, "pp", "+0.18 pp"),
        (-0.18, "pp", "−0.18 pp"),
        (0.0, "pp", "0.00 pp"),
        (14, "hours", "14 h"),
        (4.5, "hours", "4.5 h"),
        (3.2, "months", "3.2 months"),
        (7, "minutes", "7.0 min"),
        (1_284, "count", "1,284"),
        (9_999, "count", "9,999"),
        (10_000, "count", "10.0k"),
        (0.834, "score", "0.83"),
        (5, "widgets", "5.0 widgets"),
    ],
)
def test_a_figure_is_written_with_its_unit(value: float, unit: str, text: str) -> None:
    assert figures.written(value, unit) == text


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("unit", UNITS)
def test_what_is_missing_is_a_dash(value: float | None, unit: str) -> None:
    assert figures.written(value, unit) == figures.DASH
    assert figures.signed(value, unit) == figures.DASH
    assert figures.interval(value, 1.0, unit) == figures.DASH


@given(st.floats(), st.sampled_from(UNITS))
def test_no_word_of_a_computer_reaches_a_reader(value: float, unit: str) -> None:
    for text in (figures.written(value, unit), figures.signed(value, unit), figures.interval(value, value, unit)):
        assert not re.search(r"nan|none|inf|e[+-]?\d", text, re.IGNORECASE)


@given(st.floats(min_value=-1e14, max_value=1e14), st.sampled_from(("x", "%", "USD", "count")))
def test_a_figure_is_within_a_hundredth_of_what_it_stands_for(value: float, unit: str) -> None:
    text = figures.written(value, unit)
    number, letter = re.fullmatch(r"−?\$?([\d,.]+)([kMBT]?)[x%]?", text).groups()  # type: ignore[union-attr]
    read = float(number.replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[letter]
    rounding = 0.5 if unit == "count" else 0.005
    assert read == pytest.approx(abs(value), rel=0.006, abs=rounding + 1e-9)
    assert text.startswith(figures.MINUS) == (value < 0 and read != 0)


@given(st.floats(min_value=0, max_value=1e12), st.floats(min_value=0, max_value=1e12))
def test_larger_values_never_read_smaller(one: float, other: float) -> None:
    def read(value: float) -> float:
        text = figures.written(value, "USD").lstrip("$").replace(",", "")
        factor = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1], 1)
        return float(text.rstrip("kMBT")) * factor

    low, high = sorted((one, other))
    assert read(low) <= read(high)


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=729), "729 days ago"),
        (timedelta(days=6818), "18 years ago"),
    ],
)
def test_ages_use_the_largest_unit_that_fits(passed: timedelta, text: str) -> None:
    assert figures.age(NOW - passed, NOW) == text


def test_a_moment_names_its_zone() -> None:
    assert figures.moment(NOW) == "21 Nov 2026, 10:00 UTC"


def test_an_interval_names_both_ends() -> None:
    assert figures.interval(0.12, 0.31, "pp") == "+0.12 pp to +0.31 pp"


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert figures.signed(0.001, "USD") == "$0.00"
    assert figures.signed(1.2, "x") == "+1.20x"
