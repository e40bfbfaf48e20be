"""From one type to another, and into what a field holds; a cell that cannot follow is a problem of its row.

Belongs here: conversions and the limits of fields. Not here: how values are combined (`compiling`).
"""

from dataclasses import dataclass, replace

import polars as pl

from swipesavvy.adapters.importing.compiled import Check, Compiled
from swipesavvy.adapters.importing.times import INSTANT_FORMAT, from_iso, is_writable
from swipesavvy.domain.mapping.model import ValueType
from swipesavvy.domain.mapping.targets import Holds, Target

DTYPES: dict[ValueType, pl.DataType] = {
    ValueType.TEXT: pl.String(),
    ValueType.INTEGER: pl.Int64(),
    ValueType.NUMBER: pl.Float64(),
    ValueType.BOOLEAN: pl.Boolean(),
    ValueType.TIME: pl.Datetime("us", "UTC"),
    ValueType.NULL: pl.String(),
}
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_EXACT = 2.0**53


@dataclass(frozen=True)
class TextRules:
    """How texts of this source are read as numbers and times."""

    decimal: str = "."
    thousands: str = ""
    zone: str = "UTC"


def as_text(value: Compiled) -> pl.Expr:
    """A value as text: numbers in their shortest form, times as ISO-8601 in UTC."""
    return value.expr.dt.strftime(INSTANT_FORMAT) if value.kind is ValueType.TIME else value.expr.cast(pl.String)


def convert(value: Compiled, kind: ValueType, rules: TextRules) -> Compiled:
    """A value as another type; rows in which it cannot be are problems."""
    if value.kind is kind:
        return value
    if value.kind is ValueType.NULL:
        return replace(value, expr=value.expr.cast(DTYPES[kind]), kind=kind)
    return _CONVERSIONS[kind](value, rules)


def _to_text(value: Compiled, rules: TextRules) -> Compiled:  # noqa: ARG001 - one shape for all conversions
    return replace(value, expr=as_text(value), kind=ValueType.TEXT)


def _to_time(value: Compiled, rules: TextRules) -> Compiled:
    text = as_text(value)
    time = from_iso(text, rules.zone)
    bad = _is_filled(text) & ~is_writable(time).fill_null(value=False)
    return value.become(time, ValueType.TIME, bad, "is not an ISO-8601 time")


def _is_filled(text: pl.Expr) -> pl.Expr:
    return text.is_not_null() & (text.str.strip_chars() != "")


def _to_number(value: Compiled, rules: TextRules) -> Compiled:
    if value.kind is ValueType.INTEGER:
        return replace(value, expr=value.expr.cast(pl.Float64), kind=ValueType.NUMBER)
    text = as_text(value)
    plain = _plain_number(text, rules)
    read = plain.cast(pl.Float64, strict=False)
    number = pl.when(read.is_finite()).then(read)
    return value.become(number, ValueType.NUMBER, _is_filled(text) & number.is_null(), "is not a number")


def _to_integer(value: Compiled, rules: TextRules) -> Compiled:
    text = as_text(value)
    plain = _plain_number(text, rules)
    number = plain.cast(pl.Float64, strict=False)
    # Exports of frames with gaps write 3 as 3.0.
    from_fraction = pl.when((number == number.floor()) & (number.abs() <= _EXACT)).then(number).cast(pl.Int64)
    whole = pl.coalesce(plain.cast(pl.Int64, strict=False), from_fraction)
    return value.become(whole, ValueType.INTEGER, _is_filled(text) & whole.is_null(), "is not a whole number")


def _plain_number(text: pl.Expr, rules: TextRules) -> pl.Expr:
    stripped = text.str.strip_chars()
    if rules.thousands:
        stripped = stripped.str.replace_all(rules.thousands, "", literal=True)
    return stripped if rules.decimal == "." else stripped.str.replace(rules.decimal, ".", literal=True)


