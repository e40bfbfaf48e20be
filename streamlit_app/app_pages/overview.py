"""Overview: five headline figures, the campaign leaderboard, and what is behind the chosen campaign."""

import streamlit as st

from streamlit_app import composition
from streamlit_app.components import frame
from streamlit_app.components.campaign_panel import campaign_panel
from streamlit_app.components.kpi_tile import kpi_tile, missing_tile
from streamlit_app.components.leaderboard import leaderboard
from streamlit_app.components.toolbar import board_filters, board_view, drill, heard, selected_campaign, window_choice
from streamlit_app.view_models import leaderboard as boards
from streamlit_app.view_models.tiles import tile
from swipesavvy.application import overview_queries as ask

desk = frame.open_desk()
with st.container(key="topline", horizontal=True, vertical_alignment="center"):
    window = window_choice()
    frame.freshness(desk.build)

with frame.module("The headline figures"), st.container(key="kpis"):
    for metric in ask.HEADLINES:
        shown = desk.ask(ask.headline, metric, window)
        if shown is None:
            missing_tile(metric)
        else:
            kpi_tile(tile(shown, window, composition.now()), shown.definition.unit, shown.definition.target, drill)

with st.container(key="board-and-panel"):
    left, right = st.columns([29, 10], gap="medium")
with left, frame.module("The leaderboard"):
    lines = desk.ask(ask.leaderboard, window)
    st.subheader("Which campaigns earn their money?", anchor=False)
    statuses, types = boards.choices(lines)
    board_filters(statuses, types)
    board = boards.board(lines, desk.ask(ask.definitions), board_view())
    if board.sentence:
        st.caption(board.sentence)
    if board.found:
        leaderboard(board, selected_campaign(), "board", heard)
    elif board.known:
        st.info("No campaign fits these filters. Choose other words or another status to see the rest.")
    else:
        st.info(
            "No campaign is known yet. Land a campaigns table, then run `swipesavvy run`; each becomes a line here."
        )
with right, frame.module("The campaign"):
    campaign_panel(desk, lines, selected_campaign(), window)
