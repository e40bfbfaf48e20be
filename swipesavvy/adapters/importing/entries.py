"""Compiled entries of a mapping: what an event or a table row is made of, repeated over `for_each`.

Belongs here: compiling entries and judging their constants. Not here: running them over rows (`engine`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from swipesavvy.adapters.importing.compiled import Check, Compiled
from swipesavvy.adapters.importing.compiling import Compiler, constant
from swipesavvy.adapters.importing.conversions import DTYPES, as_text, fit
from swipesavvy.domain.mapping.checking import variable_type
from swipesavvy.domain.mapping.model import (
    LINE,
    Aggregate,
    Aggregation,
    Column,
    Constant,
    EventEntry,
    Field,
    ForEach,
    Mapping,
    TableEntry,
    Uuid,
    Value,
    ValueType,
    columns_of,
)
from swipesavvy.domain.mapping.nodes import Complaints
from swipesavvy.domain.mapping.targets import ENVELOPE, Holds, Target, event_targets, table_keys, table_targets
from swipesavvy.domain.mapping.values import literal_text

_HEAD = ("event_id", "event_type", "timestamp", "user_id", "session_id", "source")
_MOST_SUMMED = 1e15
_ONE_ROW = pl.DataFrame({LINE: [0]}, schema={LINE: pl.Int64})


@dataclass(frozen=True)
class Repeats:
    """The `for_each` of an entry as columns to add, one per repetition; one empty set without it."""

    columns: tuple[tuple[pl.Expr, ...], ...]

    @staticmethod
    def of(for_each: ForEach | None) -> "Repeats":
        """Columns of each repetition; mixed values become text."""
        if for_each is None:
            return Repeats(((),))
        kind = variable_type(for_each.values)
        mixed = kind is ValueType.TEXT
        values = [literal_text(v) if mixed and v is not None else v for v in for_each.values]
        return Repeats(tuple((constant(value).cast(DTYPES[kind]).alias(for_each.variable),) for value in values))


@dataclass(frozen=True)
class CompiledEvent:
    """An event entry: its condition, its checks, and its JSON line."""

    event_type: str
    when: pl.Expr | None
    repeats: Repeats
    checks: tuple[Check, ...]
    line: pl.Expr


@dataclass(frozen=True)
class Gathered:
    """A column of a table entry; without an aggregation the last row of a key gives its value."""

    name: str
    expr: pl.Expr
    aggregation: Aggregation | None
    target: Target | None


@dataclass(frozen=True)
class CompiledTable:
    """A table entry filled from rows."""

    table: str
    keys: tuple[str, ...]
    when: pl.Expr | None
    repeats: Repeats
    checks: tuple[Check, ...]
    columns: tuple[Gathered, ...]


class EntryCompiler:
    """Compiles the entries of one mapping; constants that can never fit are complaints at their place."""

    def __init__(self, compiler: Compiler, mapping: Mapping, digest: str, complaints: Complaints) -> None:
        """`digest` of the source file stands in event ids where the mapping names no row key."""
        self._compiler = compiler
        self._name = mapping.name
        self._row_key = mapping.row_key or (Constant(digest, mapping.top), Column(LINE, mapping.top))
        self._complaints = complaints

    def event(self, entry: EventEntry) -> CompiledEvent:
        """One event entry."""
        compiler = self._scope(entry.for_each)
        declared = event_targets(entry.event_type)
        envelope = {field.name: field.value for field in entry.envelope}
        variable = (Column(entry.for_each.variable, entry.place),) if entry.for_each else ()
        names = (Constant(self._name, entry.place), Constant(entry.name, entry.place))
        own_id = Uuid("event", (*names, *self._row_key, *variable), entry.place)
        values: dict[str, Value] = {
            "event_id": own_id,
            "event_type": Constant(entry.event_type, entry.place),
            "source": Constant("backend", entry.place),
            **envelope,
        }
        head = [Field(name, values[name], values[name].place) for name in _HEAD if name in values]
        checks: list[Check] = []
        parts = [
            self._object(fields, targets, compiler, checks)
            for fields, targets in ((head, ENVELOPE), (entry.properties, declared), (entry.context, {}))
        ]
        line = pl.concat_str(
            parts[0].str.strip_suffix("}"),
            pl.lit(',"properties":'),
            parts[1],
            *([pl.lit(',"context":'), parts[2]] if entry.context else []),
            pl.lit("}"),
        )
        if "event_id" not in envelope:
            checks = [replace(check, column="row_key") if check.column == "event_id" else check for check in checks]
        when = self._condition(entry.when, compiler, checks)
        return CompiledEvent(entry.event_type, when, Repeats.of(entry.for_each), tuple(checks), line)

    def table(self, entry: TableEntry) -> CompiledTable:
        """One table entry filled from rows."""
        compiler = self._scope(entry.for_each)
        targets = table_targets(entry.table)
        checks: list[Check] = []
        columns = [self._gathered(field, targets.get(field.name), compiler, checks) for field in entry.columns]
        given = {field.name for field in entry.columns}
        keys = tuple(name for name in table_keys(entry.table) if name in given)
        when = self._condition(entry.when, compiler, checks)
        return CompiledTable(entry.table, keys, when, Repeats.of(entry.for_each), tuple(checks), tuple(columns))

    def constant_rows(self, entry: TableEntry) -> list[str]:
        """The rows a table entry lists, as JSON lines."""
        targets = table_targets(entry.table)
        lines = []
        for row in entry.rows:
            expr = self._object(row, targets, self._compiler, [])
            if not self._complaints.errors:
                lines.append(str(_ONE_ROW.select(expr).item()))
        return lines

    def _scope(self, for_each: ForEach | None) -> Compiler:
        if for_each is None:
            return self._compiler
        kind = variable_type(for_each.values)
        variable = Compiled(pl.col(for_each.variable), kind, for_each.variable, self._compiler.rules.zone)
        return self._compiler.with_column(for_each.variable, variable)

    def _condition(self, when: Value | None, compiler: Compiler, checks: list[Check]) -> pl.Expr | None:
        if when is None:
            return None
        compiled = compiler.compile(when, "when")
        checks += compiled.checks
        return compiled.expr

    def _field(self, field: Field, target: Target | None, compiler: Compiler) -> Compiled:
        wanted = target or Target(field.name, Holds.ANYTHING)
        fitted = fit(compiler.compile(field.value, field.name), wanted, compiler.rules)
        if columns_of(field.value):
            return fitted
        self._judge(field, fitted)
        return replace(fitted, checks=())

    def _judge(self, field: Field, fitted: Compiled) -> None:
        """A constant is the same in every row, so what is wrong with it is said once, where it is written."""
        for check in fitted.checks:
            bad, shown = _ONE_ROW.select(bad=check.bad, shown=check.shown).row(0)
            if bad:
                self._complaints.error(field.value.place, f"`{field.name}`: {shown!r} {check.reason}")
                return

    def _object(
        self, fields: Sequence[Field], targets: dict[str, Target], compiler: Compiler, checks: list[Check]
    ) -> pl.Expr:
        if not fields:
            return pl.lit("{}")
        members = []
        for field in fields:
            fitted = self._field(field, targets.get(field.name), compiler)
            checks += fitted.checks
            members.append(fitted.expr.alias(field.name))
        return pl.struct(members).struct.json_encode()

    def _gathered(self, field: Field, target: Target | None, compiler: Compiler, checks: list[Check]) -> Gathered:
        if not isinstance(field.value, Aggregate):
            fitted = self._field(field, target, compiler)
            checks += fitted.checks
            return Gathered(field.name, fitted.expr, None, None)
        aggregation = field.value.aggregation
        compiled = compiler.compile(field.value, field.name)
        if aggregation is Aggregation.COUNT:
            checks += compiled.checks
            return Gathered(field.name, as_text(compiled), aggregation, target)
        wanted = Target(field.name, Holds.NUMBER if aggregation is Aggregation.SUM else _holds(target))
        fitted = fit(compiled, wanted, compiler.rules)
        checks += fitted.checks
        if aggregation is Aggregation.SUM:
            too_large = fitted.expr.abs() >= _MOST_SUMMED
            checks.append(Check(too_large, fitted.label, "is too large to be summed", fitted.expr.cast(pl.String)))
        return Gathered(field.name, fitted.expr, aggregation, target)


def _holds(target: Target | None) -> Holds:
    return target.holds if target else Holds.ANYTHING
