"""One headline figure as a tile: label, question, value, change, trend, target, sentence, age, and the card."""

from collections.abc import Callable
from html import escape

import streamlit as st

from streamlit_app.components import charts
from streamlit_app.view_models.tiles import Reach, Tile


def kpi_tile(tile: Tile, unit: str, target: float | None, drill: Callable[[str], None]) -> None:
    """Place a tile; everything in it was worded by the view model. `drill` leads to the campaigns behind it."""
    alarm = "-alarm" if tile.is_alarming else ""
    with st.container(key=f"tile-{tile.metric}{alarm}", border=True, gap=None):
        st.html(_head(tile))
        with st.container(key=f"about-{tile.metric}"), st.popover("About", type="tertiary"):
            st.html(_about(tile))
            if tile.has_campaigns:
                words = "Show its campaigns, weakest first"
                st.button(words, key=f"drill-{tile.metric}", on_click=drill, args=(tile.metric,))
        _trend(tile, unit, target)
        st.html(_foot(tile))


def missing_tile(metric: str) -> None:
    """The place of a figure this build does not know."""
    with st.container(key=f"tile-{metric}", border=True):
        st.html(
            f'<p class="kpi-label">{escape(metric)}</p><p class="kpi-sentence">This build does not compute it yet; '
            "the next <code>swipesavvy run</code> adds it.</p>"
        )


def _trend(tile: Tile, unit: str, target: float | None) -> None:
    with st.container(key=f"spark-{tile.metric}", gap=None):
        if sum(point.value is not None for point in tile.trend) > 1:
            words = f"{tile.label}, {tile.trend_words}: now {tile.value}"
            charts.sparkline(tile.trend, target, unit, words, key=f"spark-chart-{tile.metric}")
            st.html(f'<p class="kpi-trend">{escape(tile.trend_words)}</p>')
        elif tile.reach is not None:
            st.html(_reach(tile.reach))
        else:
            st.html(f'<p class="kpi-none">{escape(tile.no_trend)}</p>')


def _head(tile: Tile) -> str:
    faint = " is-faint" if tile.is_faint else ""
    if tile.change is None:
        change = f'<span class="kpi-change tone-unclear">{escape(tile.no_change)}</span>'
    else:
        change = (
            f'<span class="kpi-change tone-{tile.change.tone}"><span aria-hidden="true">{tile.change.arrow}</span> '
            f"{escape(tile.change.text)}</span>"
        )
    scope = f"{tile.scope} · data {tile.age}"
    return f"""
    <h3 class="kpi-label">{escape(tile.label)}
      <span class="kpi-chip tone-{tile.verdict.tone}"><span aria-hidden="true">{tile.verdict.symbol}</span>
      {escape(tile.verdict.word)}</span></h3>
    <p class="kpi-question">{escape(tile.question)}</p>
    <p class="kpi-value{faint}">{escape(tile.value)} <span class="kpi-scope">{escape(scope)}</span></p>
    <p class="kpi-line">{change}</p>"""


def _foot(tile: Tile) -> str:
    bar = ""
    if tile.bar is not None:
        spoken = escape(f"{tile.value}, {tile.bar.text}")
        bar = f"""<div class="kpi-target"><div class="kpi-bar" role="img" aria-label="{spoken}">
          <span class="kpi-fill tone-{tile.verdict.tone}" style="width:{100 * tile.bar.fill:.1f}%"></span>
          <span class="kpi-mark" style="left:{100 * tile.bar.mark:.1f}%"></span></div>
          <span>{escape(tile.bar.text)}</span></div>"""
    return f"""{bar}<p class="kpi-sentence">{escape(tile.sentence)}</p>"""


def _reach(reach: Reach) -> str:
    return f"""<div class="kpi-reach" role="img" aria-label="95% interval {escape(reach.text)}">
      <span class="kpi-zero" style="left:{100 * reach.zero:.1f}%"></span>
      <span class="kpi-span" style="left:{100 * reach.low:.1f}%;width:{100 * (reach.high - reach.low):.1f}%"></span>
      <span class="kpi-dot" style="left:{100 * reach.value:.1f}%"></span></div>
    <p class="kpi-none">95% interval<br><b>{escape(reach.text)}</b></p>"""


def _about(tile: Tile) -> str:
    lines = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in tile.about)
    return f'<h4 class="about-title">{escape(tile.label)}</h4><dl class="about">{lines}</dl>'
