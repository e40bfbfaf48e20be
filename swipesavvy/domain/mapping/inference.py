"""Types of values: what a value of a mapping holds, given the columns it may read.

Belongs here: inference and its complaints. Not here: whether a target accepts the type (`targets`, `checking`).
"""

from collections.abc import Mapping as Lookups
from dataclasses import dataclass

from swipesavvy.domain.mapping.model import (
    Aggregate,
    Aggregation,
    Column,
    Constant,
    Lookup,
    Operation,
    Operator,
    Template,
    Time,
    Uuid,
    Value,
    ValueType,
    parts_of,
)
from swipesavvy.domain.mapping.nodes import Complaints, Literal, hint
from swipesavvy.domain.mapping.values import EPOCHS

_ORDER = frozenset({Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL})
_COMPARE = _ORDER | {Operator.EQUAL, Operator.UNEQUAL, Operator.IN, Operator.NOT_IN}
_LOGIC = frozenset({Operator.AND, Operator.OR, Operator.NOT})
_TEXTS = frozenset({Operator.LOWER, Operator.UPPER, Operator.STRIP})
_NULL_TESTS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
_GIVES_BOOLEAN = _COMPARE | _LOGIC | _NULL_TESTS
_MOST_DIGITS = 9
Types = list[ValueType | None]


@dataclass(frozen=True)
class Scope:
    """Columns a value may read, with their types; None where an earlier complaint left the type open."""

    types: Lookups[str, ValueType | None]
    source: str

    def extended(self, name: str, kind: ValueType | None) -> "Scope":
        """The scope with one more column."""
        return Scope({**self.types, name: kind}, self.source)


def literal_type(value: Literal) -> ValueType:
    """The type of a constant."""
    if value is None:
        return ValueType.NULL
    if isinstance(value, bool):
        return ValueType.BOOLEAN
    if isinstance(value, int):
        return ValueType.INTEGER
    return ValueType.NUMBER if isinstance(value, float) else ValueType.TEXT


def type_of(value: Value, scope: Scope, complaints: Complaints) -> ValueType | None:
    """What a value holds. Unknown columns and operands that do not fit are complaints; None means it stays open."""
    kind: ValueType | None
    match value:
        case Constant():
            kind = literal_type(value.value)
        case Column():
            kind = _column(value, scope, complaints)
        case Template() | Uuid():
            for part in parts_of(value):
                type_of(part, scope, complaints)
            kind = ValueType.TEXT
        case Time():
            kind = _time(value, scope, complaints)
        case Lookup():
            type_of(value.source, scope, complaints)
            kinds = {literal_type(result) for _, result in value.entries} | {literal_type(value.default)}
            kind = _one_of(value, kinds, "`map` leads to", complaints)
        case Operation():
            kind = _operation(value, [type_of(operand, scope, complaints) for operand in value.operands], complaints)
        case Aggregate():
            kind = _aggregate(value, type_of(value.value, scope, complaints), complaints)
    return kind


def _column(value: Column, scope: Scope, complaints: Complaints) -> ValueType | None:
    if value.name in scope.types:
        return scope.types[value.name]
    complaints.error(value.place, f"{scope.source} has no column `{value.name}`{hint(value.name, scope.types)}")
    return None


def _one_of(value: Value, kinds: set[ValueType], what: str, complaints: Complaints) -> ValueType | None:
    found = kinds - {ValueType.NULL}
    if found == {ValueType.INTEGER, ValueType.NUMBER}:
        return ValueType.NUMBER
    if len(found) > 1:
        complaints.error(value.place, f"{what} {' and '.join(sorted(found))}; one type is needed")
        return None
    return found.pop() if found else ValueType.NULL


def _time(value: Time, scope: Scope, complaints: Complaints) -> ValueType:
    base = type_of(value.base, scope, complaints)
    wanted = (ValueType.TEXT, ValueType.TIME, None)
    if value.form in EPOCHS:
        wanted = (ValueType.TEXT, ValueType.INTEGER, ValueType.NUMBER, None)  # type: ignore[assignment]
    if base not in wanted:
        complaints.error(value.base.place, f"a time is read from text, this is {base}; for seconds use epoch_s")
    for offset in value.offsets:
        kind = type_of(offset.amount, scope, complaints)
        if kind not in (ValueType.TEXT, ValueType.INTEGER, ValueType.NUMBER, None):
            complaints.error(offset.amount.place, f"`{offset.unit}` needs a number, this is {kind}")
    return ValueType.TIME


