"""What a mapping can fill: events and reference tables, their fields and what each must hold.

Belongs here: the view of the contracts a mapping needs, derived from their declarations. Not here: the declarations
(`domain.events`, `domain.reference_tables`).
"""

from dataclasses import dataclass
from enum import StrEnum

from swipesavvy.domain.event_contract import Kind, Property
from swipesavvy.domain.events import EVENT_TYPES, SOURCES, properties_of
from swipesavvy.domain.mapping.model import ValueType
from swipesavvy.domain.reference_tables import TABLES, Column, ColumnKind


class Holds(StrEnum):
    """What a field holds, as far as a mapping can tell."""

    TEXT = "text"
    UUID = "uuid"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    INSTANT = "instant"
    DATE = "date"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Target:
    """One field: what it holds, whether a row without it is refused, and the limits of its values (inclusive)."""

    name: str
    holds: Holds
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def accepts(self, kind: ValueType) -> bool:
        """Whether a value of this type can fill it; text is read as what the field holds, row by row."""
        return kind in _ACCEPTED[self.holds]


_TEXTUAL = frozenset({ValueType.TEXT, ValueType.INTEGER, ValueType.NULL})
_ACCEPTED: dict[Holds, frozenset[ValueType]] = {
    Holds.TEXT: _TEXTUAL,
    Holds.UUID: frozenset({ValueType.TEXT, ValueType.NULL}),
    Holds.INTEGER: _TEXTUAL | {ValueType.NUMBER},
    Holds.NUMBER: _TEXTUAL | {ValueType.NUMBER},
    Holds.FLAG: _TEXTUAL | {ValueType.BOOLEAN},
    Holds.INSTANT: frozenset({ValueType.TEXT, ValueType.TIME, ValueType.NULL}),
    Holds.DATE: frozenset({ValueType.TEXT, ValueType.TIME, ValueType.NULL}),
    Holds.ANYTHING: frozenset(ValueType),
}
_HOLDS: dict[Kind, Holds] = {
    Kind.UUID: Holds.UUID,
    Kind.SEGMENT: Holds.TEXT,
    Kind.TEXT: Holds.TEXT,
    Kind.CHOICE: Holds.TEXT,
    Kind.INTEGER: Holds.INTEGER,
    Kind.NUMBER: Holds.NUMBER,
    Kind.MONEY: Holds.NUMBER,
    Kind.SCORE: Holds.NUMBER,
    Kind.FLAG: Holds.FLAG,
    Kind.INSTANT: Holds.INSTANT,
    Kind.DOCUMENT: Holds.ANYTHING,
    Kind.TEXT_OR_NUMBER: Holds.ANYTHING,
}
_COLUMN_HOLDS: dict[ColumnKind, Holds] = {
    ColumnKind.TEXT: Holds.TEXT,
    ColumnKind.UUID: Holds.UUID,
    ColumnKind.USER: Holds.TEXT,
    ColumnKind.CHOICE: Holds.TEXT,
    ColumnKind.MONEY: Holds.NUMBER,
    ColumnKind.NUMBER: Holds.NUMBER,
    ColumnKind.SHARE: Holds.NUMBER,
    ColumnKind.COUNT: Holds.INTEGER,
    ColumnKind.INSTANT: Holds.INSTANT,
    ColumnKind.DAY: Holds.DATE,
    ColumnKind.LIST: Holds.TEXT,
}
_LEAST = {ColumnKind.MONEY: 0.0, ColumnKind.SHARE: 0.0, ColumnKind.COUNT: 0.0}
_MOST = {ColumnKind.SHARE: 1.0}

ENVELOPE: dict[str, Target] = {
    target.name: target
    for target in (
        Target("event_id", Holds.UUID, required=True),
        Target("timestamp", Holds.INSTANT, required=True),
        Target("user_id", Holds.TEXT, required=True),
        Target("source", Holds.TEXT, required=True, choices=SOURCES),
        Target("session_id", Holds.TEXT),
    )
}


def target_of(declared: Property) -> Target:
    """A declared property as a target."""
    holds = _HOLDS[declared.kind]
    return Target(declared.name, holds, declared.required, declared.choices, declared.minimum, declared.maximum)


def event_targets(event_type: str) -> dict[str, Target]:
    """Declared properties of an event type by name; none for a type nobody declared."""
    declared = EVENT_TYPES.get(event_type)
    return {prop.name: target_of(prop) for prop in properties_of(declared)} if declared else {}


def table_names() -> tuple[str, ...]:
    """Reference tables a mapping can fill."""
    return tuple(TABLES)


def table_keys(table: str) -> tuple[str, ...]:
    """Names of a table's key columns."""
    return TABLES[table].key if table in TABLES else ()


def table_targets(table: str) -> dict[str, Target]:
    """Columns of a reference table by name; none for an unknown table. Key parts that must be there are required."""
    declared = TABLES.get(table)
    if declared is None:
        return {}
    targets = [column_target(column) for column in declared.columns]
    return {target.name: target for target in (*targets, *(Target(name, Holds.TEXT) for name in declared.personal))}


def column_target(column: Column) -> Target:
    """A declared column as a target."""
    kind = column.kind
    holds = _COLUMN_HOLDS[kind]
    return Target(column.name, holds, column.required, column.choices, _LEAST.get(kind), _MOST.get(kind))
