"""Values of a mapping as vectorised expressions.

Belongs here: one function per form of a value. Not here: operators (`operations`), type conversions (`conversions`).
"""

import hashlib
from collections.abc import Callable
from collections.abc import Mapping as Lookups
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL

import polars as pl

from swipesavvy.adapters.importing.compiled import Check, Compiled
from swipesavvy.adapters.importing.conversions import DTYPES, TextRules, as_text, convert
from swipesavvy.adapters.importing.operations import operation
from swipesavvy.adapters.importing.times import from_epoch, from_format, from_iso, is_writable, shifted
from swipesavvy.domain.mapping.inference import literal_type
from swipesavvy.domain.mapping.model import (
    Aggregate,
    Column,
    Constant,
    Lookup,
    Operation,
    Template,
    Time,
    Uuid,
    Value,
    ValueType,
    columns_of,
)
from swipesavvy.domain.mapping.nodes import Literal
from swipesavvy.domain.mapping.values import EPOCHS

_NAME = "swipesavvy:import:"


@dataclass(frozen=True)
class Compiler:
    """Compiles values over columns of known types. `zones` tells computed columns whose dates count elsewhere."""

    types: Lookups[str, ValueType]
    zones: Lookups[str, str]
    rules: TextRules
    namespace: str

    def with_column(self, name: str, value: Compiled) -> "Compiler":
        """A compiler that knows one more column."""
        return replace(self, types={**self.types, name: value.kind}, zones={**self.zones, name: value.zone})

    def compile(self, value: Value, label: str) -> Compiled:
        """The expression of a value; `label` names it in problems where it is not simply a column."""
        match value:
            case Constant():
                compiled = self._plain(constant(value.value), literal_type(value.value), label)
            case Column():
                zone = self.zones.get(value.name, self.rules.zone)
                compiled = Compiled(pl.col(value.name), self.types[value.name], value.name, zone)
            case Template():
                compiled = self._template(value, label)
            case Uuid():
                compiled = self._uuid(value, label)
            case Time():
                compiled = self._time(value, label)
            case Lookup():
                compiled = self._lookup(value, label)
            case Operation():
                operands = [self.compile(part, label) for part in value.operands]
                compiled = operation(value.operator, operands, label, self.rules)
            case Aggregate():
                compiled = self.compile(value.value, label)
        return compiled

    def _plain(self, expr: pl.Expr, kind: ValueType, label: str) -> Compiled:
        return Compiled(expr, kind, label, self.rules.zone)

    def _template(self, value: Template, label: str) -> Compiled:
        parts = [self.compile(part, label) if isinstance(part, Column) else part for part in value.parts]
        texts = [pl.lit(part) if isinstance(part, str) else as_text(part) for part in parts]
        checks = tuple(check for part in parts if isinstance(part, Compiled) for check in part.checks)
        expr = pl.concat_str(texts) if texts else pl.lit("")
        return replace(self._plain(expr, ValueType.TEXT, label), checks=checks)

    def _uuid(self, value: Uuid, label: str) -> Compiled:
        parts = [self.compile(part, label) for part in value.key]
        names = pl.concat_str(
            [pl.lit(_escaped(value.kind)), *(_escape(as_text(part)) for part in parts)], separator=":"
        )
        make = uuid_maker(self.namespace)
        if columns_of(value):
            expr = names.map_batches(make, return_dtype=pl.String)
        else:
            # A function over no column yields one row, which does not stretch to the height of a frame.
            expr = pl.lit(make(pl.select(names).to_series()).item(), dtype=pl.String)
        checks = tuple(check for part in parts for check in part.checks)
        plain = self._plain(expr, ValueType.TEXT, label)
        return replace(plain, checks=checks, presence=names, is_uuid=True)

    def _lookup(self, value: Lookup, label: str) -> Compiled:
        source = self.compile(value.source, label)
        text = as_text(source)
        known = [key for key, _ in value.entries]
        kinds = {literal_type(result) for _, result in value.entries} | {literal_type(value.default)}
        found = kinds - {ValueType.NULL}
        kind = ValueType.NUMBER if len(found) > 1 else next(iter(found), ValueType.NULL)
        default = constant(value.default).cast(DTYPES[kind])
        results = pl.Series([result for _, result in value.entries], dtype=DTYPES[kind], strict=False)
        expr = text.replace_strict(known, results, default=default, return_dtype=DTYPES[kind])
        checks = source.checks
        if not value.has_default:
            checks += (Check(~text.is_in(known), source.label, "is not in the map and it has no default", text),)
        return replace(self._plain(expr, kind, label), checks=checks)

    def _time(self, value: Time, label: str) -> Compiled:
        base = self.compile(value.base, label)
        zone = value.zone or self.rules.zone
        expr, problem = self._read_time(base, value.form, zone)
        checks = [*base.checks]
        text = as_text(base)
        present = text.is_not_null() & (text.str.strip_chars() != "")
        checks.append(Check(present & ~is_writable(expr).fill_null(False), base.label, problem, text))
        for offset in value.offsets:
            amount = convert(self.compile(offset.amount, label), ValueType.NUMBER, self.rules)
            moved = shifted(expr, amount.expr, offset.unit, offset.sign)
            lost = expr.is_not_null() & amount.expr.is_not_null() & ~is_writable(moved).fill_null(False)
            reason = f"is no number of {offset.unit} to shift a time by"
            checks += [*amount.checks, Check(lost, amount.label, reason, amount.expr.cast(pl.String))]
            expr = moved
        return Compiled(expr, ValueType.TIME, label, zone, tuple(checks))

    def _read_time(self, base: Compiled, form: str | None, zone: str) -> tuple[pl.Expr, str]:
        if form in EPOCHS:
            number = convert(base, ValueType.NUMBER, self.rules)
            return from_epoch(number.expr, form), f"is no {form}"
        if base.kind is ValueType.TIME:
            return base.expr, "is no time"
        text = base.expr.cast(pl.String)
        if form is None:
            return from_iso(text, zone), f"is no ISO-8601 time of {zone}"
        return from_format(text, form, zone), f"is no time like {form} of {zone}"


def constant(value: Literal) -> pl.Expr:
    """A constant of exactly its type."""
    return pl.lit(value, dtype=DTYPES[literal_type(value)])


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A")


def _escape(text: pl.Expr) -> pl.Expr:
    """Keys keep apart whatever they hold: `a:b` + `c` is not `a` + `b:c`."""
    return text.str.replace_all("%", "%25", literal=True).str.replace_all(":", "%3A", literal=True)


def uuid_maker(namespace: str) -> Callable[[pl.Series], pl.Series]:
    """A function from names to uuid5(NAMESPACE_URL, "swipesavvy:import:<namespace>:<name>"); null stays null."""
    start = hashlib.sha1(NAMESPACE_URL.bytes + f"{_NAME}{_escaped(namespace)}:".encode(), usedforsecurity=False)

    def one(name: str) -> str:
        digest = start.copy()
        digest.update(name.encode())
        text = digest.hexdigest()
        variant = "89ab"[int(text[16], 16) & 3]
        return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"

    def many(names: pl.Series) -> pl.Series:
        made = [None if name is None else one(name) for name in names.to_list()]
        return pl.Series(names.name, made, dtype=pl.String)

    return many
