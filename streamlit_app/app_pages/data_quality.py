"""Data quality: can today's numbers be trusted, what was refused and why, and does every landed line have its place."""

import streamlit as st

from streamlit_app.components import charts, frame
from streamlit_app.components.quality_tiles import quality_tiles
from streamlit_app.components.tables import sentence, word_table
from streamlit_app.view_models import quality as words
from swipesavvy.application import quality_queries as ask

NOT_YET = "This build has no measures of quality. The next `swipesavvy run` computes them."
TYPES_DRAWN = 14

desk = frame.open_desk()
frame.freshness(desk.build)
st.subheader("Can these numbers be trusted?", anchor=False)

with frame.module("The measures of quality"):
    days = desk.ask(ask.quality_days)
    tiles = words.quality_tiles(desk.ask(ask.quality_values), days)
    if tiles:
        sentence(words.headline(tiles))
        quality_tiles(tiles)
        with st.expander("History, day by day"):
            shown = st.selectbox(
                "Measure", tiles, format_func=lambda tile: tile.label, key="measure", label_visibility="collapsed"
            )
            points = words.history(days, shown.metric)
            charts.day_line(points, shown.unit, shown.target, f"{shown.label} by day", key="quality-history")
            word_table(words.history_rows(points, shown), "history-table", "No day has a value yet.")
    else:
        st.info(NOT_YET)

with st.container(key="wide-volumes"):
    left, right = st.columns([1, 1], gap="medium")
with left, frame.module("The volumes"):
    st.subheader("Did as many events come as expected?", anchor=False)
    volumes = desk.ask(ask.volumes)
    if volumes:
        sentence(f"{words.volume_sentence(volumes)} A tick marks what the same hours of the last four weeks had.")
        charts.volume_bars(volumes[:TYPES_DRAWN], words.volume_sentence(volumes), key="volumes")
        with st.expander("As a table"):
            word_table(words.volume_rows(volumes), "volume-table", NOT_YET)
    else:
        st.info("No event has been counted by the hour yet. The next `swipesavvy run` does it.")

with right, frame.module("The service levels"):
    st.subheader("Is data there as soon as promised?", anchor=False)
    st.caption("Events of the last 24 hours, from happening to being readable; later than 24 hours counts as late.")
    word_table(words.service_rows(desk.ask(ask.service_levels)), "levels", NOT_YET)
    st.subheader("Which names does the contract not list?", anchor=False)
    st.caption("Unknown types and properties are kept and counted. The tracking plan says which names are known.")
    word_table(words.unlisted_rows(desk.ask(ask.unlisted_names)), "unlisted", "None: every name is in the contract.")

with frame.module("The ledger"):
    st.subheader("Is every landed line accounted for?", anchor=False)
    sums = desk.ask(ask.ledger_sums)
    if sums:
        sentence(words.ledger_sentence(sums))
        word_table(words.ledger_rows(sums, by_file=False), "ledger")
        with st.expander("By file and batch, newest first"):
            word_table(words.ledger_rows(desk.ask(ask.ledger_files), by_file=True), "ledger-files")
    else:
        st.info("Nothing has been taken in yet. Put files into `landing/` and call `swipesavvy run`.")

with frame.module("The quarantine"):
    st.subheader("What was refused, and why?", anchor=False)
    reasons = desk.ask(ask.quarantine_reasons)
    if reasons:
        with st.container(key="wide-quarantine"):
            counts, lines = st.columns([1, 2], gap="medium")
        with counts:
            word_table(words.reason_rows(reasons), "reasons")
            st.caption("Mended the cause? This judges the refused lines again and takes in what is valid now:")
            st.code("swipesavvy quarantine replay", language="bash")
        with lines:
            names = [words.EVERY, *dict.fromkeys(reason.reason for reason in reasons)]
            wanted = st.selectbox(
                "Reason", names, format_func=words.reason_choice, key="reason", label_visibility="collapsed"
            )
            refused = desk.ask(ask.refused_lines, None if wanted == words.EVERY else wanted)
            word_table(words.refused_rows(refused), "refused", "None of the newest lines has this reason.", in_view=12)
    else:
        st.info("No line is in quarantine: everything that landed was valid.")

with frame.module("The reconciliation"):
    st.subheader("Do the platforms count what we count?", anchor=False)
    totals = desk.ask(ask.reconciliation_sums)
    if totals:
        st.caption(
            "A day is flagged where our figure and the platform's differ by more than 1%. Ratios are not summed."
        )
        word_table(words.sum_rows(totals), "reconciled")
        with st.expander("Flagged days, newest first"):
            word_table(words.flagged_rows(desk.ask(ask.reconciliation)), "flagged", "No day is flagged.")
    else:
        st.info(
            "No platform has reported yet. Land a `platform_reports` table, and each report is compared day by day."
        )
