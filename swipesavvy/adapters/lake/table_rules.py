"""The declaration of the reference tables compiled: typing SQL, refusals with reasons, and a schema that checks.

Belongs here: translation of `domain.reference_tables`; no rule is invented here.
"""

from typing import Any

import duckdb
import pandera.polars as pandera
import polars as pl

from swipesavvy.adapters import frame_checks
from swipesavvy.adapters.lake.routing import quoted
from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.reference_tables import Column, ColumnKind, ReferenceTable
from swipesavvy.domain.scrubbing import IDENTIFIER, keyed_user_id, scrub_text

_NUMBERS = (ColumnKind.MONEY, ColumnKind.NUMBER, ColumnKind.SHARE, ColumnKind.COUNT)
_SQL_TYPES = {
    ColumnKind.INSTANT: "TIMESTAMP",
    ColumnKind.DAY: "DATE",
    ColumnKind.COUNT: "BIGINT",
    **dict.fromkeys((ColumnKind.MONEY, ColumnKind.NUMBER, ColumnKind.SHARE), "DOUBLE"),
}
_FRAME_TYPES: dict[str, Any] = {
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "VARCHAR": pl.String,
}
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_DATE = r"\d{4}-\d\d-\d\d"


def prepare(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give a connection what `typed_sql` calls to keep personal data out; `key` is the home's for user ids."""
    connection.create_function("pseudonym", lambda text: keyed_user_id(text, key), ["VARCHAR"], "VARCHAR")
    connection.create_function("scrubbed", lambda text: scrub_text(text)[0], ["VARCHAR"], "VARCHAR")


def sql_type(column: Column) -> str:
    """The column's type in the lake."""
    return _SQL_TYPES.get(column.kind, "VARCHAR")


def empty_table_sql(name: str, table: ReferenceTable) -> str:
    """Statement that makes an empty table with the lake's columns."""
    columns = ", ".join(f'"{column.name}" {sql_type(column)}' for column in table.columns)
    return f"CREATE OR REPLACE TEMP TABLE {name} ({columns}, landing_file VARCHAR, landing_line BIGINT, extra VARCHAR)"


def _value(column: Column) -> str:
    """The typed value of a cell, NULL where it does not have the type."""
    cell = f'trim(r."{column.name}")'
    is_date = f"regexp_full_match({cell}, '{_DATE}')"
    instant = f"CASE WHEN {is_date} THEN try_cast({cell} AS TIMESTAMP) ELSE any_instant({cell}) END"
    if column.kind in _NUMBERS:
        number = f"CASE WHEN regexp_full_match({cell}, {quoted(_NUMBER)}) THEN try_cast({cell} AS DOUBLE) END"
        return f"try_cast({number} AS BIGINT)" if column.kind is ColumnKind.COUNT else number
    if column.kind is ColumnKind.UUID:
        return f"lower({cell})"
    user = f'r."{column.name}"'
    return {
        ColumnKind.INSTANT: instant,
        ColumnKind.DAY: f"({instant})::DATE",
        ColumnKind.USER: f"CASE WHEN regexp_full_match({user}, {quoted(IDENTIFIER)}) THEN pseudonym({user}) "
        f"ELSE {user} END",
    }.get(column.kind, f'r."{column.name}"')


def _wrong(column: Column) -> tuple[str, Reason] | None:
    """When a present cell is refused, besides negative money, and why."""
    cell, value = f'r."{column.name}"', f"v_{column.name}"
    if column.kind is ColumnKind.UUID:
        return f"coalesce(try_cast({value} AS UUID)::VARCHAR, '') <> {value}", Reason.BAD_UUID
    if column.kind in (ColumnKind.INSTANT, ColumnKind.DAY):
        return f"{value} IS NULL", Reason.BAD_TIMESTAMP
    if column.kind in _NUMBERS:
        tests = [f"{value} IS NULL", f"NOT isfinite({value}::DOUBLE)"]
        tests += [f"{value} > 1"] if column.kind is ColumnKind.SHARE else []
        tests += [f"{value} < 0"] if column.kind in (ColumnKind.SHARE, ColumnKind.COUNT) else []
        tests += [f"{value} <> try_cast(trim({cell}) AS DOUBLE)"] if column.kind is ColumnKind.COUNT else []
        return "(" + " OR ".join(tests) + ")", Reason.BAD_PROPERTY
    if column.kind is ColumnKind.CHOICE:
        return f"NOT list_contains({list(column.choices)}, {cell})", Reason.BAD_PROPERTY
    return None


def typed_sql(table: ReferenceTable) -> str:
    """Query over `raw_rows` giving typed columns with `reason` and `detail`; the first reason that matches wins."""
    tests: dict[Reason, list[tuple[str, str]]] = {}
    for column in table.columns:
        present = f'r."{column.name}" IS NOT NULL'
        if column.required:
            tests.setdefault(Reason.MISSING_ID, []).append(
                (f"coalesce(trim(r.\"{column.name}\"), '') = ''", column.name)
            )
        if column.kind is ColumnKind.MONEY:
            tests.setdefault(Reason.NEGATIVE_AMOUNT, []).append((f"v_{column.name} < 0", column.name))
        wrong = _wrong(column)
        if wrong:
            tests.setdefault(wrong[1], []).append((f"({present} AND {wrong[0]})", column.name))
    branches = " ".join(
        f"WHEN {' OR '.join(test for test, _ in tests[reason])} THEN '{reason}'" for reason in Reason if reason in tests
    )
    details = ", ".join(f"CASE WHEN {test} THEN {quoted(name)} END" for found in tests.values() for test, name in found)
    values = ", ".join(f"{_value(column)} AS v_{column.name}" for column in table.columns)
    columns = ", ".join(f'v_{column.name} AS "{column.name}"' for column in table.columns)
    kept = {c.name: f"v_{c.name}" if c.kind is ColumnKind.USER else f'r."{c.name}"' for c in table.columns}
    cells = ", ".join(f"{quoted(name)}: scrubbed({value})" for name, value in kept.items())
    return f"""
WITH typed AS (SELECT r, {values} FROM raw_rows r)
SELECT {columns}, r.landing_file, r.landing_line, r.extra, CASE {branches} END AS reason,
  CASE WHEN reason IS NOT NULL THEN concat_ws(', ', {details}) END AS detail,
  CASE WHEN reason IS NOT NULL THEN to_json({{{cells}}})::VARCHAR END AS raw
FROM typed"""


def newest_sql(table: ReferenceTable, source: str) -> str:
    """Query for the newest version of each row: by `updated_at` (missing is oldest), then file name, then line."""
    keys = ", ".join(f'"{name}"' for name in table.key)
    updated = "updated_at DESC NULLS LAST, " if any(c.name == "updated_at" for c in table.columns) else ""
    return (
        f"SELECT * FROM {source} "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {updated}landing_file DESC, landing_line DESC) = 1"
    )


