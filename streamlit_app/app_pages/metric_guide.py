"""Metric guide: what every metric means, how it is computed, who answers for it. Straight from the catalogue."""

import pandas as pd
import streamlit as st

from streamlit_app.components import frame
from streamlit_app.view_models.tiles import acceptable
from swipesavvy.application import overview_queries as ask

desk = frame.open_desk()
frame.freshness(desk.build)
st.subheader("What does each number mean?", anchor=False)
with frame.module("The metric guide"):
    found = desk.ask(ask.definitions).values()
    st.caption(
        f"{len(found)} metrics, declared once beside their formulas; every page and report reads them from there."
    )
    table = pd.DataFrame(
        {
            "Metric": [entry.label for entry in found],
            "What it means": [entry.definition for entry in found],
            "Formula": [entry.formula for entry in found],
            "Acceptable": [acceptable(entry) for entry in found],
            "Owner": [entry.owner for entry in found],
            "Recomputed": [entry.refresh_tier for entry in found],
            "Also by": [", ".join(entry.grains) or "total only" for entry in found],
            "Id": [entry.metric for entry in found],
        }
    )
    st.table(table.set_index("Metric"))
