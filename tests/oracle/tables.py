"""Reference tables: every file of a table, one newest row per key.

Belongs here: reading CSV, Parquet and JSON lines of `landing/<table>/`, types by column name, which version wins.
What the rows mean for a metric belongs in `facts.py`.
"""

import csv
import gzip
import io
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
from oracle.events import is_uuid
from oracle.strict_json import MalformedError, is_blank, parse_object

Row = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    "users": ("user_id",),
    "campaigns": ("campaign_id",),
    "creatives": ("creative_id",),
    "spend": ("campaign_id", "creative_id", "spend_date", "platform"),
    "orders": ("order_id",),
}
NULLABLE_KEYS = frozenset({"platform"})
NUMBERS = frozenset(
    {"cost", "budget", "daily_budget", "holdout_share", "order_value", "cogs", "discount", "reward_cost"}
)
UUIDS = frozenset({"campaign_id", "creative_id", "order_id"})


def read_table(landing: Path, table: str) -> dict[tuple[Any, ...], Row]:
    """The newest version of each row by key: newest `updated_at`, then newest file (name, then line)."""
    newest: dict[tuple[Any, ...], tuple[Any, Row]] = {}
    for path, number, raw in raw_rows(landing / table):
        row = typed(raw, table)
        if row is None:
            continue
        key = tuple(row.get(name) for name in KEYS[table])
        updated = row.get("updated_at") or datetime.min.replace(tzinfo=UTC)
        version = (updated, path.name.encode(), number)
        if key not in newest or version > newest[key][0]:
            newest[key] = (version, row)
    return {key: row for key, (_, row) in newest.items()}


def raw_rows(folder: Path) -> Iterator[tuple[Path, int, Row]]:
    """File, line and untyped row, for every row of every file."""
    for path in sorted(folder.glob("*")):
        if path.name.endswith((".csv", ".csv.gz")):
            rows = list(csv.DictReader(io.StringIO(_content(path).decode("utf-8-sig"))))
            yield from ((path, number, row) for number, row in enumerate(rows, start=2))
        elif path.name.endswith(".parquet"):
            rows = pyarrow.parquet.read_table(path).to_pylist()
            yield from ((path, number, row) for number, row in enumerate(rows, start=1))
        elif path.name.endswith((".jsonl", ".jsonl.gz")):
            for number, line in enumerate(_content(path).split(b"\n"), start=1):
                if not is_blank(line):
                    yield path, number, _object_or_nothing(line)


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _object_or_nothing(line: bytes) -> Row:
    try:
        return parse_object(line)
    except MalformedError:
        return {}


def typed(raw: Row, table: str) -> Row | None:
    """Values by the type their column name implies; nothing where a key is missing or a value cannot be read."""
    row: Row = {}
    try:
        for name, value in raw.items():
            row[name] = None if value is None or value == "" else _value(name, value, table)
    except (ValueError, TypeError):
        return None
    must = [name for name in KEYS[table] if name not in NULLABLE_KEYS]
    if table == "spend":
        must.remove("creative_id")
    return row if all(row.get(name) is not None for name in must) else None


def _value(name: str, value: object, table: str) -> object:
    if name.endswith("_at"):
        return utc(value)
    if name.endswith("_date") and name != "birth_date":
        return _day(value)
    if name in NUMBERS:
        number = float(str(value))
        if not math.isfinite(number):
            raise ValueError(f"{name} of {table} is not a number")
        return number
    if name in UUIDS:
        if not is_uuid(str(value)):
            raise ValueError(f"{name} of {table} is not a UUID")
        return str(value).lower()
    return value


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def utc(value: object) -> datetime:
    """An instant in UTC; a time without a zone is UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
