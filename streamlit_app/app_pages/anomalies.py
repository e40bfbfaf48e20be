"""Anomalies and alerts: what needs looking after, what was unusual lately, how far off, and why it counts as that."""

import streamlit as st

from streamlit_app import composition
from streamlit_app.components import charts, frame
from streamlit_app.components.alert_panel import alert_panel
from streamlit_app.components.tables import sentence, word_table
from streamlit_app.view_models import anomalies as words
from swipesavvy.application import quality_queries as ask

desk = frame.open_desk()
frame.freshness(desk.build)
with frame.module("The alerts"):
    st.subheader("What needs looking after?", anchor=False)
    alert_panel()

st.subheader("What was unusual lately?", anchor=False)

with frame.module("The anomalies"):
    found = desk.ask(ask.anomalies)
    if not found:
        st.info(
            "Nothing unusual in the last 30 days, or too little history to tell: volumes and metrics are compared with "
            "the 7 days before. Every build looks again."
        )
        st.stop()
    sentence(words.summary(found, composition.now()))
    severities, kinds, subjects = words.options(found)
    with st.container(key="filters", horizontal=True):
        filters = words.Filters(
            *(
                st.selectbox(
                    name, choices, format_func=every, key=f"anomaly-{name.lower()}", label_visibility="collapsed"
                )
                for name, choices, every in (
                    ("Severity", severities, words.choice("Every severity")),
                    ("Kind", kinds, words.choice("Every kind")),
                    ("Subject", subjects, words.choice("Every subject")),
                )
            )
        )
    shown = words.chosen(found, filters)
    if not shown:
        st.info("No anomaly fits these filters. Choose another severity, kind or subject to see the rest.")
        st.stop()
    charts.event_marks(
        words.timeline(shown), words.month(found), f"{len(shown)} anomalies over 30 days", key="timeline"
    )

    with st.container(key="wide-anomaly"):
        left, right = st.columns([3, 2], gap="medium")
    with right:
        one = st.selectbox("Look at", shown, format_func=words.title, key="anomaly")
        st.html(words.card(one))
        points = desk.ask(ask.volume_series, one.subject_type, one.subject, *words.span(one))
        if points and one.grain == "hour":
            st.caption(
                "As it came, with what the same hour of the week usually has dashed; the hour in question ringed."
            )
            charts.hours_line(points, one.detected_for_at, words.what_happened(one), key="around")
        elif one.expected is not None and one.actual is not None:
            charts.two_bars(one.expected, one.actual, words.what_happened(one), key="beside")
    with left:
        word_table(words.anomaly_rows(shown), "anomaly-table")
