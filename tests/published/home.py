"""Writes snapshots as the publisher does: serving/<build_id>.duckdb and the pointer CURRENT.

Campaign i (0-based) of `campaigns` has, in every window: roas 5 - i / 10, ctr 1 + i / 10, spend 100 + 10 i; the day
series of a metric rises slowly. Every number is a closed formula, so that tests can state what they expect.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from published.catalogue import CATALOGUE, COLUMNS
from published.quality import write_quality
from swipesavvy.domain.home import Home

AS_OF = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
WINDOWS = ("1d", "7d", "30d", "90d", "ytd", "all")
BUILD = "20261121T100500Z-0badcafe"
DAYS = 120
TYPES = ("DISCOUNT", "CASHBACK", "LOYALTY", "VIP")
STATUSES = ("active", "active", "paused", "completed", "scheduled")
TOTALS = {
    "roas": (3.21, 32_100.0, 10_000.0),
    "cac": (14.2, 10_000.0, 704.2253521126761),
    "aov": (25.0, 32_100.0, 1_284.0),
    "ctr": (2.31, 4_620.0, 200_000.0),
    "conversion_rate": (8.4, 300.0, 3_571.4285714285716),
    "open_rate": (31.2, 3_120.0, 10_000.0),
    "incrementality": (42.0, 63.0, 150.0),
    "holdout_lift": (1.26, 63.0, 5_000.0),
}
FIXED = {
    "budget_utilization": (81.0, 40_500.0, 50_000.0),
    "ltv": (412.0, 412_000.0, 1_000.0),
    "ltv_mature": (508.0, 101_600.0, 200.0),
}
LIFTS = {"incrementality": (36.0, 48.0), "holdout_lift": (1.08, 1.44)}
VALUES = """
create table metric_values (
    metric varchar, window_name varchar, campaign_id varchar, segment varchar, creative_id varchar, day date,
    channel varchar, cohort varchar, source varchar, period varchar, model varchar, grain varchar, value double,
    numerator double, denominator double, unit varchar, ci_low double, ci_high double, p_value double,
    av_low double, av_high double,
    srm_p_value double, n_treated bigint, n_control bigint, contaminated bigint, power double, is_incomplete boolean,
    completeness_pct double, reason varchar, flags varchar
)
"""
UNITS = {entry["metric"]: entry["unit"] for entry in CATALOGUE}


def campaign_id(index: int) -> str:
    return f"00000000-0000-4000-8000-{index:012d}"


def publish(
    home: Home, build_id: str = BUILD, as_of: datetime = AS_OF, campaigns: int = 30, scale: float = 1.0, *,
    has_quality: bool = True,
) -> Path:  # fmt: skip
    """Write a snapshot and make it current; `scale` multiplies every value. Older builds have no quality tables."""
    home.serving.mkdir(parents=True, exist_ok=True)
    path = home.serving / f"{build_id}.duckdb"
    with duckdb.connect(path) as connection:
        _write_frame(connection, build_id, as_of)
        connection.execute(VALUES)
        rows = [*_totals(scale), *_campaign_rows(campaigns, scale), *_day_rows(as_of.date(), campaigns, scale)]
        columns = (
            *("metric", "window_name", "campaign_id", "day", "cohort", "grain", "value", "numerator", "denominator"),
            *("unit", "ci_low", "ci_high", "p_value", "srm_p_value", "n_treated", "n_control", "reason"),
        )
        connection.execute("begin")
        incoming = pa.table({name: [row.get(name) for row in rows] for name in columns})
        connection.register("incoming", incoming)
        connection.execute(f"insert into metric_values ({', '.join(columns)}) select * from incoming")
        connection.unregister("incoming")
        _write_campaigns(connection, campaigns)
        _write_macros(connection)
        if has_quality:
            write_quality(connection, as_of)
        connection.execute("commit")
    home.current_pointer.write_text(f"{path.name}\n", encoding="utf-8")
    return path


def _write_frame(connection: duckdb.DuckDBPyConnection, build_id: str, as_of: datetime) -> None:
    connection.execute(
        "create table build_info as select ?::varchar as build_id, ?::timestamp as as_of, ?::timestamp as data_as_of,"
        " ?::timestamp as published_at, '7' as lake_version, 'c0de' as code_version, 'f1' as fingerprint",
        [build_id, *(moment.replace(tzinfo=None) for moment in (as_of, as_of, as_of + timedelta(minutes=5)))],
    )
    connection.execute(
        "create table metric_catalogue (metric varchar, label varchar, definition varchar, formula varchar,"
        " unit varchar, direction varchar, target double, range_low double, range_high double, owner varchar,"
        " refresh_tier varchar, visualisation varchar, priority varchar, grains varchar[], fixed_window varchar)"
    )
    connection.executemany(
        f"insert into metric_catalogue values ({', '.join('?' * len(COLUMNS))})",
        [[entry[name] for name in COLUMNS] for entry in CATALOGUE],
    )
    connection.execute("create table metric_windows (window_name varchar, start_at timestamp, end_at timestamp)")
    today = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    starts = {f"{days}d": today - timedelta(days=days - 1) for days in (1, 7, 30, 90)}
    starts["ytd"] = today.replace(month=1, day=1)
    for window in WINDOWS:
        start = starts.get(window)
        connection.execute(
            "insert into metric_windows values (?, ?, ?)",
            [window, start and start.replace(tzinfo=None), as_of.replace(tzinfo=None)],
        )


def _row(metric: str, window: str, grain: str, numbers: tuple[float | None, ...], **given: Any) -> dict[str, Any]:
    value, numerator, denominator = numbers
    row = {"metric": metric, "window_name": window, "grain": grain, "unit": UNITS[metric]}
    return {**row, "value": value, "numerator": numerator, "denominator": denominator, **given}


def _totals(scale: float) -> Iterator[dict[str, Any]]:
    for metric, (value, numerator, denominator) in TOTALS.items():
        for window in WINDOWS:
            extra = {}
            if metric in LIFTS:
                low, high = LIFTS[metric]
                extra = {"ci_low": low, "ci_high": high, "p_value": 0.001, "n_treated": 5_000, "n_control": 550}
            yield _row(metric, window, "total", (value * scale, numerator * scale, denominator), **extra)
    for metric, (value, numerator, denominator) in FIXED.items():
        yield _row(metric, "all", "total", (value * scale, numerator * scale, denominator))
    for month in range(1, 12):
        yield _row("ltv", "all", "cohort", (500.0 - 8 * month, 5_000.0 - 80 * month, 10.0), cohort=f"2026-{month:02d}")


def _campaign_rows(campaigns: int, scale: float) -> Iterator[dict[str, Any]]:
    for index in range(campaigns):
        key = {"campaign_id": campaign_id(index)}
        spend, revenue = 100.0 + 10 * index, (100.0 + 10 * index) * (5 - index / 10) * scale
        for window in WINDOWS:
            yield _row("roas", window, "campaign", (revenue / spend, revenue, spend), **key)
            yield _row("ctr", window, "campaign", (1 + index / 10, 10.0 + index, 1_000.0), **key)
            yield _row("conversion_rate", window, "campaign", (5 + index / 5, 1.0, 20.0), **key)
            yield _row("open_rate", window, "campaign", (20.0 + index, 20.0 + index, 100.0), **key)
            yield _row("aov", window, "campaign", (25.0, revenue, revenue / 25), **key)
            yield from _acquisition(index, window, spend, key)
            yield from _lifts(index, window, key)
        yield _row("budget_utilization", "all", "campaign", (50.0 + 2 * index, 500.0 + 20 * index, 1_000.0), **key)


def _acquisition(index: int, window: str, spend: float, key: dict[str, str]) -> Iterator[dict[str, Any]]:
    if index % 7 == 6:
        yield _row("cac", window, "campaign", (None, spend, 0.0), reason="no new customers", **key)
    else:
        yield _row("cac", window, "campaign", (spend / 10, spend, 10.0), **key)


def _lifts(index: int, window: str, key: dict[str, str]) -> Iterator[dict[str, Any]]:
    treated, control, buyers = 1_000, 110, 60.0
    extra = buyers - 3 * index
    groups = {"n_treated": treated, "n_control": control, "srm_p_value": 0.4, **key}
    lift = 100 * extra / treated
    yield _row("holdout_lift", window, "campaign", (lift, extra, treated),
               ci_low=lift - 2, ci_high=lift + 2, p_value=0.01, **groups)  # fmt: skip
    yield _row("incrementality", window, "campaign", (100 * extra / buyers, extra, buyers),
               ci_low=100 * extra / buyers - 33, ci_high=100 * extra / buyers + 33, p_value=0.01, **groups)  # fmt: skip


def _day_rows(today: date, campaigns: int, scale: float) -> Iterator[dict[str, Any]]:
    first = {"1d": today, "ytd": today.replace(month=1, day=1), "all": date.min}
    first |= {f"{days}d": today - timedelta(days=days - 1) for days in (7, 30, 90)}
    for back in range(DAYS):
        day = today - timedelta(days=back)
        for window in (name for name in WINDOWS if first[name] <= day):
            for metric in ("roas", "cac", "open_rate", "ctr"):
                value, numerator, denominator = TOTALS[metric]
                factor = scale * (1 - back / (4 * DAYS))
                numbers = (value * factor, numerator * factor / 30, denominator / 30)
                yield _row(metric, window, "day", numbers, day=day)
            for index in range(min(campaigns, 2) if window in {"7d", "30d"} else 0):
                spend = 100.0 + 10 * index
                numbers = (5 - index / 4 - back / 100, spend * (5 - index / 4 - back / 100), spend)
                yield _row("roas", window, "campaign,day", numbers, campaign_id=campaign_id(index), day=day)


def _write_campaigns(connection: duckdb.DuckDBPyConnection, campaigns: int) -> None:
    connection.execute(
        "create table dim_campaigns (campaign_id varchar, name varchar, kind varchar, campaign_type varchar,"
        " status varchar, budget double)"
    )
    for index in range(campaigns):
        connection.execute(
            "insert into dim_campaigns values (?, ?, 'ai', ?, ?, 1000)",
            [campaign_id(index), f"Campaign {index:02d}", TYPES[index % 4], STATUSES[index % 5]],
        )


def _write_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Any range answers the window's value times days / 100, so that tests can tell ranges apart."""
    for metric in TOTALS:
        connection.execute(
            f"create macro metric_{metric}(from_at, to_at) as table"
            " select * replace ('custom' as window_name,"
            " value * (1 + (date_diff('day', from_at::date, to_at::date) + 1) / 100.0) as value)"
            f" from metric_values where metric = '{metric}' and window_name = '7d' and grain in ('total', 'campaign')"
        )
