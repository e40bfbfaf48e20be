"""Source files in chunks of text or typed columns: CSV, JSONL and Parquet, plain or gzipped.

Belongs here: opening, decoding, columns and line numbers. Not here: what the cells mean (`conversions`).
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from swipesavvy.adapters.importing.csv_rows import BrokenRow, Row, read_rows
from swipesavvy.adapters.importing.times import in_utc
from swipesavvy.domain.errors import BadInputError
from swipesavvy.domain.mapping.checking import SourceShape
from swipesavvy.domain.mapping.model import LINE, Format, SourceOptions, ValueType
from swipesavvy.domain.mapping.nodes import hint

CHUNK_ROWS = 100_000
_SUFFIXES = {".csv": Format.CSV, ".tsv": Format.CSV, ".txt": Format.CSV, ".parquet": Format.PARQUET}
_SUFFIXES |= {".jsonl": Format.JSONL, ".ndjson": Format.JSONL}


@dataclass(frozen=True)
class Chunk:
    """Some rows as a frame (the wanted columns and the line), the rows that could not be read, and bytes consumed."""

    rows: pl.DataFrame
    broken: list[BrokenRow]
    position: int


class OpenSource:
    """An open source file: its digest, its columns, its rows."""

    def __init__(self, handle: BinaryIO, path: Path, options: SourceOptions) -> None:
        self._handle = handle
        self._path = path
        self._options = options
        self._form = options.form or _form_of(path)
        self._first = os.fstat(handle.fileno())
        self.size = self._first.st_size
        self.digest = hashlib.file_digest(cast("BufferedReader", handle), "sha256").hexdigest()
        self.shape = SourceShape(path.name, self._columns())

    def chunks(self, wanted: Sequence[str], rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """The file's rows in order, at most so many at a time. BadInputError if it ends torn or changes meanwhile."""
        with self._clear_errors():
            if self._form is Format.PARQUET:
                yield from self._parquet_chunks(wanted, rows)
            else:
                records = self._csv_rows() if self._form is Format.CSV else self._json_rows(wanted)
                yield from self._text_chunks(records, wanted, rows)
        now = os.fstat(self._handle.fileno())
        if (now.st_size, now.st_mtime_ns) != (self._first.st_size, self._first.st_mtime_ns):
            raise BadInputError(f"{self._path} changed while it was being read; nothing was imported, try again")

    def _columns(self) -> dict[str, ValueType]:
        with self._clear_errors():
            if self._form is Format.PARQUET:
                with self._rewound() as handle:
                    kinds = {column.name: _arrow_type(column.type) for column in pq.read_schema(handle)}
                return {name: kind for name, kind in kinds.items() if kind is not None}
            if self._form is Format.JSONL:
                names: dict[str, None] = {}
                for line in self._lines():
                    names |= dict.fromkeys(_flat(_decoded(line) or {}))
                return dict.fromkeys(names, ValueType.TEXT)
            return dict.fromkeys(self._header(), ValueType.TEXT)

    def _header(self) -> list[str]:
        if self._options.header:
            return list(self._options.header)
        first = next(read_rows(self._text_lines(), self._separator(), None), None)
        if first is None:
            raise BadInputError(f"{self._path} is empty: it has not even a header line")
        if isinstance(first, BrokenRow):
            raise BadInputError(f"{self._path}:{first.line}: the header {first.reason}")
        names = [cell.strip() for cell in first.cells]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise BadInputError(f"{self._path}:{first.line}: the header names `{twice[0]}` twice; rename one column")
        return names

    def _separator(self) -> str:
        is_tabbed = self._options.separator == "," and ".tsv" in self._path.suffixes
        return "\t" if is_tabbed else self._options.separator

    def _rewound(self) -> BinaryIO:
        """The file from its start, to be closed; even one that has lost its name meanwhile."""
        os.lseek(self._handle.fileno(), 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._handle.fileno()), "rb")

    def _position(self) -> int:
        return os.lseek(self._handle.fileno(), 0, os.SEEK_CUR)

    @contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        with self._rewound() as raw:
            if raw.peek(2)[:2] != b"\x1f\x8b":  # type: ignore[attr-defined]
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked, BufferedReader(unpacked) as buffered:
                yield cast("BinaryIO", buffered)

    def _text_lines(self) -> Iterator[str]:
        encoding = self._options.encoding
        if encoding.lower().replace("_", "-") == "utf-8":
            encoding = "utf-8-sig"
        with self._bytes() as handle, TextIOWrapper(handle, encoding, errors="surrogateescape", newline="") as text:
            yield from text

    def _lines(self) -> Iterator[bytes]:
        with self._bytes() as handle:
            yield from handle

    def _csv_rows(self) -> Iterator[Row | BrokenRow]:
        rows = read_rows(self._text_lines(), self._separator(), len(self.shape.columns))
        if not self._options.header:
            next(rows, None)
        return rows

    def _json_rows(self, wanted: Sequence[str]) -> Iterator[Row | BrokenRow]:
        for number, line in enumerate(self._lines(), start=1):
            if not line.strip():
                continue
            found = _decoded(line)
            if found is None:
                yield BrokenRow(number, "is not a JSON object")
                continue
            flat = _flat(found)
            cells = [_json_text(flat.get(name)) for name in wanted]
            if any("\0" in cell for cell in cells if cell):
                yield BrokenRow(number, "holds a NUL character")
            else:
                yield Row(number, cast("list[str]", cells))

    def _text_chunks(self, records: Iterator[Row | BrokenRow], wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
        names = list(self.shape.columns)
        places = [names.index(name) for name in wanted] if self._form is Format.CSV else list(range(len(wanted)))
        good: list[Row] = []
        broken: list[BrokenRow] = []
        for record in records:
            if isinstance(record, BrokenRow):
                broken.append(record)
            else:
                good.append(record)
            if len(good) + len(broken) >= rows:
                yield Chunk(self._frame(good, wanted, places), broken, self._position())
                good, broken = [], []
        if good or broken:
            yield Chunk(self._frame(good, wanted, places), broken, self.size)

    def _frame(self, rows: list[Row], wanted: Sequence[str], places: list[int]) -> pl.DataFrame:
        columns = {LINE: pl.Series([row.line for row in rows], dtype=pl.Int64)}
        for name, place in zip(wanted, places, strict=True):
            columns[name] = pl.Series([row.cells[place] for row in rows], dtype=pl.String)
        frame = pl.DataFrame(columns)
        nothing = ["", *self._options.nulls] if self._form is Format.CSV else list(self._options.nulls)
        if not nothing or not wanted:
            return frame
        cells = pl.col(*wanted)
        return frame.with_columns(pl.when(~cells.is_in(nothing)).then(cells).name.keep())

    def _parquet_chunks(self, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
        with self._rewound() as handle:
            yield from self._batches(pq.ParquetFile(handle), wanted, rows)

    def _batches(self, file: pq.ParquetFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
        start = 1
        for batch in file.iter_batches(batch_size=rows, columns=list(wanted)):
            lines = pl.int_range(start, start + batch.num_rows, dtype=pl.Int64, eager=True).alias(LINE)
            start += batch.num_rows
            frame = cast("pl.DataFrame", pl.from_arrow(pa.table(batch))) if wanted else pl.DataFrame()
            typed = [_natural(name, frame.schema[name], self._options.zone) for name in wanted]
            position = int(self.size * (start - 1) / max(file.metadata.num_rows, 1))
            yield Chunk(pl.DataFrame([lines]).hstack(frame.select(typed)), [], position)

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except EOFError:
            raise BadInputError(f"{self._path} ends in the middle of its compressed data; get it whole again") from None
        except (OSError, zlib.error, pa.ArrowException, UnicodeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BadInputError(f"cannot read {self._path} as {self._form}: {reason}") from None


@contextmanager
def open_source(path: Path, options: SourceOptions) -> Iterator[OpenSource]:
    """Open a source file. BadInputError if it is missing, unreadable or of an unknown format."""
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        raise BadInputError(f"no file {path}: check the path") from None
    except OSError as error:
        raise BadInputError(f"cannot read {path}: {error.strerror or error}") from None
    with handle:
        yield OpenSource(handle, path, options)


def _form_of(path: Path) -> Format:
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix not in _SUFFIXES:
        raise BadInputError(f"cannot tell the format of {path.name}{hint(suffix, _SUFFIXES)}; or set source.format")
    return _SUFFIXES[suffix]


def _decoded(line: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _flat(found: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested objects as `outer.inner`."""
    flat: dict[str, Any] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _json_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _arrow_type(kind: pa.DataType) -> ValueType | None:
    """What a Parquet column holds, or None for nested and binary ones, which a mapping cannot read."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (
        (pa.types.is_boolean, ValueType.BOOLEAN),
        (pa.types.is_integer, ValueType.INTEGER),
        (pa.types.is_floating, ValueType.NUMBER),
        (pa.types.is_decimal, ValueType.NUMBER),
        (pa.types.is_timestamp, ValueType.TIME),
        (pa.types.is_date, ValueType.TIME),
        (pa.types.is_string, ValueType.TEXT),
        (pa.types.is_large_string, ValueType.TEXT),
        (pa.types.is_string_view, ValueType.TEXT),
        (pa.types.is_null, ValueType.TEXT),
    )
    return next((found for test, found in tests if test(value)), None)


def _natural(name: str, kind: pl.DataType, zone: str) -> pl.Expr:
    """A Parquet column in the type the language knows; `zone` is that of times without one."""
    column = pl.col(name)
    if kind.is_integer():
        return column.cast(pl.Int64, strict=False)
    if kind.is_float() or kind.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return column.cast(pl.Datetime("us", "UTC"))
    if kind.is_temporal():
        return in_utc(column.cast(pl.Datetime("us")), zone)
    return column if kind == pl.Boolean else column.cast(pl.String)
