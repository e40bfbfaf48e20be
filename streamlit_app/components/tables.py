"""Plain tables of words: one look for all of them; wide ones scroll inside, the page does not."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

ROWS_IN_VIEW = 25
_ROW, _HEAD = 35, 38


def word_table(rows: Sequence[Mapping[str, str]], key: str, nothing: str) -> None:
    """Rows as they are, 25 in view; `nothing` says what an empty table means."""
    if not rows:
        st.info(nothing)
        return
    height = _HEAD + _ROW * min(len(rows), ROWS_IN_VIEW)
    st.dataframe(pd.DataFrame(list(rows)), hide_index=True, width="stretch", height=height, key=key)
