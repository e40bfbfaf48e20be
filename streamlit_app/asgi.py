"""The dashboard as a web application: `uvicorn streamlit_app.asgi:app`. Account routes in front, Streamlit behind."""

import logging
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from streamlit_app.account.door import Door
from streamlit_app.account.routes import ROUTES

# Paid when the server starts instead of by the first reader, who would wait seconds for pandas and its like.
from streamlit_app.components import campaign_panel, frame, kpi_tile, leaderboard, quality_tiles, toolbar  # noqa: F401

log = logging.getLogger(__name__)


def _log_script_error(error: Exception) -> bool:
    """What escapes every module's own boundary goes to the log in full; the page shows no traceback (config.toml)."""
    log.error("the page failed", exc_info=error)
    return False


app = st.App(
    Path(__file__).with_name("app.py"),
    routes=ROUTES,
    middleware=[Middleware(Door)],
    on_script_error=_log_script_error,
)