def schema_of(table: ReferenceTable) -> pandera.DataFrameSchema:
    """The pandera schema of a table as the lake holds it (polars frames)."""
    columns = {column.name: _schema_column(column) for column in table.columns}
    columns |= {
        "landing_file": pandera.Column(pl.String),
        "landing_line": pandera.Column(pl.Int64, pandera.Check.ge(1)),
        "extra": pandera.Column(pl.String, nullable=True),
    }
    return pandera.DataFrameSchema(columns, strict=True, unique=list(table.key), name=table.name)


def _schema_column(column: Column) -> pandera.Column:
    checks = {
        ColumnKind.MONEY: [pandera.Check.ge(0)],
        ColumnKind.COUNT: [pandera.Check.ge(0)],
        ColumnKind.SHARE: [pandera.Check.in_range(0, 1)],
        ColumnKind.CHOICE: [pandera.Check.isin(column.choices)],
        ColumnKind.UUID: [pandera.Check.str_length(36, 36)],
    }.get(column.kind, [])
    return pandera.Column(_FRAME_TYPES[sql_type(column)], checks, nullable=not column.required)


def breaches(table: ReferenceTable, frame: pl.DataFrame) -> list[str]:
    """What in a frame breaks the table's schema, one line per rule; empty where nothing does."""
    return frame_checks.breaches(schema_of(table), frame)