def _to_boolean(value: Compiled, rules: TextRules) -> Compiled:  # noqa: ARG001 - one shape for all conversions
    text = as_text(value)
    word = text.str.strip_chars().str.to_lowercase()
    found = pl.when(word.is_in(_TRUE)).then(True).when(word.is_in(_FALSE)).then(False)
    return value.become(found, ValueType.BOOLEAN, _is_filled(text) & found.is_null(), "is not true or false")


_CONVERSIONS = {
    ValueType.TEXT: _to_text,
    ValueType.NUMBER: _to_number,
    ValueType.INTEGER: _to_integer,
    ValueType.BOOLEAN: _to_boolean,
    ValueType.TIME: _to_time,
}


def fit(value: Compiled, target: Target, rules: TextRules) -> Compiled:
    """A value as its field is written, with every limit of the field checked."""
    fitted = _SHAPES[target.holds](value, rules)
    checks = list(fitted.checks)
    shown = fitted.expr.cast(pl.String)

    def check(bad: pl.Expr, reason: str) -> None:
        checks.append(Check(bad.fill_null(False), value.label, reason, shown))

    if target.required:
        empty = fitted.is_absent
        if target.holds is Holds.TEXT:
            empty = empty | (fitted.expr.str.strip_chars() == "")
        check(empty, "is empty and may not be")
    if target.choices:
        check(~fitted.expr.is_in(list(target.choices)), f"is none of {', '.join(target.choices)}")
    if target.minimum is not None and fitted.kind.is_numeric:
        check(fitted.expr < target.minimum, f"is less than {target.minimum:g}")
    if target.maximum is not None and fitted.kind.is_numeric:
        check(fitted.expr > target.maximum, f"is more than {target.maximum:g}")
    return replace(fitted, checks=tuple(checks))


def _fit_text(value: Compiled, rules: TextRules) -> Compiled:
    return convert(value, ValueType.TEXT, rules)


def _fit_uuid(value: Compiled, rules: TextRules) -> Compiled:
    if value.is_uuid:
        return value
    text = convert(value, ValueType.TEXT, rules)
    lower = text.expr.str.strip_chars().str.to_lowercase()
    return text.become(lower, ValueType.TEXT, ~lower.str.contains(_UUID), "is not a UUID; make one with {uuid: ...}")


def _fit_integer(value: Compiled, rules: TextRules) -> Compiled:
    return convert(value, ValueType.INTEGER, rules)


def _fit_number(value: Compiled, rules: TextRules) -> Compiled:
    number = convert(value, ValueType.NUMBER, rules)
    return number.become(number.expr, ValueType.NUMBER, ~number.expr.is_finite(), "is not a finite number")


def _fit_flag(value: Compiled, rules: TextRules) -> Compiled:
    return convert(value, ValueType.BOOLEAN, rules)


def _fit_instant(value: Compiled, rules: TextRules) -> Compiled:
    time = convert(value, ValueType.TIME, rules)
    text = time.expr.dt.strftime(INSTANT_FORMAT)
    written = time.become(text, ValueType.TEXT, ~is_writable(time.expr), "lies outside the years 1 to 9999")
    return replace(written, presence=time.expr)


def _fit_date(value: Compiled, rules: TextRules) -> Compiled:
    time = convert(value, ValueType.TIME, replace(rules, zone=value.zone))
    # A day someone wrote down is theirs: it must not slip to its neighbour on the way to UTC.
    text = time.expr.dt.convert_time_zone(value.zone).dt.strftime("%Y-%m-%d")
    return time.become(text, ValueType.TEXT, ~is_writable(time.expr), "lies outside the years 1 to 9999")


def _fit_anything(value: Compiled, rules: TextRules) -> Compiled:
    if value.kind is ValueType.TIME:
        return _fit_instant(value, rules)
    return _fit_number(value, rules) if value.kind is ValueType.NUMBER else value


_SHAPES = {
    Holds.TEXT: _fit_text,
    Holds.UUID: _fit_uuid,
    Holds.INTEGER: _fit_integer,
    Holds.NUMBER: _fit_number,
    Holds.FLAG: _fit_flag,
    Holds.INSTANT: _fit_instant,
    Holds.DATE: _fit_date,
    Holds.ANYTHING: _fit_anything,
}
