"""Operators of expressions on columns. Null in, null out, as in SQL; division by zero gives null.

Belongs here: what each operator does. Not here: the grammar (`domain.mapping.expressions`) or types (`inference`).
"""

from collections.abc import Callable
from functools import reduce
from operator import and_, or_

import polars as pl

from swipesavvy.adapters.importing.compiled import Compiled
from swipesavvy.adapters.importing.conversions import TextRules, convert
from swipesavvy.domain.mapping.model import Operator, ValueType

_NUMERIC = (ValueType.INTEGER, ValueType.NUMBER)
_OF_NULLS = {
    **dict.fromkeys((Operator.AND, Operator.OR, Operator.NOT), ValueType.BOOLEAN),
    **dict.fromkeys(
        (
            Operator.ADD,
            Operator.SUBTRACT,
            Operator.MULTIPLY,
            Operator.MODULO,
            Operator.NEGATE,
            Operator.ABS,
            Operator.ROUND,
        ),
        ValueType.NUMBER,
    ),
}
"""What operands are taken for where all of them are the word null."""


def operation(operator: Operator, operands: list[Compiled], label: str, rules: TextRules) -> Compiled:
    """One operator applied; the checks of all operands come along."""
    start = 1 if operator is Operator.CHOOSE else 0
    kind = _shared_kind(operator, operands[start:])
    asked = [convert(part, ValueType.BOOLEAN, rules) for part in operands[:start]]
    parts = [*asked, *(convert(part, kind, rules) for part in operands[start:])]
    expr = _APPLY[operator]([part.expr for part in parts])
    checks = tuple(check for part in parts for check in part.checks)
    return Compiled(expr, ValueType.BOOLEAN if operator in _GIVES_BOOLEAN else kind, label, rules.zone, checks)


def _shared_kind(operator: Operator, operands: list[Compiled]) -> ValueType:
    """The type all operands take for this operator."""
    if operator is Operator.DIVIDE:
        return ValueType.NUMBER
    if operator is Operator.ROUND:
        operands = operands[:1]
    return _common({part.kind for part in operands} - {ValueType.NULL}, _OF_NULLS.get(operator, ValueType.TEXT))


def _common(kinds: set[ValueType], otherwise: ValueType) -> ValueType:
    if ValueType.TIME in kinds:
        return ValueType.TIME
    if kinds == set(_NUMERIC):
        return ValueType.NUMBER
    return next(iter(kinds), otherwise)


def _divide(parts: list[pl.Expr]) -> pl.Expr:
    return parts[0] / pl.when(parts[1] != 0).then(parts[1])


def _modulo(parts: list[pl.Expr]) -> pl.Expr:
    return parts[0] % pl.when(parts[1] != 0).then(parts[1])


def _round(parts: list[pl.Expr]) -> pl.Expr:
    places = int(pl.select(parts[1]).item()) if len(parts) > 1 else 0
    return parts[0].round(places, mode="half_away_from_zero")


def _choose(parts: list[pl.Expr]) -> pl.Expr:
    return pl.when(parts[0]).then(parts[1]).otherwise(parts[2])


def _is_in(parts: list[pl.Expr]) -> pl.Expr:
    return reduce(or_, [parts[0] == choice for choice in parts[1:]])


_APPLY: dict[Operator, Callable[[list[pl.Expr]], pl.Expr]] = {
    Operator.ADD: lambda p: p[0] + p[1],
    Operator.SUBTRACT: lambda p: p[0] - p[1],
    Operator.MULTIPLY: lambda p: p[0] * p[1],
    Operator.DIVIDE: _divide,
    Operator.MODULO: _modulo,
    Operator.NEGATE: lambda p: -p[0],
    Operator.EQUAL: lambda p: p[0] == p[1],
    Operator.UNEQUAL: lambda p: p[0] != p[1],
    Operator.LESS: lambda p: p[0] < p[1],
    Operator.LESS_EQUAL: lambda p: p[0] <= p[1],
    Operator.GREATER: lambda p: p[0] > p[1],
    Operator.GREATER_EQUAL: lambda p: p[0] >= p[1],
    Operator.IN: _is_in,
    Operator.NOT_IN: lambda p: ~_is_in(p),
    Operator.IS_NULL: lambda p: p[0].is_null(),
    Operator.IS_NOT_NULL: lambda p: p[0].is_not_null(),
    Operator.AND: lambda p: reduce(and_, p),
    Operator.OR: lambda p: reduce(or_, p),
    Operator.NOT: lambda p: ~p[0],
    Operator.CHOOSE: _choose,
    Operator.ABS: lambda p: p[0].abs(),
    Operator.ROUND: _round,
    Operator.LOWER: lambda p: p[0].str.to_lowercase(),
    Operator.UPPER: lambda p: p[0].str.to_uppercase(),
    Operator.STRIP: lambda p: p[0].str.strip_chars(),
    Operator.COALESCE: pl.coalesce,
}
_GIVES_BOOLEAN = frozenset(
    {
        Operator.EQUAL,
        Operator.UNEQUAL,
        Operator.LESS,
        Operator.LESS_EQUAL,
        Operator.GREATER,
        Operator.GREATER_EQUAL,
        Operator.IN,
        Operator.NOT_IN,
        Operator.IS_NULL,
        Operator.IS_NOT_NULL,
        Operator.AND,
        Operator.OR,
        Operator.NOT,
    }
)
