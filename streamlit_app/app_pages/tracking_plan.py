"""Tracking plan: every event the platform knows, from the declaration that judges events. The same as in the docs."""

import streamlit as st

from streamlit_app.components import frame
from streamlit_app.components.tables import word_table
from streamlit_app.view_models import tracking_plan as words
from swipesavvy.application.tracking_plan import rules, tracking_plan

st.subheader("Which events do we send, and what do they hold?", anchor=False)
with frame.module("The tracking plan"):
    plan = tracking_plan()
    st.caption(words.summary(plan))
    search, chosen = st.columns([1, 2])
    with search:
        wanted = st.text_input(
            "Search", key="plan-search", placeholder="Search types and properties", max_chars=100,
            label_visibility="collapsed",
        )  # fmt: skip
    found = words.matching(plan, wanted)
    if not found:
        st.info("No type or property has this name. Such events are kept and counted as unlisted, never dropped.")
        st.stop()
    word_table(words.type_rows(found), "types", in_view=12)
    with chosen:
        one = st.selectbox(
            "Type", found, format_func=lambda entry: entry.name, key="plan-type", label_visibility="collapsed"
        )
    with st.container(key="wide-type"):
        left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(one.name, anchor=False)
        st.caption(words.about(one))
        word_table(words.property_rows(one), "properties", "This type declares no property.")
    with right:
        st.markdown("**A valid example**")
        st.code(one.example, language="json")
    with st.expander("Rules for all events"):
        for term, text in rules():
            st.markdown(f"- **{term}**: {text}")
    st.caption("For other programs: `swipesavvy contracts --format json-schema`.")
