"""The leaderboard: best first by direction, missing last, filters from the address, 25 rows a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlit_app.view_models.leaderboard import BoardView, board, choices, starts_reversed, words
from swipesavvy.application.metric_queries import Campaign, MetricRow
from swipesavvy.application.overview_queries import BoardLine
from swipesavvy.domain.metrics import MetricDefinition


@pytest.fixture
def catalogue(definition):
    return {
        "roas": definition("roas"),
        "cac": definition("cac", direction="lower", target=15.0, range_low=None, range_high=20.0, unit="USD"),
        "aov": definition("aov", unit="USD"),
        "incrementality": definition("incrementality", unit="%", target=40.0, range_low=30.0, range_high=60.0),
    }


@pytest.fixture
def lines(line, row):
    return [
        line("a", {"roas": row(2.0, numerator=200.0, denominator=100.0), "cac": row(30.0, "cac")}, name="Alpha"),
        line(
            "b",
            {"roas": row(5.0, numerator=50.0, denominator=10.0), "cac": row(10.0, "cac")},
            name="Beta",
            status="paused",
        ),
        line("c", {"roas": row(None, reason="no spend")}, name="Gamma", campaign_type="LOCATION_BASED"),
        line("d", {}, name=None, campaign_type=None, status=None),
    ]


def names(found) -> list[str]:
    return [entry.cells[1].text for entry in found.rows]


def cell(found, name: str, column: str):
    index = [heading.key for heading in found.headings].index(column) + 1
    return next(entry for entry in found.rows if entry.cells[1].text == name).cells[index]


def test_best_first_and_missing_last(lines, catalogue) -> None:
    assert names(board(lines, catalogue, BoardView())) == ["Beta", "Alpha", "Gamma", "Unnamed d"]
    assert names(board(lines, catalogue, BoardView(is_reversed=True))) == ["Alpha", "Beta", "Gamma", "Unnamed d"]


def test_a_cost_is_best_where_it_is_lowest(lines, catalogue) -> None:
    found = board(lines, catalogue, BoardView(sort="cac"))
    assert names(found)[:2] == ["Beta", "Alpha"]
    assert [h.sorted for h in found.headings if h.key == "cac"] == ["ascending"]
    assert [h.sorted for h in found.headings if h.key == "roas"] == ["none"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("name", "Alpha"), ("type", "Gamma"), ("status", "Alpha"), ("revenue", "Alpha"), ("spend", "Alpha")],
)
def test_every_column_sorts(lines, catalogue, sort, first) -> None:
    assert names(board(lines, catalogue, BoardView(sort=sort)))[0] == first


@pytest.mark.parametrize("sort", ["nonsense", "", "ROAS", "'; drop table"])
def test_an_unknown_order_in_the_address_is_the_default(lines, catalogue, sort) -> None:
    assert names(board(lines, catalogue, BoardView(sort=sort)))[0] == "Beta"


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (BoardView(status="paused"), ["Beta"]),
        (BoardView(campaign_type="LOCATION_BASED"), ["Gamma"]),
        (BoardView(search=" ALPH "), ["Alpha"]),
        (BoardView(search="nobody"), []),
        (BoardView(status="paused", search="alpha"), []),
        (BoardView(search="a", status="active"), ["Alpha", "Gamma"]),
    ],
)
def test_filters_narrow_together(lines, catalogue, view, expected) -> None:
    found = board(lines, catalogue, view)
    assert names(found) == expected
    assert (found.found, found.known) == (len(expected), 4)


def test_numbers_are_written_with_bars_and_reasons(lines, catalogue) -> None:
    found = board(lines, catalogue, BoardView())
    assert (cell(found, "Alpha", "roas").text, cell(found, "Alpha", "roas").mark) == ("2.00x", "✕")
    assert cell(found, "Beta", "roas").bar == 1.0
    assert cell(found, "Alpha", "revenue").text == "$200.00"
    assert (cell(found, "Gamma", "roas").text, cell(found, "Gamma", "roas").title) == ("–", "no spend")
    assert cell(found, "Unnamed d", "type").text == "–"


def test_cost_per_conversion_comes_from_spend_and_orders(line, row, catalogue) -> None:
    lines = [line("a", {"roas": row(2.0, denominator=100.0), "aov": row(25.0, "aov", denominator=8.0)})]
    assert cell(board(lines, catalogue, BoardView()), "Name a", "cost").text == "$12.50"
    lines = [line("a", {"roas": row(2.0, denominator=100.0), "aov": row(None, "aov", denominator=0.0)})]
    assert cell(board(lines, catalogue, BoardView()), "Name a", "cost").text == "–"


def test_an_unclear_estimate_is_faint_and_shows_its_interval(line, row, catalogue) -> None:
    lines = [line("a", {"incrementality": row(12.0, "incrementality", ci_low=-5.0, ci_high=29.0, flags="small_group")})]
    found = cell(board(lines, catalogue, BoardView()), "Name a", "incrementality")
    assert found.is_faint
    assert found.title == "not significant, 95% interval −5.00% to 29.0%, small group"


def test_the_sentence_names_the_leader_and_who_is_out_of_range(lines, catalogue) -> None:
    assert (
        board(lines, catalogue, BoardView()).sentence
        == "Beta leads ROAS with 5.00x; 1 of 2 is out of the acceptable range."
    )
    assert board(lines, catalogue, BoardView(sort="cac")).sentence.startswith("Beta leads CAC with $10.00; 1 of 2")
    assert board(lines, catalogue, BoardView(sort="spend")).sentence == "Alpha leads Spend with $100.00."
    assert board(lines, catalogue, BoardView(sort="name")).sentence == "4 campaigns by name."
    assert board(lines, catalogue, BoardView(sort="incrementality")).sentence.startswith("No campaign has a value")
    assert board([], catalogue, BoardView()).sentence == ""


@pytest.mark.parametrize(
    ("page", "shown", "first"), [(1, 25, "1"), (2, 25, "26"), (3, 3, "51"), (9, 3, "51"), (0, 25, "1"), (-4, 25, "1")]
)
def test_pages_of_25_with_ranks_that_go_on(line, row, catalogue, *, page, shown, first) -> None:
    lines = [line(f"{n:02d}", {"roas": row(float(n))}) for n in range(53)]
    found = board(lines, catalogue, BoardView(page=page))
    assert (len(found.rows), found.rows[0].cells[0].text, found.pages) == (shown, first, 3)


def test_choosing_the_sorted_column_again_turns_it_around() -> None:
    assert starts_reversed("roas", BoardView(sort="roas"))
    assert not starts_reversed("roas", BoardView(sort="roas", is_reversed=True))
    assert not starts_reversed("ctr", BoardView(sort="roas"))


def test_filters_offer_what_there_is(lines) -> None:
    assert choices(lines) == (["all", "active", "paused"], ["all", "LOCATION_BASED", "VIP"])
    assert words("LOCATION_BASED") == "Location based"


def test_a_build_without_the_metrics_still_has_a_board(lines) -> None:
    found = board(lines, {}, BoardView())
    assert [h.key for h in found.headings] == ["name", "type", "status", "conversions", "revenue", "spend", "cost"]
    assert len(found.rows) == 4


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=80), st.booleans())
def test_ordering_neither_loses_nor_doubles_a_campaign(values, is_reversed) -> None:
    entry = MetricDefinition("roas", "ROAS", "d", "f", "x", "higher", 3.5, 2.5, 5.0, "o", "daily", "card", "must", ())
    lines = [
        BoardLine(
            Campaign(f"{n:03d}", f"N{n}", None, None, None), {"roas": MetricRow("roas", "7d", {}, v, None, None, "x")}
        )
        for n, v in enumerate(values)
    ]
    seen: list[str] = []
    for page in range(1, 5):
        found = board(lines, {"roas": entry}, BoardView(is_reversed=is_reversed, page=page))
        if found.page == page:
            seen += [entry_.campaign_id for entry_ in found.rows]
    shown = [values[int(key)] for key in seen]
    valued = [value for value in shown if value is not None]
    assert sorted(seen) == [line.campaign.campaign_id for line in lines]
    assert valued == sorted(valued, reverse=not is_reversed)
    assert shown[: len(valued)] == valued
