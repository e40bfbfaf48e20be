"""Entry of the dashboard: the gate, the frame around every page, and the navigation. Pages are in `app_pages`."""

from pathlib import Path

import streamlit as st

from streamlit_app import gate, usage
from streamlit_app.components import frame

HERE = Path(__file__).parent

st.set_page_config(
    page_title="SwipeSavvy",
    page_icon=str(HERE / "assets" / "icon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(HERE / "assets" / "dashboard.css")
st.logo(str(HERE / "assets" / "logo.svg"))
person = gate.enter()
page = st.navigation(
    [
        st.Page(HERE / "app_pages" / "overview.py", title="Overview", default=True),
        st.Page(HERE / "app_pages" / "data_quality.py", title="Data quality", url_path="quality"),
        st.Page(HERE / "app_pages" / "anomalies.py", title="Anomalies", url_path="anomalies"),
        st.Page(HERE / "app_pages" / "metric_guide.py", title="Metric guide", url_path="metrics"),
        st.Page(HERE / "app_pages" / "tracking_plan.py", title="Tracking plan", url_path="tracking-plan"),
    ],
    position="top",
)
usage.note(page.url_path, person)
frame.account_menu(person)
page.run()
