"""Files of reference tables to rows of text: CSV, JSON lines and Parquet look the same afterwards.

Belongs here: formats, encodings, cells that do not fit the header. Not here: what a cell means (`table_rules`), nor
which version of a row wins (`table_batches`). Direct identifiers are dropped here, before anything is stored.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from swipesavvy.adapters.lake.lines import BLANK
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.reference_tables import MALFORMED_ROW, ReferenceTable
from swipesavvy.domain.scrubbing import scrub_properties
from swipesavvy.domain.strict_json import load_strict_object

_ROWS_AT_ONCE = 50_000
_LONGEST_CELL = 16 << 20
EXTRA = "extra"


@dataclass
class RawRows:
    """Some rows of one file: a list per declared column, the line of each row, unknown columns as JSON text.

    `refused` holds rows that could not be read: (line, reason, detail).
    """

    columns: dict[str, list[str | None]]
    lines: list[int] = field(default_factory=list)
    extra: list[str | None] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, cells: dict[str, Any], ignored: tuple[str, ...]) -> None:
        """Append one row; empty text is no value."""
        unknown: dict[str, Any] = {
            name: value
            for name, value in cells.items()
            if name not in self.columns and name.lower() not in ignored and value not in (None, "")
        }
        for name, values in self.columns.items():
            values.append(_as_text(cells.get(name)))
        self.lines.append(line)
        kept = scrub_properties(unknown, event_type="")[0]
        self.extra.append(json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None)

    def to_arrow(self, landing_file: str) -> pa.Table:
        """The rows with the columns landing_file, landing_line, every declared column, extra."""
        texts = {name: pa.array(values, pa.string()) for name, values in self.columns.items()}
        return pa.table(
            {
                "landing_file": pa.array([landing_file] * len(self.lines), pa.string()),
                "landing_line": pa.array(self.lines, pa.int64()),
                **texts,
                EXTRA: pa.array(self.extra, pa.string()),
            }
        )


def _as_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_rows(
    path: Path, table: ReferenceTable, connection: duckdb.DuckDBPyConnection, pending: list[int]
) -> Iterator[RawRows]:
    """Every row of a file, some at a time. The line of a torn last JSON line is added to `pending` instead.

    Raises BadInputError if the file as a whole makes no sense (no header, a key column missing, a broken Parquet
    footer), and OSError, EOFError or zlib.error if its bytes cannot be read.
    """
    if path.name.endswith(".parquet"):
        yield from _read_parquet(path, table, connection)
        return
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as handle:
        if ".csv" in path.suffixes:
            # Bytes that are not UTF-8 become surrogates, so that one bad cell refuses its row and not the file.
            with io.TextIOWrapper(
                handle,
                encoding="utf-8-sig",
                errors="surrogateescape",
                newline="",
            ) as text:
                yield from _read_csv(text, table)
        else:
            yield from _read_json_lines(handle, table, pending)  # type: ignore[arg-type]


def _fresh(table: ReferenceTable) -> RawRows:
    return RawRows({column.name: [] for column in table.columns})


def _check_header(names: list[str], table: ReferenceTable) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise BadInputError(f"its header names {', '.join(repeated)} more than once")
    missing = [column.name for column in table.columns if column.required and column.name not in names]
    if missing:
        raise BadInputError(f"it has no column {', '.join(missing)}")


def _read_csv(text: TextIO, table: ReferenceTable) -> Iterator[RawRows]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text, strict=True)
    header = [name.strip() for name in next(reader, [])]
    if not header:
        return
    _check_header(header, table)
    rows, line = _fresh(table), reader.line_num + 1
    for cells, error in _csv_records(reader):
        problem = error or _cells_problem(cells, len(header))
        if problem:
            rows.refused.append((line, MALFORMED_ROW, problem))
        elif cells:
            rows.add(line, dict(zip(header, cells, strict=True)), table.personal)
        line = reader.line_num + 1
        if len(rows.lines) >= _ROWS_AT_ONCE:
            yield rows
            rows = _fresh(table)
    yield rows


def _csv_records(reader: Any) -> Iterator[tuple[list[str], str | None]]:
    """Rows, or the reason why one could not be parsed."""
    while True:
        try:
            yield next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            yield [], str(error)


def _cells_problem(cells: list[str], expected: int) -> str | None:
    if cells and len(cells) != expected:
        return f"{len(cells)} cells instead of {expected}"
    joined = "".join(cells)
    if "\0" in joined:
        return "a NUL character"
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError:
        return "not UTF-8"
    return None


def _read_json_lines(handle: BinaryIO, table: ReferenceTable, pending: list[int]) -> Iterator[RawRows]:
    rows = _fresh(table)
    for number, line in enumerate(handle, start=1):
        if not line.strip(BLANK):
            continue
        found = _json_row(line)
        if found is not None:
            rows.add(number, found, table.personal)
        elif line.endswith(b"\n"):
            rows.refused.append((number, Reason.MALFORMED_JSON.value, "not one JSON object"))
        else:
            pending.append(number)
        if len(rows.lines) >= _ROWS_AT_ONCE:
            yield rows
            rows = _fresh(table)
    yield rows


def _json_row(line: bytes) -> dict[str, Any] | None:
    try:
        return load_strict_object(line.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _read_parquet(path: Path, table: ReferenceTable, connection: duckdb.DuckDBPyConnection) -> Iterator[RawRows]:
    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        _check_header(names, table)
        line = 1
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            rows = _fresh(table)
            texts = _parquet_texts(pa.Table.from_batches([batch]), connection)
            for cells in zip(*(texts[name] for name in names), strict=True):
                rows.add(line, dict(zip(names, cells, strict=True)), table.personal)
                line += 1
            yield rows
    except (pa.ArrowException, duckdb.Error) as error:
        raise BadInputError(f"it is no readable Parquet ({str(error).splitlines()[0]})") from error


def _parquet_texts(table: pa.Table, connection: duckdb.DuckDBPyConnection) -> dict[str, list[str | None]]:
    """Every column as text; nested values as JSON."""
    casts = []
    for name, kind in zip(table.schema.names, table.schema.types, strict=True):
        quoted = '"' + name.replace('"', '""') + '"'
        nested = pa.types.is_nested(kind)
        casts.append(f"{f'to_json({quoted})' if nested else quoted}::VARCHAR AS {quoted}")
    connection.register("parquet_rows", table)
    found: dict[str, list[str | None]] = (
        connection.sql(f"SELECT {', '.join(casts)} FROM parquet_rows").to_arrow_table().to_pydict()
    )
    connection.unregister("parquet_rows")
    return found
