"""Reading published snapshots: resolve the pointer, open that file read-only, answer the queries of the port.

The only SQL on the reading side. Which questions are allowed is decided in `application.metric_queries`; writing
snapshots belongs to `adapters.snapshots`.
"""

import logging
import math
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from swipesavvy.adapters.serving_quality import ServedQuality
from swipesavvy.application.metric_queries import BuildInfo, Campaign, MetricRow, Period
from swipesavvy.domain.errors import NotBuiltYetError, UsageError
from swipesavvy.domain.home import Home
from swipesavvy.domain.metrics import GRAIN_KEYS, WINDOWS, MetricDefinition

log = logging.getLogger(__name__)

KEYS = (*GRAIN_KEYS.values(), "period")
NUMBERS = ("value", "numerator", "denominator")
EXTRAS = (
    *("ci_low", "ci_high", "p_value", "av_low", "av_high", "srm_p_value"),
    *("n_treated", "n_control", "contaminated", "power"),
    *("is_incomplete", "completeness_pct", "reason", "flags"),
)
COLUMNS = ("metric", "window_name", "model", "unit", *KEYS, *NUMBERS, *EXTRAS)
READ_ONLY = {"enable_external_access": "false", "lock_configuration": "true", "threads": "2"}
OPEN_TRIES = 3
SUFFIX = ".duckdb"
ARMS = "experiment_arms"  # shipped like a metric's formula, for the intervals of all lifts


