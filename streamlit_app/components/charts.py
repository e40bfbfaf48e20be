"""Every chart of the dashboard: one library (Vega-Lite, which Streamlit serves itself), one theme, declared here.

Specifications are plain data: building them through Altair's classes cost ten times as much as the rest of a page.
Series colours come from config.toml, so light and dark follow. Each chart has a text alternative, and a table twin or
the same figures in words beside it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from streamlit_app.view_models.campaigns import Effect
from swipesavvy.application.overview_queries import DayValue
from swipesavvy.application.quality_queries import TypeVolume, VolumePoint
from swipesavvy.domain import figures

# Colours that read on both grounds: zero lines and targets, estimates with their whiskers, what is wrong.
QUIET, ESTIMATE, ALARM = "#7c8896", "#4a86d8", "#d2574a"
THEME = {
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "gridOpacity": 0.5},
}
SPARK_HEIGHT, LINE_HEIGHT = 44, 200
Spec = dict[str, Any]
ONCE: list[Spec] = [{"row": 1}]


def sparkline(points: Sequence[DayValue], target: float | None, unit: str, alternative: str, key: str) -> None:
    """A small line without axes; the newest point is marked, the target dashed where it is near."""
    values = _values(points, unit)
    x = {"field": "day", "type": "temporal", "axis": None}
    y = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": False, "padding": 4}}
    tooltip = _tooltip("day", "Day", date=True), _tooltip("text", "Value")
    both = {"x": x, "y": y}
    layers = [
        _layer({"type": "line", "strokeWidth": 1.75, "interpolate": "monotone"}, both),
        _layer({"type": "point", "opacity": 0, "size": 60}, {**both, "tooltip": list(tooltip)}),
        {**_layer({"type": "circle", "size": 36, "opacity": 1}, both), "data": {"name": "newest"}},
    ]
    if target is not None and _is_near(target, [row["value"] for row in values]):
        layers.append(_level(target, hides_axis=True))
    padding = {"left": 0, "right": 4, "top": 2, "bottom": 2}
    data = {"series": values, "newest": values[-1:]}
    _place({"layer": layers, "padding": padding}, data, SPARK_HEIGHT, alternative, key)


def day_line(points: Sequence[DayValue], unit: str, target: float | None, alternative: str, key: str) -> None:
    """One metric day by day, days in UTC; the target dashed and named."""
    axis = {"format": "%d %b", "grid": False, "tickCount": 5, "labelFlush": True}
    both = {
        "x": {"field": "day", "type": "temporal", "title": "Day (UTC)", "axis": axis},
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": None,
            "axis": {"tickCount": 4},
            "scale": {"zero": False},
        },
    }
    tooltip = [_tooltip("day", "Day", date=True), _tooltip("text", "Value")]
    layers = [
        _layer({"type": "line", "strokeWidth": 2, "interpolate": "monotone"}, both),
        _layer({"type": "point", "opacity": 0, "size": 80}, {**both, "tooltip": tooltip}),
    ]
    if target is not None:
        label = {"type": "text", "align": "left", "baseline": "middle", "dx": 5, "color": QUIET, "fontSize": 11}
        named = {
            "x": {"value": "width"},
            "y": {"datum": target},
            "text": {"value": f"target {figures.written(target, unit)}"},
        }
        layers += [_level(target), _single(label, named)]
    _place({"layer": layers}, {"series": _values(points, unit)}, LINE_HEIGHT, alternative, key)


def whiskers(effects: Sequence[Effect], title: str, key: str) -> None:
    """Estimates with their intervals on one scale, zero marked; those that may be zero are faint."""
    values = [
        {"name": e.name, "value": e.value, "low": e.low, "high": e.high, "text": e.text, "clear": e.is_clear}
        for e in effects
    ]
    y = {"field": "name", "type": "nominal", "title": None, "sort": None,
         "axis": {"labelLimit": 150, "ticks": False, "domain": False}}  # fmt: skip
    shared = {
        "y": y,
        "opacity": {"condition": {"test": "datum.clear", "value": 1}, "value": 0.4},
        "tooltip": [_tooltip("name", "Campaign"), _tooltip("text", "Estimate")],
    }
    low = {"field": "low", "type": "quantitative", "title": f"{title}, 95% interval", "axis": {"tickCount": 5}}
    layers = [
        _single({"type": "rule", "color": QUIET, "strokeDash": [3, 3]}, {"x": {"datum": 0}}),
        _layer({"type": "rule", "strokeWidth": 2, "color": ESTIMATE}, {"x": low, "x2": {"field": "high"}, **shared}),
        _layer(
            {"type": "circle", "size": 70, "color": ESTIMATE},
            {"x": {"field": "value", "type": "quantitative"}, **shared},
        ),
    ]
    alternative = "; ".join(f"{effect.name} {effect.text}" for effect in effects)
    _place({"layer": layers}, {"series": values}, 60 + 26 * len(values), alternative, key)


def volume_bars(volumes: Sequence[TypeVolume], alternative: str, key: str) -> None:
    """Events by type as bars from zero; a tick where history says how many to expect."""
    values = [
        {"type": volume.event_type, "count": volume.count, "expected": volume.expected, "late": volume.late}
        for volume in volumes
    ]
    y = {"field": "type", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelLimit": 190, "ticks": False, "domain": False, "labelOverlap": False}}  # fmt: skip
    axis = {"tickCount": 4, "format": "~s"}
    tooltip = [
        _tooltip("type", "Type"),
        *({"field": name, "type": "quantitative", "format": ",.0f", "title": name.capitalize()}
          for name in ("count", "expected", "late")),
    ]  # fmt: skip
    bars = {"x": {"field": "count", "type": "quantitative", "title": "Events, newest 24 whole hours", "axis": axis}}
    ticks = {"x": {"field": "expected", "type": "quantitative"}}
    layers = [
        _layer({"type": "bar", "height": {"band": 0.6}, "color": ESTIMATE}, {"y": y, **bars, "tooltip": tooltip}),
        _layer({"type": "tick", "thickness": 2, "size": 16, "color": QUIET}, {"y": y, **ticks, "tooltip": tooltip}),
    ]
    _place({"layer": layers}, {"series": values}, 70 + 24 * len(values), alternative, key)


def hours_line(points: Sequence[VolumePoint], marked: datetime, alternative: str, key: str) -> None:
    """Hours as they came, what was expected dashed, one hour marked; times in UTC."""
    values: list[Spec] = [
        {"at": _wall(point.hour_at), "count": point.count, "expected": point.expected} for point in points
    ]
    axis = {"format": "%d %b %H:%M", "grid": False, "tickCount": 5, "labelFlush": True}
    x = {"field": "at", "type": "temporal", "title": "Hour (UTC)", "axis": axis}
    tooltip: list[Spec] = [
        {"field": "at", "type": "temporal", "format": "%d %b %Y, %H:%M", "title": "Hour (UTC)"},
        {"field": "count", "type": "quantitative", "format": ",.0f", "title": "Came"},
        {"field": "expected", "type": "quantitative", "format": ",.1f", "title": "Expected"},
    ]
    came = {"field": "count", "type": "quantitative", "title": None, "axis": {"tickCount": 4}, "scale": {"zero": True}}
    expected = {"field": "expected", "type": "quantitative"}
    layers = [
        _layer({"type": "line", "strokeWidth": 1.5, "strokeDash": [4, 3], "color": QUIET}, {"x": x, "y": expected}),
        _layer({"type": "line", "strokeWidth": 2}, {"x": x, "y": came}),
        _layer({"type": "point", "opacity": 0, "size": 80}, {"x": x, "y": came, "tooltip": tooltip}),
        {**_layer({"type": "point", "size": 160, "strokeWidth": 2.5, "color": ALARM}, {"x": x, "y": came}),
         "data": {"name": "marked"}},
    ]  # fmt: skip
    data = {"series": values, "marked": [row for row in values if row["at"] == _wall(marked)]}
    _place({"layer": layers}, data, LINE_HEIGHT, alternative, key)


def two_bars(expected: float, came: float, alternative: str, key: str) -> None:
    """What was expected beside what came, from zero."""
    values = [{"which": "Expected", "value": expected}, {"which": "Came", "value": came}]
    y = {"field": "which", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    x = {"field": "value", "type": "quantitative", "title": None, "axis": {"tickCount": 4}}
    color = {"condition": {"test": "datum.which === 'Expected'", "value": QUIET}, "value": ALARM}
    bar = _layer({"type": "bar", "height": {"band": 0.6}}, {"y": y, "x": x, "color": color})
    _place({"layer": [bar]}, {"series": values}, 110, alternative, key)


def event_marks(rows: Sequence[Spec], span: tuple[datetime, datetime], alternative: str, key: str) -> None:
    """Points in time by how bad they are, worst on top; times in UTC, from one end of `span` to the other."""
    axis = {"format": "%d %b", "grid": False, "tickCount": 8, "labelFlush": True}
    order = ["critical", "warning", "info"]
    encoding = {
        "x": {"field": "at", "type": "temporal", "title": "When (UTC)", "axis": axis,
              "scale": {"domain": [_wall(moment) for moment in span]}},
        "y": {"field": "severity", "type": "nominal", "sort": order, "title": None, "scale": {"domain": order},
              "axis": {"ticks": False, "domain": False, "grid": True}},
        "color": {"field": "severity", "type": "nominal", "legend": None,
                  "scale": {"domain": order, "range": [ALARM, "#b8762a", ESTIMATE]}},
        "shape": {"field": "severity", "type": "nominal", "legend": None,
                  "scale": {"domain": order, "range": ["cross", "triangle-up", "circle"]}},
        "tooltip": [_tooltip("text", "What happened")],
    }  # fmt: skip
    mark = {"type": "point", "filled": True, "size": 110, "opacity": 0.85}
    _place({"layer": [_layer(mark, encoding)]}, {"series": list(rows)}, 150, alternative, key)


def _place(spec: Spec, data: dict[str, list[Spec]], height: int, alternative: str, key: str) -> None:
    # Named data is there before the first drawing; data given inline arrives after it and Vega warns of empty scales.
    frame = {
        "data": {"name": "series"},
        "datasets": {**data, "once": ONCE},
        "config": THEME,
    }
    whole = {**frame, **spec}
    st.vega_lite_chart(whole, width="stretch", height=height, key=key, alt=alternative)


def _layer(mark: Spec, encoding: Spec) -> Spec:
    return {"mark": mark, "encoding": encoding}


def _tooltip(field: str, title: str, *, date: bool = False) -> Spec:
    kind = {"type": "temporal", "format": "%d %b %Y"} if date else {"type": "nominal"}
    return {"field": field, "title": title, **kind}


def _level(target: float, *, hides_axis: bool = False) -> Spec:
    y: Spec = {"datum": target}
    if hides_axis:
        y["axis"] = None
    return _single({"type": "rule", "color": QUIET, "strokeDash": [4, 3]}, {"y": y})


def _single(mark: Spec, encoding: Spec) -> Spec:
    """A layer drawn once, not once for every row of the series."""
    return {**_layer(mark, encoding), "data": {"name": "once"}}


def _values(points: Sequence[DayValue], unit: str) -> list[Spec]:
    return [
        # A bare date would be read as UTC midnight and drawn in the reader's zone, a day early in the west.
        {"day": f"{point.day}T00:00:00", "value": point.value, "text": figures.written(point.value, unit)}
        for point in points
        if point.value is not None
    ]


def _wall(moment: datetime) -> str:
    """A UTC time as text without a zone, which charts draw as it stands instead of in the reader's zone."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def _is_near(target: float, values: Sequence[float]) -> bool:
    """Whether a target line would leave the series readable."""
    low, high = min(values), max(values)
    reach = max(high - low, abs(high) * 0.1)
    return low - reach <= target <= high + reach
