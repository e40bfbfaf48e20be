"""Open and acknowledged alerts, and the form that takes one on; only for roles that look after the installation."""

import streamlit as st

from streamlit_app import composition, gate
from streamlit_app.components.tables import word_table
from streamlit_app.view_models import alerts as words
from swipesavvy.application.alerting import MAY_ACKNOWLEDGE
from swipesavvy.domain.alerts import LONGEST_NOTE, Alert


def alert_panel() -> None:
    """The alerts that are not over."""
    alerting, person = composition.services().alerting, gate.signed_in()
    found = alerting.list_open()
    if not found:
        st.info("No alert is open. Rules look at every build; `swipesavvy alerts list --all` also shows what is over.")
        return
    st.caption(words.summary(found))
    word_table(words.alert_rows(found, composition.now()), "alerts", in_view=8)
    waiting = words.waiting(found)
    if waiting and person is not None and person.role in MAY_ACKNOWLEDGE:
        _form(waiting)


def _form(waiting: list[Alert]) -> None:
    with st.expander("Take one on"), st.form("acknowledge", border=False, clear_on_submit=True):
        alert = st.selectbox("Alert", waiting, format_func=words.title)
        note = st.text_input("What is being done about it", max_chars=LONGEST_NOTE)
        st.caption("It then stays quiet for everybody until it grows worse or is over.")
        if st.form_submit_button("Acknowledge alert") and alert is not None:
            # Whoever sends the form is looked up again: the session may have ended since the page was drawn.
            person = gate.enter()
            composition.services().alerting.acknowledge(alert.alert_id, person, note or None, composition.now())
            st.rerun()
