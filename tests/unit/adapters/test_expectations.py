"""Suites of expectations and their pages, with the real library."""

import re
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from swipesavvy.adapters.data_docs import KEPT_BUILDS, write_data_docs
from swipesavvy.adapters.expectation_suites import MART_SUITES, METRIC_SUITES
from swipesavvy.adapters.expectations import Expectation, Suite, SuiteResult, run_suites
from swipesavvy.domain.home import Home

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SUITE = Suite(
    "marts.t",
    "select range as a, 2 * range as b from range(100)",
    (
        Expectation(
            "ExpectColumnPairValuesAToBeGreaterThanB", {"column_A": "b", "column_B": "a", "or_equal": True}, "b >= a"
        ),
        Expectation("ExpectColumnValuesToBeBetween", {"column": "a", "max_value": 90}, "a is <small>", is_warning=True),
        Expectation("ExpectColumnValuesToBeBetween", {"column": "b", "max_value": 190}, "b is small"),
        Expectation("ExpectColumnValuesToNotBeNull", {"column": "absent"}, "absent is there"),
    ),
)


@pytest.fixture(scope="module")
def result() -> SuiteResult:
    with duckdb.connect() as connection:
        (found,) = run_suites(connection, [SUITE])
    return found


def test_every_verdict_belongs_to_its_expectation(result: SuiteResult) -> None:
    assert [(v.expectation.meaning, v.passed, v.unexpected) for v in result.verdicts] == [
        ("b >= a", True, 0),
        ("a is <small>", False, 9),
        ("b is small", False, 4),
        ("absent is there", False, 0),
    ]
    assert [v.expectation.meaning for v in result.broken] == ["b is small", "absent is there"]
    assert [v.expectation.meaning for v in result.watched] == ["a is <small>"]
    assert "absent" in str(result.verdicts[3].error)


def test_pages_escape_what_they_show_and_fetch_nothing(home: Home, result: SuiteResult) -> None:
    index = write_data_docs(home, "20261121T000000Z-aaaaaaaa", [result], NOW)
    pages = list(index.parent.rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"""(src|href)=["'](https?:)?//|@import|url\(""", html)
    table = (index.parent / "20261121T000000Z-aaaaaaaa" / "marts.t.html").read_text(encoding="utf-8")
    assert "a is &lt;small&gt;" in table
    assert "broken" in table
    assert "watch" in table


def test_old_pages_go(home: Home, result: SuiteResult) -> None:
    for day in range(KEPT_BUILDS + 2):
        moment = NOW + timedelta(days=day)
        index = write_data_docs(home, f"{moment:%Y%m%dT%H%M%SZ}-aaaaaaaa", [result], moment)
    assert len([path for path in index.parent.iterdir() if path.is_dir()]) == KEPT_BUILDS


def test_no_suite_repeats_a_table() -> None:
    tables = [suite.table for suite in (*MART_SUITES, *METRIC_SUITES)]
    assert len(tables) == len(set(tables))