def _aggregate(value: Aggregate, kind: ValueType | None, complaints: Complaints) -> ValueType | None:
    if value.aggregation is Aggregation.COUNT:
        return ValueType.INTEGER
    if value.aggregation is not Aggregation.SUM:
        return kind
    if kind in (ValueType.BOOLEAN, ValueType.TIME):
        complaints.error(value.place, f"`sum` needs numbers, this is {kind}")
    return ValueType.NUMBER


def _operation(value: Operation, kinds: Types, complaints: Complaints) -> ValueType | None:
    operator = value.operator
    if operator in _GIVES_BOOLEAN:
        if operator in _COMPARE:
            _check_comparable(value, kinds, complaints)
        if operator in _LOGIC:
            _require(value, kinds, (ValueType.BOOLEAN,), complaints)
        return ValueType.BOOLEAN
    if operator in _TEXTS:
        _require(value, kinds, (ValueType.TEXT,), complaints)
        return ValueType.TEXT
    if operator is Operator.COALESCE:
        return _shared(value, kinds, complaints)
    if operator is Operator.CHOOSE:
        _require(value, kinds[:1], (ValueType.BOOLEAN,), complaints)
        return _shared(value, kinds[1:], complaints)
    return _arithmetic(value, kinds, complaints)


def _shared(value: Operation, kinds: Types, complaints: Complaints) -> ValueType | None:
    if None in kinds:
        return None
    return _one_of(value, {kind for kind in kinds if kind}, f"`{value.operator}` chooses between", complaints)


def _arithmetic(value: Operation, kinds: Types, complaints: Complaints) -> ValueType | None:
    if value.operator is Operator.ADD and kinds and all(kind is ValueType.TEXT for kind in kinds):
        complaints.error(value.place, "`+` adds numbers; join texts with {text: ...}")
        return ValueType.TEXT
    _require(value, kinds, (ValueType.INTEGER, ValueType.NUMBER), complaints)
    if value.operator is Operator.DIVIDE:
        return ValueType.NUMBER
    if value.operator is Operator.ROUND:
        _check_digits(value, complaints)
        return kinds[0]
    return ValueType.NUMBER if ValueType.NUMBER in kinds else ValueType.INTEGER


def _check_digits(value: Operation, complaints: Complaints) -> None:
    for digits in value.operands[1:]:
        if not (isinstance(digits, Constant) and isinstance(digits.value, int) and 0 <= digits.value <= _MOST_DIGITS):
            complaints.error(digits.place, f"round() takes a number of digits from 0 to {_MOST_DIGITS}")


def _require(value: Operation, kinds: Types, wanted: tuple[ValueType, ...], complaints: Complaints) -> None:
    for operand, kind in zip(value.operands, kinds, strict=False):
        if kind not in (*wanted, ValueType.NULL, None):
            needed = " or ".join(wanted)
            complaints.error(operand.place, f"`{value.operator}` needs {needed}, this is {kind}{_declare(operand)}")


def _check_comparable(value: Operation, kinds: Types, complaints: Complaints) -> None:
    left, *others = kinds
    if value.operator in _ORDER and left is ValueType.BOOLEAN:
        complaints.error(value.operands[0].place, f"`{value.operator}` does not order true and false")
    for operand in value.operands:
        if isinstance(operand, Constant) and operand.value is None:
            complaints.error(operand.place, "nothing compares with null: write `is null` or `is not null`")
    for operand, kind in zip(value.operands[1:], others, strict=True):
        if _are_alike(left, kind):
            continue
        text_side = value.operands[0] if left is ValueType.TEXT else operand
        message = f"`{value.operator}` compares {left} with {kind}{_declare(text_side)}"
        complaints.error(value.operands[0].place, message)
        return


def _are_alike(left: ValueType | None, right: ValueType | None) -> bool:
    if left is None or right is None or ValueType.NULL in (left, right):
        return True
    if ValueType.TIME in (left, right):  # a text is read as a time when it meets one
        return {left, right} <= {ValueType.TIME, ValueType.TEXT}
    return left is right or (left.is_numeric and right.is_numeric)


def _declare(operand: Value) -> str:
    if isinstance(operand, Column):
        return f"; declare `{operand.name}` under source.types, or compare it with a text in quotes"
    return ""
