"""The tiles of data quality: label, question, value, standing, limit, sentence, and the last 30 days."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from streamlit_app.components import charts
from streamlit_app.view_models.quality import QualityTile

POINTS_OF_A_LINE = 2


def quality_tiles(tiles: Sequence[QualityTile]) -> None:
    """Place the tiles side by side as far as there is room."""
    with st.container(key="quality-tiles"):
        for tile in tiles:
            _place(tile)


def _place(tile: QualityTile) -> None:
    alarm = "-alarm" if tile.verdict.tone == "bad" else ""
    with st.container(key=f"tile-{tile.metric}{alarm}", border=True, gap=None):
        st.html(_head(tile))
        if sum(point.value is not None for point in tile.history) >= POINTS_OF_A_LINE:
            with st.container(key=f"spark-{tile.metric}", gap=None):
                alternative = f"{tile.label}, last 30 days: now {tile.value}"
                charts.sparkline(tile.history, tile.target, tile.unit, alternative, key=f"quality-{tile.metric}")
        st.html(_foot(tile))


def _head(tile: QualityTile) -> str:
    return f"""
    <h3 class="kpi-label">{escape(tile.label)}
      <span class="kpi-chip tone-{tile.verdict.tone}"><span aria-hidden="true">{tile.verdict.symbol}</span>
      {escape(tile.verdict.word)}</span></h3>
    <p class="kpi-question">{escape(tile.question)}</p>
    <p class="kpi-value">{escape(tile.value)} <span class="kpi-scope">last 24 hours</span></p>"""


def _foot(tile: QualityTile) -> str:
    bar = ""
    if tile.bar is not None:
        bar = f"""<div class="kpi-target"><div class="kpi-bar" role="img"
          aria-label="{escape(f"{tile.value}, limit {tile.bar.text}")}">
          <span class="kpi-fill tone-{tile.verdict.tone}" style="width:{100 * tile.bar.fill:.1f}%"></span>
          <span class="kpi-mark" style="left:{100 * tile.bar.mark:.1f}%"></span></div>
          <span>{escape(tile.bar.text)}</span></div>"""
    return f"""{bar}<p class="kpi-sentence">{escape(tile.sentence)}</p>"""