class Snapshot:
    """One published file, open read-only. Safe to share between threads: every query has a cursor of its own."""

    def __init__(self, path: Path) -> None:
        """`path`: the real name of the file, which is never used for another build."""
        self._connection = duckdb.connect(path, read_only=True, config=dict(READ_ONLY))
        self._opening = threading.Lock()

    def close(self) -> None:
        """Let go of the file; cursors still answering finish first."""
        self._connection.close()

    @cached_property
    def build(self) -> BuildInfo:
        """Which build this is."""
        (row,) = self._fetch("select build_id, as_of, data_as_of, published_at from build_info")
        return BuildInfo(row[0], *(_aware(moment) for moment in row[1:]))

    @cached_property
    def quality(self) -> ServedQuality:
        """Its tables about data quality."""
        return ServedQuality(self._fetch)

    def catalogue(self) -> Mapping[str, MetricDefinition]:
        """Every declared metric by its id."""
        found = self._fetch(
            "select metric, label, definition, formula, unit, direction, target, range_low, range_high, owner,"
            " refresh_tier, visualisation, priority, grains, fixed_window from metric_catalogue order by metric"
        )
        definitions = (dict(zip(MetricDefinition.__dataclass_fields__, row, strict=True)) for row in found)
        return {
            entry["metric"]: MetricDefinition(**{**entry, "grains": tuple(entry["grains"] or ())})
            for entry in definitions
        }

    def windows(self) -> Mapping[str, Period]:
        """The published windows that have a first day."""
        found = self._fetch("select window_name, start_at from metric_windows where start_at is not null")
        return {name: Period(_aware(start), self.build.as_of) for name, start in found}

    def rows(self, wanted: Iterable[tuple[str, str]], by: tuple[str, ...]) -> list[MetricRow]:
        """Stored rows of (metric, window) pairs at one grain."""
        metrics_of: dict[str, list[str]] = {}
        for metric, window in wanted:
            metrics_of.setdefault(window, []).append(metric)
        rows: list[MetricRow] = []
        for window, metrics in metrics_of.items():
            rows += self._rows(
                "from metric_values where window_name = ? and grain = ? and list_contains(?, metric)",
                [window, _grain_word(by), metrics],
            )
        return sorted(rows, key=_order)

    @cached_property
    def _range_metrics(self) -> frozenset[str]:
        found = self._fetch(
            "select function_name from duckdb_functions()"
            " where function_type = 'table_macro' and starts_with(function_name, 'metric_') and not internal"
        )
        return frozenset(name.removeprefix("metric_") for (name,) in found)

    def range_metrics(self) -> frozenset[str]:
        """Metrics whose formula was shipped as a table macro."""
        return self._range_metrics - {ARMS}

    def range_rows(self, metric: str, by: tuple[str, ...], period: Period) -> list[MetricRow]:
        """The shipped formula over any period."""
        # The name is spliced into the statement: only names found in the file's own catalogue may be.
        if metric not in self._range_metrics:
            raise UsageError(f"{metric}: this snapshot has no formula for a range of days; run `swipesavvy run`")
        bounds = [period.start.replace(tzinfo=None), period.end.replace(tzinfo=None)]
        rows = self._rows(f'from "metric_{metric}"(?, ?) where grain = ?', [*bounds, _grain_word(by)])
        return sorted(rows, key=_order)

    def range_arms(self, period: Period) -> list[dict[str, object]]:
        """The groups of every campaign and creative over any period; none where the snapshot cannot form them."""
        if ARMS not in self._range_metrics:
            return []
        bounds = [period.start.replace(tzinfo=None), period.end.replace(tzinfo=None)]
        with self._cursor() as cursor:
            found = cursor.execute(f"from metric_{ARMS}(?, ?)", bounds)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def campaigns(self) -> list[Campaign]:
        """Every known campaign, by id."""
        found = self._fetch(
            "select campaign_id, name, campaign_type, status, budget from dim_campaigns order by campaign_id"
        )
        return [Campaign(key, name, kind, status, _finite(budget)) for key, name, kind, status, budget in found]

    def _rows(self, tail: str, parameters: list[Any]) -> list[MetricRow]:
        return [_row(dict(zip(COLUMNS, found, strict=True))) for found in self._fetch(_SELECT + tail, parameters)]

    def _fetch(self, statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            return cursor.execute(statement, parameters).fetchall()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._opening:
            return self._connection.cursor()


class Serving:
    """The published snapshots of one home; keeps the current one open until another is published."""

    def __init__(self, home: Home) -> None:
        """Nothing is opened yet."""
        self._home = home
        self._lock = threading.Lock()
        self._open: tuple[str, Snapshot] | None = None

    def current_name(self) -> str | None:
        """The build the pointer names now; cheap enough to ask every few seconds."""
        try:
            return self._home.current_pointer.read_text(encoding="utf-8").strip().removesuffix(SUFFIX) or None
        except FileNotFoundError:
            return None

    def current(self) -> Snapshot:
        """The snapshot readers should use now.

        Raises:
            NotBuiltYetError: nothing has been published in this home, or the pointer names a missing file.
        """
        with self._lock:
            for _ in range(OPEN_TRIES):
                name = self.current_name()
                if name is None:
                    break
                if self._open is not None and self._open[0] == name:
                    return self._open[1]
                try:
                    snapshot = Snapshot(self._home.serving / f"{name}{SUFFIX}")
                except duckdb.IOException as error:
                    # Retired between reading the pointer and opening the file: the pointer has moved on.
                    log.warning("%s: cannot open (%s)", name, str(error).splitlines()[0])
                    continue
                # The one open before is not closed here: a page may be half-way through it; its last user closes it.
                self._open = (name, snapshot)
                return snapshot
        raise NotBuiltYetError(
            f"{self._home.serving}: nothing has been published yet; `swipesavvy run` takes in what landed and builds"
        )

    def close(self) -> None:
        """Let go of the open snapshot."""
        with self._lock:
            if self._open is not None:
                self._open[1].close()
                self._open = None


_SELECT = f"select {', '.join(COLUMNS)} "


def _grain_word(by: tuple[str, ...]) -> str:
    return ",".join(by) or "total"


def _order(row: MetricRow) -> tuple[Any, ...]:
    window = WINDOWS.index(row.window) if row.window in WINDOWS else len(WINDOWS)
    return row.metric, window, tuple(row.grain.get(key, "") for key in KEYS), row.model or ""


def _row(found: dict[str, Any]) -> MetricRow:
    grain = {key: str(found[key]) for key in KEYS if found[key] is not None}
    return MetricRow(
        metric=found["metric"],
        window=found["window_name"],
        grain=grain,
        unit=found["unit"],
        model=found["model"],
        **{name: _finite(found[name]) for name in NUMBERS},
        **{name: _finite(found[name]) for name in EXTRAS},
    )


def _finite(value: Any) -> Any:
    """None in place of a float that JSON and people have no word for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
