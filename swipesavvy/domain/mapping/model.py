"""A mapping as typed values: what was written, with its places, before it meets any file.

Belongs here: plain frozen values. Not here: how they are read (`reading`), judged (`checking`) or run (adapters).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from swipesavvy.domain.mapping.nodes import Literal, Place

LINE = "_line"
"""Name under which every mapping sees the line of the source row (the row number in Parquet), counted from 1."""


class ValueType(StrEnum):
    """What a column or a value holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    NULL = "null"

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic applies."""
        return self in (ValueType.INTEGER, ValueType.NUMBER)


@dataclass(frozen=True)
class Constant:
    """A literal. `is_bare` tells a plain word, which may be a forgotten `$`, from an explicit `{value: ...}`."""

    value: Literal
    place: Place
    is_bare: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the file, a computed one, or the variable of a `for_each`."""

    name: str
    place: Place


@dataclass(frozen=True)
class Template:
    """Text with columns filled in; null if any of them is."""

    parts: tuple[str | Column, ...]
    place: Place


@dataclass(frozen=True)
class Uuid:
    """A UUID that is the same whenever the same kind and key come under the same namespace."""

    kind: str
    key: tuple["Value", ...]
    place: Place


class Unit(StrEnum):
    """Units of an offset; months and years follow the calendar, the others are fixed lengths."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class Offset:
    """So many units later (sign 1) or earlier (sign -1)."""

    sign: int
    unit: Unit
    amount: "Value"


@dataclass(frozen=True)
class Time:
    """An instant read from `base`, moved by offsets. Without `form` it is read as ISO-8601."""

    base: "Value"
    form: str | None
    zone: str | None
    offsets: tuple[Offset, ...]
    place: Place


@dataclass(frozen=True)
class Lookup:
    """A value map. Without a default (`has_default` false) an unmapped value is a problem of its row."""

    source: "Value"
    entries: tuple[tuple[str, Literal], ...]
    default: Literal
    has_default: bool
    place: Place


class Operator(StrEnum):
    """What an expression may do with its operands."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    MODULO = "%"
    NEGATE = "negate"
    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "in"
    NOT_IN = "not in"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"
    AND = "and"
    OR = "or"
    NOT = "not"
    CHOOSE = "if"
    ABS = "abs"
    ROUND = "round"
    LOWER = "lower"
    UPPER = "upper"
    STRIP = "strip"
    COALESCE = "coalesce"


@dataclass(frozen=True)
class Operation:
    """An operator and its operands; `in` has the tested value first and the choices after it."""

    operator: Operator
    operands: tuple["Value", ...]
    place: Place


class Aggregation(StrEnum):
    """How the values of rows with the same key become one."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    COUNT = "count"


@dataclass(frozen=True)
class Aggregate:
    """A value over all source rows that share a table row's key. Only directly as a column of a table."""

    aggregation: Aggregation
    value: "Value"
    place: Place


Value = Constant | Column | Template | Uuid | Time | Lookup | Operation | Aggregate


@dataclass(frozen=True)
class Field:
    """A named value of an event or of a table row."""

    name: str
    value: Value
    place: Place


@dataclass(frozen=True)
class ForEach:
    """An entry is repeated once per value, seen as the column `variable`."""

    variable: str
    values: tuple[Literal, ...]
    place: Place


@dataclass(frozen=True)
class EventEntry:
    """One kind of event each matching source row yields."""

    event_type: str
    name: str
    envelope: tuple[Field, ...]
    properties: tuple[Field, ...]
    context: tuple[Field, ...]
    when: Value | None
    for_each: ForEach | None
    place: Place
    type_place: Place


@dataclass(frozen=True)
class TableEntry:
    """Rows of a reference table: constant `rows`, or `columns` filled from each matching source row."""

    table: str
    rows: tuple[tuple[Field, ...], ...]
    columns: tuple[Field, ...]
    when: Value | None
    for_each: ForEach | None
    place: Place


class Format(StrEnum):
    """Source formats."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


@dataclass(frozen=True)
class SourceOptions:
    """How the file is to be read. `form` None: by the file's name."""

    form: Format | None = None
    separator: str = ","
    encoding: str = "utf-8"
    header: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    zone: str = "UTC"
    types: tuple[tuple[str, ValueType, Place], ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `fingerprint` changes with its meaning, not with its comments or layout."""

    name: str
    namespace: str
    fingerprint: str
    source: SourceOptions = field(default_factory=SourceOptions)
    columns: tuple[Field, ...] = ()
    row_key: tuple[Value, ...] = ()
    when: Value | None = None
    events: tuple[EventEntry, ...] = ()
    tables: tuple[TableEntry, ...] = ()
    top: Place = field(default=Place(1, 1))


def parts_of(value: Value) -> tuple[Value, ...]:
    """The values a value is directly made of."""
    parts: tuple[Value, ...] = ()
    match value:
        case Template():
            parts = tuple(part for part in value.parts if isinstance(part, Column))
        case Uuid():
            parts = value.key
        case Time():
            parts = (value.base, *(offset.amount for offset in value.offsets))
        case Lookup():
            parts = (value.source,)
        case Operation():
            parts = value.operands
        case Aggregate():
            parts = (value.value,)
    return parts


def columns_of(value: Value) -> frozenset[str]:
    """Names of all columns a value reads."""
    if isinstance(value, Column):
        return frozenset({value.name})
    return frozenset().union(*(columns_of(part) for part in parts_of(value)))


def values_of(mapping: Mapping) -> tuple[Value, ...]:
    """Every value of a mapping, conditions included."""
    found: list[Value | None] = [*(f.value for f in mapping.columns), *mapping.row_key, mapping.when]
    for event in mapping.events:
        found += [event.when, *(f.value for f in (*event.envelope, *event.properties, *event.context))]
    for table in mapping.tables:
        found += [table.when, *(f.value for f in table.columns), *(f.value for row in table.rows for f in row)]
    return tuple(value for value in found if value is not None)
