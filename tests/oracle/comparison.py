"""Published rows against recomputed ones, or against another home's: what is missing, extra or different.

Belongs here: matching rows by key both ways and saying in one line what differs. It computes no metric.
"""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from oracle.recompute import METRICS, Row

RELATIVE = 1e-9
TINY = 1e-9
# They tell when lines were taken in, and count what builds say of themselves: two homes of one market differ there.
OF_THE_INTAKE = ("data_freshness", "data_freshness_max", "late_share")
BESIDE = ("ci_low", "ci_high", "p_value", "n_treated", "n_control", "contaminated")


def same(one: float | None, other: float | None) -> bool:
    """Equal to 1e-9 relative; None only equals None."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=TINY)


def same_sum(one: float | None, other: float | None) -> bool:
    """The same for numerators and denominators, where nothing and 0 mean the same."""
    return same(one or 0.0, other or 0.0)


def published(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of `swipesavvy metrics --format json`, limited to the metrics recomputed here."""
    rows = [json.loads(line) for line in lines if line.strip()]
    return [row for row in rows if row["metric"] in METRICS]


def published_key(row: Mapping[str, Any]) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """Metric, window and grain of a published row."""
    return row["metric"], row["window"], frozenset(row["grain"].items())


def differences(product: Iterable[Mapping[str, Any]], recomputed: Iterable[Row]) -> list[str]:
    """One line per row that is missing, extra, twice there or not equal; an empty list is a pass."""
    wrong = []
    shown: dict[Any, Mapping[str, Any]] = {}
    for row in product:
        if published_key(row) in shown:
            wrong.append(f"twice: {_name(published_key(row))}")
        shown[published_key(row)] = row
    expected = {row.key: row for row in recomputed}
    wrong += [f"missing: {_name(key)} {row}" for key, row in expected.items() if key not in shown and not row.is_empty]
    for key, row in shown.items():
        if key in expected:
            wrong += [f"{_name(key)}: {what}" for what in _row_differences(row, expected[key])]
        elif row["numerator"] or row["denominator"] or row["value"]:
            wrong.append(f"extra: {_name(key)} value {row['value']} = {row['numerator']} / {row['denominator']}")
    return sorted(wrong)


def _row_differences(row: Mapping[str, Any], expected: Row) -> list[str]:
    pairs = [("value", row["value"], expected.value, same)]
    if expected.lift is None or expected.value is not None:
        pairs.append(("numerator", row["numerator"], expected.numerator, same_sum))
        pairs.append(("denominator", row["denominator"], expected.denominator, same_sum))
    if expected.lift is not None:
        beside = [name for name in BESIDE if name != "contaminated" or "campaign_id" in row["grain"]]
        pairs += [(name, row[name], getattr(expected.lift, name), same) for name in beside]
        if set(row["grain"]) == {"campaign_id"}:
            pairs.append(("srm_p_value", row["srm_p_value"], expected.lift.srm_p_value, same))
    return [f"{name} is {got}, recomputed {want}" for name, got, want, equal in pairs if not equal(got, want)]


def _name(key: tuple[str, str, frozenset[tuple[str, str]]]) -> str:
    metric, window, grain = key
    return f"{metric} {window} {dict(sorted(grain))}"


def snapshot_records(home: Path, table: str) -> list[dict[str, Any]]:
    """Rows of a table of a home's published snapshot, in a fixed order, by column name."""
    build = (home / "serving" / "CURRENT").read_text(encoding="utf-8").strip().removesuffix(".duckdb")
    with duckdb.connect(str(home / "serving" / f"{build}.duckdb"), read_only=True) as connection:
        found = connection.execute(f"select * from {table} order by all")
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def snapshot_rows(home: Path, table: str) -> list[tuple[Any, ...]]:
    """The same as bare tuples."""
    return [tuple(record.values()) for record in snapshot_records(home, table)]


def homes_differ(one: Path, other: Path, table: str = "metric_values") -> list[str]:
    """What two homes publish differently in a table; rows must be equal, floats to 1e-9 (sums have no fixed order)."""
    left, right = _told(one, table), _told(other, table)
    if len(left) != len(right):
        return [f"{len(left)} rows in {table} of one home, {len(right)} in the other"]
    return [f"{a} <> {b}" for a, b in zip(left, right, strict=True) if not _same_tuple(a, b)]


def _told(home: Path, table: str) -> list[tuple[Any, ...]]:
    found = snapshot_records(home, table)
    return [tuple(record.values()) for record in found if record.get("metric") not in OF_THE_INTAKE]


def _same_tuple(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        same(a, b) if isinstance(a, float) and isinstance(b, float) else a == b for a, b in zip(one, other, strict=True)
    )
