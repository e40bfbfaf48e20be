"""Running a compiled mapping over a file, chunk by chunk.

Belongs here: the order in which a chunk is typed, computed, judged and written out. Not here: files (`sources`,
`outputs`) or how a value is compiled.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from swipesavvy.adapters.importing.compiled import Check, Compiled
from swipesavvy.adapters.importing.compiling import Compiler
from swipesavvy.adapters.importing.conversions import TextRules, as_text, convert
from swipesavvy.adapters.importing.entries import CompiledEvent, CompiledTable, EntryCompiler
from swipesavvy.adapters.importing.sources import CHUNK_ROWS, Chunk, OpenSource
from swipesavvy.adapters.importing.table_rows import TableRows
from swipesavvy.application.importing import ChunkOutcome, RowProblem
from swipesavvy.domain.mapping.checking import columns_read
from swipesavvy.domain.mapping.model import LINE, Mapping, ValueType, values_of
from swipesavvy.domain.mapping.nodes import Complaints

_SHOWN_CHARACTERS = 60
_ROW_KEY = "_row_key"
Stage = list[tuple[str, Compiled]]


class MappingProgram:
    """A mapping compiled for one open file."""

    def __init__(
        self, source: OpenSource, mapping: Mapping, complaints: Complaints, chunk_rows: int = CHUNK_ROWS
    ) -> None:
        """Compile. Constants that can never fit their field are complaints."""
        self._source = source
        self._chunk_rows = chunk_rows
        read = columns_read(mapping, values_of(mapping))
        self._wanted = [name for name in source.shape.columns if name in read]
        options = mapping.source
        rules = TextRules(options.decimal, options.thousands, options.zone)
        natural = {name: source.shape.columns[name] for name in self._wanted}
        compiler = Compiler({**natural, LINE: ValueType.INTEGER}, {}, rules, mapping.namespace)
        self._stages: list[Stage] = []
        compiler = self._compile_types(mapping, compiler)
        compiler = self._compile_columns(mapping, compiler)
        condition = None if mapping.when is None else compiler.compile(mapping.when, "when")
        self._when = None if condition is None else condition.expr
        self._checks = () if condition is None else condition.checks
        keys = [as_text(compiler.compile(value, "row_key")) for value in mapping.row_key]
        self._row_key = pl.struct([key.alias(str(n)) for n, key in enumerate(keys)]).hash() if keys else None
        self._row_keys: list[pl.Series] = []
        entries = EntryCompiler(compiler, mapping, source.digest, complaints)
        self._events = [entries.event(entry) for entry in mapping.events]
        self._tables = [TableRows(entries.table(entry)) for entry in mapping.tables if entry.columns]
        self._constant_rows = [(entry.table, entries.constant_rows(entry)) for entry in mapping.tables if entry.rows]
        self._late: list[RowProblem] = []

    def run(self) -> Iterator[ChunkOutcome]:
        """Read the file and yield what each chunk became."""
        for chunk in self._source.chunks(self._wanted, self._chunk_rows):
            yield self._chunk(chunk)

    def table_lines(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Constant rows, then gathered rows, in the order of the mapping."""
        yield from self._constant_rows
        for rows in self._tables:
            found, problems = rows.result()
            self._late += [RowProblem(*problem) for problem in problems]
            for part in found.iter_slices(self._chunk_rows):
                yield rows.entry.table, part.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()

    def late_problems(self) -> Sequence[RowProblem]:
        """Gathered rows beyond a limit, by the line of their first source row."""
        return self._late

    def repeated_keys(self) -> int:
        """Rows whose row key occurred before."""
        if not self._row_keys:
            return 0
        keys = pl.concat(self._row_keys)
        return len(keys) - keys.n_unique()

    def _compile_types(self, mapping: Mapping, compiler: Compiler) -> Compiler:
        stage: Stage = []
        typed = compiler
        for name, kind, _ in mapping.source.types:
            if name in self._wanted:
                raw = Compiled(pl.col(name), compiler.types[name], name, compiler.rules.zone)
                stage.append((name, convert(raw, kind, compiler.rules)))
                typed = typed.with_column(name, stage[-1][1])
        self._stages.append(stage)
        return typed

    def _compile_columns(self, mapping: Mapping, compiler: Compiler) -> Compiler:
        for field in mapping.columns:
            compiled = compiler.compile(field.value, field.name)
            self._stages.append([(field.name, compiled)])
            compiler = compiler.with_column(field.name, compiled)
        return compiler

    def _chunk(self, chunk: Chunk) -> ChunkOutcome:
        frame = chunk.rows
        problems: list[RowProblem] = []
        for stage in self._stages:
            checks = [check for _, compiled in stage for check in compiled.checks]
            problems += _found(frame, checks)
            frame = frame.with_columns(compiled.expr.alias(name) for name, compiled in stage)
        problems += _found(frame, self._checks)
        total, dismissed = frame.height, 0
        if self._when is not None:
            out = set(frame.filter(~self._when)[LINE].to_list())
            problems = [problem for problem in problems if problem.line not in out]
            # A row whose condition is unknown is left out too, unless it is unknown because of a problem.
            unknown = frame.filter(self._when.is_null() & ~pl.col(LINE).is_in(_lines(problems).implode()))[LINE]
            dismissed = len(out) + len(unknown)
            frame = frame.filter(self._when)
        frame, found = self._without_problems(frame, problems)
        broken = [RowProblem(row.line, None, None, row.reason) for row in chunk.broken]
        lines, events = self._land(frame)
        return ChunkOutcome(
            rows=total + len(broken),
            dismissed=dismissed,
            event_lines=lines,
            events=events,
            problems=sorted([*broken, *found], key=lambda problem: (problem.line, problem.column or "")),
            position=chunk.position,
        )

    def _without_problems(
        self, frame: pl.DataFrame, problems: list[RowProblem]
    ) -> tuple[pl.DataFrame, list[RowProblem]]:
        """The rows every entry can use, and the problems of the others."""
        sound = frame.filter(~pl.col(LINE).is_in(_lines(problems).implode()))
        found = [*problems]
        entries: list[CompiledEvent | CompiledTable] = [*self._events, *(rows.entry for rows in self._tables)]
        for entry in entries:
            for part in _repetitions(sound, entry):
                found += _found(part, entry.checks)
        # What a cell lacks it lacks in every entry that reads it, and only the first complaint says why.
        first = {(problem.line, problem.column): problem for problem in reversed(found)}
        unique = list(first.values())
        return sound.filter(~pl.col(LINE).is_in(_lines(unique).implode())), unique

    def _land(self, frame: pl.DataFrame) -> tuple[list[str], Counter[str]]:
        """JSON lines of all events, those of one row together; table rows are gathered on the way."""
        parts: list[pl.DataFrame] = []
        counts: Counter[str] = Counter()
        for entry in self._events:
            for part in _repetitions(frame, entry):
                order = pl.lit(len(parts), dtype=pl.Int32).alias("order")
                parts.append(part.select(LINE, order, entry.line.alias("json")))
                counts[entry.event_type] += part.height
        for rows in self._tables:
            for part in _repetitions(frame, rows.entry):
                rows.add(part)
        if self._row_key is not None:
            self._row_keys.append(frame.select(self._row_key.alias(_ROW_KEY)).to_series())
        if not parts:
            return [], counts
        return pl.concat(parts).sort(LINE, "order")["json"].to_list(), +counts


def _repetitions(frame: pl.DataFrame, entry: CompiledEvent | CompiledTable) -> Iterator[pl.DataFrame]:
    for columns in entry.repeats.columns:
        part = frame.with_columns(columns) if columns else frame
        yield part if entry.when is None else part.filter(entry.when)


def _lines(problems: Sequence[RowProblem]) -> pl.Series:
    return pl.Series(sorted({problem.line for problem in problems}), dtype=pl.Int64)


def _found(frame: pl.DataFrame, checks: Sequence[Check]) -> list[RowProblem]:
    """Problems the checks see in a frame."""
    if not checks or not frame.height:
        return []
    flags = frame.select(check.bad.fill_null(value=False).alias(str(n)) for n, check in enumerate(checks))
    problems = []
    for n, check in enumerate(checks):
        bad = flags[str(n)]
        if bad.len() == 1 and frame.height > 1:
            bad = bad.new_from_index(0, frame.height)
        if bad.any():
            wrong = frame.filter(bad).select(LINE, shown=check.shown.str.slice(0, _SHOWN_CHARACTERS))
            problems += [RowProblem(line, check.column, shown, check.reason) for line, shown in wrong.iter_rows()]
    return problems
