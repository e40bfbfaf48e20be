"""Computed sentences and plain tables of words: one look for all; wide tables scroll inside, the page does not."""

import re
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

ROWS_IN_VIEW = 25
_ROW, _HEAD = 35, 38
_FIGURE = re.compile(r"[+−]?\$?[\d,.]+[kMBT%x]?( (s|min|h|days))?|–|none")


def word_table(rows: Sequence[Mapping[str, str]], key: str, nothing: str = "", in_view: int = ROWS_IN_VIEW) -> None:
    """Rows as they are, columns of figures to the right; `nothing` says what an empty table means."""
    if not rows:
        st.info(nothing)
        return
    figures = [name for name in rows[0] if all(_FIGURE.fullmatch(row[name]) for row in rows)]
    st.dataframe(
        pd.DataFrame(list(rows)),
        hide_index=True,
        width="stretch",
        height=_HEAD + _ROW * min(len(rows), in_view),
        key=key,
        column_config={name: st.column_config.TextColumn(alignment="right") for name in figures},
    )


def sentence(text: str) -> None:
    """A computed sentence. It may name what clients sent, so it is shown as text: Markdown could load pictures."""
    st.html(f'<p class="sentence">{escape(text)}</p>')
