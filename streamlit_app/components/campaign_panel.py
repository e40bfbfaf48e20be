"""Beside the leaderboard: what the chosen campaign (or all of them) did, day by day and against its holdout."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from streamlit_app.components import charts
from streamlit_app.composition import Desk
from streamlit_app.view_models import campaigns
from streamlit_app.view_models.leaderboard import words
from swipesavvy.application import overview_queries as ask
from swipesavvy.domain import figures

SERIES = "roas"


def campaign_panel(desk: Desk, lines: Sequence[ask.BoardLine], selected: str | None, window: str) -> None:
    """The panel for one campaign (its id), or for all together."""
    line = campaigns.line_of(lines, selected)
    if selected is not None and line is None:
        st.warning("The address names a campaign this build does not know. Choose one from the table.")
    if line is None:
        st.subheader("How does it develop?", anchor=False)
        st.caption("All campaigns together. Choose a campaign's name in the table to see it alone.")
    else:
        st.subheader(ask.campaign_name(line.campaign), anchor=False)
        kind = words(line.campaign.campaign_type or "no type set")
        st.caption(f"{kind} · {words(line.campaign.status or 'status unknown')}")
    _days(desk, line, window)
    _effects(lines, line)
    if line is not None:
        _facts(desk, line)


def _days(desk: Desk, line: ask.BoardLine | None, window: str) -> None:
    definition = desk.ask(ask.definitions).get(SERIES)
    if definition is None:
        return
    campaign_id = line.campaign.campaign_id if line else None
    points = desk.ask(ask.day_values, SERIES, window, campaign_id)
    st.markdown(f"**{definition.label} by day**")
    if sum(point.value is not None for point in points) < 2:  # noqa: PLR2004 - a line needs two points
        st.info("Too few days with spend in this window for a line. A longer window may show more.")
        return
    words_ = f"{definition.label} by day, {len(points)} days"
    charts.day_line(points, definition.unit, definition.target, words_, key="campaign-days")
    with st.expander("As a table"):
        rows = [(f"{point.day}", figures.written(point.value, definition.unit)) for point in reversed(points)]
        st.dataframe(pd.DataFrame(rows, columns=["Day (UTC)", definition.label]), hide_index=True, height=240)


def _effects(lines: Sequence[ask.BoardLine], line: ask.BoardLine | None) -> None:
    found = campaigns.effects(lines, line)
    st.markdown("**Bought because of it, against the holdout**")
    st.caption(campaigns.effects_sentence(found))
    if found:
        charts.whiskers(found, "Percentage points", key="campaign-effects")


def _facts(desk: Desk, line: ask.BoardLine) -> None:
    rows = "".join(
        f'<tr><th scope="row">{escape(fact.label)}</th><td>{escape(fact.value)}</td>'
        f'<td class="tone-{fact.verdict.tone}">{fact.verdict.symbol} {escape(fact.verdict.word)}</td>'
        f"<td>{escape(fact.note)}</td></tr>"
        for fact in campaigns.facts(line, desk.ask(ask.definitions))
    )
    st.html(f'<table class="facts"><caption>All figures of this window</caption><tbody>{rows}</tbody></table>')
