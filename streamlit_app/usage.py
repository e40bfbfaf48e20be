"""Which section of the dashboard a person looks at, told to the tracking of the portal.

Belongs here: pages as sections, and the address as filters. Not here: what becomes of it
(`application.portal_tracking`).
"""

from uuid import uuid4

import streamlit as st

from streamlit_app import composition
from swipesavvy.domain.people import Person

_SECTIONS = {"": "kpi", "quality": "health", "anomalies": "health"}
"""Pages by their address. Pages that explain and show no figures are no section."""

_MOST_FILTERS, _LONGEST_FILTER = 10, 100


def note(page: str, person: Person) -> None:
    """A run of the app showed a page to a person; parts of a page that refresh themselves do not come here."""
    portal, section = composition.services().portal, _SECTIONS.get(page)
    if portal is None or section is None:
        return
    filters = {name: value[:_LONGEST_FILTER] for name, value in list(st.query_params.items())[:_MOST_FILTERS]}
    if section == "kpi" and "campaign" in filters:
        section = "campaign_detail"
    tab = st.session_state.setdefault("tab", str(uuid4()))
    portal.look(tab, person, section, filters, composition.now())
