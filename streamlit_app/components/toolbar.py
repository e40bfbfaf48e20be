"""What a reader may choose on the overview; every choice lives in the address, so that a link shows the same page."""

from typing import Any

import streamlit as st

from streamlit_app.view_models.leaderboard import DEFAULT_SORT, EVERY, BoardView, starts_reversed, words

# What a button says is what the address says, so both stay short.
WINDOWS = ("7d", "30d", "90d", "YTD")
DEFAULT_WINDOW = "30d"


def window_choice() -> str:
    """The window all figures of the page describe."""
    chosen = st.segmented_control(
        "Window",
        WINDOWS,
        default=DEFAULT_WINDOW,
        required=True,
        key="window",
        bind="query-params",
        label_visibility="collapsed",
        on_change=_first_page,
    )
    return str(chosen).lower()


def board_filters(statuses: list[str], types: list[str]) -> None:
    """Search, status and type of the leaderboard."""
    with st.container(key="filters", horizontal=True):
        st.text_input(
            "Search", key="q", bind="query-params", placeholder="Search campaigns", label_visibility="collapsed",
            on_change=_first_page, max_chars=100,
        )  # fmt: skip
        _filter("status", "Every status", statuses)
        _filter("type", "Every type", types)


def _filter(key: str, every: str, options: list[str]) -> None:
    def shown(option: str) -> str:
        return every if option == EVERY else words(option)

    st.selectbox(
        key.capitalize(),
        options,
        format_func=shown,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        on_change=_first_page,
    )


def board_view() -> BoardView:
    """What the address and the filters ask of the leaderboard; nonsense in the address means the default."""
    address = st.query_params
    page = address.get("page", "1")
    return BoardView(
        status=st.session_state.get("status", EVERY),
        campaign_type=st.session_state.get("type", EVERY),
        search=st.session_state.get("q", ""),
        sort=address.get("sort", DEFAULT_SORT),
        is_reversed=address.get("order") == "reversed",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < len("100000") else 1,
    )


def selected_campaign() -> str | None:
    """The campaign the address names."""
    return st.query_params.get("campaign") or None


def heard(what: str, value: Any) -> None:
    """The leaderboard was touched: write the new state into the address."""
    if value is None:
        return
    if what == "sort":
        is_reversed = starts_reversed(str(value), board_view())
        _put("sort", str(value), DEFAULT_SORT)
        _put("order", "reversed" if is_reversed else "best", "best")
        _first_page()
    elif what == "page":
        _put("page", str(int(value)), "1")
    elif what == "open":
        _put("campaign", "" if value == selected_campaign() else str(value), "")


def drill(metric: str) -> None:
    """From a tile to the campaigns behind it: the leaderboard sorted by that metric, weakest first."""
    _put("sort", metric, DEFAULT_SORT)
    _put("order", "reversed", "best")
    _first_page()


def _put(name: str, value: str, default: str) -> None:
    if value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def _first_page() -> None:
    st.query_params.pop("page", None)
