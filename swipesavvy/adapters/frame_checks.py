"""Checking frames of the lake against schemas that are made from the contract's declarations.

Belongs here: the schema of a file of events, and breaches told one line per rule. It runs beside the ingest, over whole
files, never in its way: the ingest has judged every line already, and this finds what a fault of ours let through.
The schema of a reference table is in `lake.table_rules`.
"""

from collections.abc import Iterable
from pathlib import Path

import pandera.polars as pandera
import polars as pl
from pandera.errors import SchemaErrors

from swipesavvy.domain.events import LATE_AFTER, MAX_CLOCK_SKEW, SOURCES

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_MOMENT = pl.Datetime("us")
_IDS = ("campaign_id", "creative_id", "order_id")
_MONEY = ("order_value", "amount")
_REQUIRED = ("event_type", "user_id")
_FLAGS = ("is_known_type", "is_late", "is_clock_skewed")


def event_file_schema() -> pandera.DataFrameSchema:
    """The schema of a file of events as the lake holds it; columns it does not name are let pass."""
    columns = {
        "event_id": pandera.Column(pl.String, pandera.Check.str_matches(_UUID), unique=True),
        "source": pandera.Column(pl.String, pandera.Check.isin(SOURCES)),
        "event_at": pandera.Column(_MOMENT),
        "received_at": pandera.Column(_MOMENT, nullable=True),
        "event_date": pandera.Column(pl.Date),
        "landing_file": pandera.Column(pl.String),
        "landing_line": pandera.Column(pl.Int64, pandera.Check.ge(1)),
        **{name: pandera.Column(pl.String, pandera.Check.str_length(min_value=1)) for name in _REQUIRED},
        **{name: pandera.Column(pl.Boolean) for name in _FLAGS},
        **{name: pandera.Column(pl.String, pandera.Check.str_matches(_UUID), nullable=True) for name in _IDS},
        **{name: pandera.Column(pl.Float64, nullable=True) for name in _MONEY},
    }
    age = pl.col("received_at") - pl.col("event_at")
    rules = {
        "event_date is the day of event_at": pl.col("event_date") == pl.col("event_at").dt.date(),
        # History without a receipt is never late; whether it lay in the future only the clock of its ingest knew.
        "not from the future": (age >= -MAX_CLOCK_SKEW).fill_null(True),
        "marked late where it is": pl.col("is_late") == (age > LATE_AFTER).fill_null(False),
        # Of an unknown type nothing is known about its amounts.
        **{
            f"{name} is no debt": ~(pl.col("is_known_type") & (pl.col(name) < 0)) | pl.col(name).is_null()
            for name in _MONEY
        },
    }
    checks = [_rule(name, expression) for name, expression in rules.items()]
    return pandera.DataFrameSchema(columns, checks=checks, name="events")


def event_breaches(files: Iterable[Path]) -> list[str]:
    """What in the lake's event files breaks the contract, one line per file and rule; empty where nothing does."""
    schema = event_file_schema()
    return [f"{file.parent.name}/{file.name}: {told}" for file in files for told in _told(schema, file)]


def breaches(schema: pandera.DataFrameSchema, frame: pl.DataFrame) -> list[str]:
    """What in a frame breaks a schema, one line per rule; empty where nothing does."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.group_by("column", "check").len().sort("column", "check", nulls_last=True)
        return [
            f"{schema.name}.{column or 'key'}: {count:,} rows fail {check}" for column, check, count in cases.rows()
        ]
    return []


def _told(schema: pandera.DataFrameSchema, file: Path) -> list[str]:
    missing = schema.columns.keys() - pl.read_parquet_schema(file).keys()
    if missing:
        return [f"column {name} is missing" for name in sorted(missing)]
    # Read in full: on a lazy frame only names and types would be checked, and wrong values pass.
    return breaches(schema, pl.read_parquet(file, columns=list(schema.columns)))


def _rule(name: str, expression: pl.Expr) -> pandera.Check:
    return pandera.Check(lambda data: data.lazyframe.select(expression), name=name, error=name)
