"""The leaderboard as a real HTML table: heads are buttons that sort, names are buttons that open, bars show magnitude.

Streamlit's own table is drawn on a canvas, which neither sorts on the server nor reads well aloud; hence a component.
All texts reach the page as text, never as markup.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from streamlit_app.view_models.leaderboard import Board

ASSETS = Path(__file__).parents[1] / "assets"


@cache
def _component() -> Any:
    return st.components.v2.component(
        "swipesavvy_leaderboard",
        html='<div id="board"></div>',
        css=(ASSETS / "leaderboard.css").read_text(encoding="utf-8"),
        js=(ASSETS / "leaderboard.js").read_text(encoding="utf-8"),
    )


def leaderboard(board: Board, selected: str | None, key: str, on: Callable[[str, Any], None]) -> None:
    """Place the table; `on` hears ("sort", column), ("open", campaign id) and ("page", number)."""

    def tell(what: str) -> Callable[[], None]:
        return lambda: on(what, getattr(st.session_state[key], what))

    _component()(
        key=key,
        data={**asdict(board), "selected": selected, "caption": "Campaigns, best first by the sorted column"},
        on_sort_change=tell("sort"),
        on_open_change=tell("open"),
        on_page_change=tell("page"),
    )
