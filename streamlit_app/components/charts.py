"""Every chart of the dashboard: one library, one theme. Colours come from config.toml, so light and dark follow.

Each chart has a text alternative; its table twin stands beside it on the page.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from swipesavvy.application.overview_queries import DayValue
from swipesavvy.domain import figures

# Colours that read on both grounds: zero lines and targets, estimates with their whiskers.
QUIET = "#7c8896"
ESTIMATE = "#4a86d8"


def sparkline(points: Sequence[DayValue], target: float | None, unit: str, alt_text: str, key: str) -> None:
    """A small line without axes; the newest point is marked, the target dashed."""
    frame = _frame(points, unit)
    quiet_axis = None
    base = alt.Chart(frame).encode(
        x=alt.X("day:T", axis=quiet_axis),
        y=alt.Y("value:Q", scale=alt.Scale(zero=False, padding=4), axis=quiet_axis),
        tooltip=[alt.Tooltip("day:T", title="Day", format="%d %b %Y"), alt.Tooltip("text:N", title="Value")],
    )
    layers = [base.mark_line(strokeWidth=1.75, interpolate="monotone"), base.mark_point(opacity=0, size=60)]
    layers.append(alt.Chart(frame.tail(1)).mark_circle(size=36, opacity=1).encode(x="day:T", y="value:Q"))
    if target is not None and _is_near(target, frame["value"]):
        layers.append(_rule(target))
    chart = _themed(alt.layer(*layers).properties(height=44, padding={"left": 0, "right": 4, "top": 2, "bottom": 2}))
    st.altair_chart(chart, width="stretch", height=44, key=key, alt=alt_text)


def day_line(points: Sequence[DayValue], unit: str, target: float | None, alt_text: str, key: str) -> None:
    """One metric day by day, days in UTC; the target dashed and named."""
    frame = _frame(points, unit)
    line = alt.Chart(frame).encode(
        x=alt.X("day:T", title="Day (UTC)", axis=alt.Axis(format="%d %b", grid=False, tickCount=5, labelFlush=True)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(tickCount=4)),
        tooltip=[alt.Tooltip("day:T", title="Day", format="%d %b %Y"), alt.Tooltip("text:N", title="Value")],
    )
    layers: list[Any] = [line.mark_line(strokeWidth=2, interpolate="monotone"), line.mark_point(opacity=0, size=80)]
    if target is not None:
        layers += [_rule(target), _label(target, f"target {figures.written(target, unit)}")]
    st.altair_chart(_themed(alt.layer(*layers)), width="stretch", height=200, key=key, alt=alt_text)


def whiskers(rows: Sequence[dict[str, Any]], unit_title: str, alt_text: str, key: str) -> None:
    """Estimates with their intervals on one scale, zero marked. Rows: name, value, low, high, text, strength."""
    frame = pd.DataFrame(rows)
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=150, ticks=False, domain=False))
    x_title = f"{unit_title}, 95% interval"
    tooltip = [alt.Tooltip("name:N", title="Campaign"), alt.Tooltip("text:N", title="Estimate")]
    opacity = alt.Opacity("strength:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.35, 1]))
    span = alt.Chart(frame).mark_rule(strokeWidth=2, color=ESTIMATE).encode(
        x=alt.X("low:Q", title=x_title, axis=alt.Axis(tickCount=5)), x2="high:Q", y=y, opacity=opacity, tooltip=tooltip
    )  # fmt: skip
    dot = (
        alt.Chart(frame).mark_circle(size=70, color=ESTIMATE).encode(x="value:Q", y=y, opacity=opacity, tooltip=tooltip)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x="x:Q")
    height = 60 + 26 * len(frame)
    st.altair_chart(_themed(alt.layer(zero, span, dot)), width="stretch", height=height, key=key, alt=alt_text)


def _frame(points: Sequence[DayValue], unit: str) -> pd.DataFrame:
    valued = [point for point in points if point.value is not None]
    return pd.DataFrame(
        {
            "day": pd.to_datetime([point.day for point in valued]),
            "value": [point.value for point in valued],
            "text": [figures.written(point.value, unit) for point in valued],
        }
    )


def _is_near(target: float, values: pd.Series) -> bool:
    """Whether a target line would leave the series readable."""
    low, high = values.min(), values.max()
    reach = max(high - low, abs(high) * 0.1)
    return bool(low - reach <= target <= high + reach)


def _rule(target: float) -> Any:
    return alt.Chart(pd.DataFrame({"y": [target]})).mark_rule(color=QUIET, strokeDash=[4, 3]).encode(y="y:Q")


def _label(target: float, text: str) -> Any:
    mark = alt.Chart(pd.DataFrame({"y": [target], "text": [text]})).mark_text(
        align="left", baseline="bottom", dx=4, dy=-3, color=QUIET, fontSize=11
    )
    return mark.encode(x=alt.value(0), y="y:Q", text="text:N")


def _themed(chart: Any) -> Any:
    return (
        chart.configure(background="transparent")
        .configure_view(strokeWidth=0)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.5)
    )
