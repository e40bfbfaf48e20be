"""Holding a mapping against a file's columns and the contracts: names, types, what must be there.

Belongs here: everything that can be said before a row is read. Not here: bad values (found row by row by the adapter).
"""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Lookups
from dataclasses import dataclass

from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.mapping.inference import Scope, literal_type, type_of
from swipesavvy.domain.mapping.model import (
    LINE,
    Aggregate,
    Column,
    Constant,
    EventEntry,
    Field,
    ForEach,
    Mapping,
    TableEntry,
    Value,
    ValueType,
    columns_of,
    parts_of,
)
from swipesavvy.domain.mapping.nodes import Complaints, Literal, Place, hint, nearest
from swipesavvy.domain.mapping.targets import ENVELOPE, Target, event_targets, table_keys, table_names, table_targets

_SLIP = 0.8
"""An undeclared name this much like a declared one is taken for a slip."""


@dataclass(frozen=True)
class SourceShape:
    """Columns of a file and their own types; text files have text only."""

    name: str
    columns: Lookups[str, ValueType]


def check_mapping(mapping: Mapping, shape: SourceShape, complaints: Complaints) -> None:
    """Note everything about a mapping that cannot work on this file, or that may be a slip."""
    scope = source_scope(mapping, shape, complaints)
    for field in mapping.columns:
        if field.name in scope.types or field.name == LINE:
            complaints.error(field.place, f"`{field.name}` is already a column of {shape.name}; take another name")
        _no_aggregate(field.value, complaints)
        scope = scope.extended(field.name, type_of(field.value, scope, complaints))
    for value in mapping.row_key:
        _no_aggregate(value, complaints)
        type_of(value, scope, complaints)
    _check_condition(mapping.when, scope, complaints)
    for event in mapping.events:
        _check_event(event, _repeated(event.for_each, scope, complaints), complaints)
    for table in mapping.tables:
        _check_table(table, _repeated(table.for_each, scope, complaints), complaints)


def source_scope(mapping: Mapping, shape: SourceShape, complaints: Complaints) -> Scope:
    """The columns of the file as the mapping declares them, and the line."""
    types = dict(shape.columns)
    for name, kind, place in mapping.source.types:
        if name in types:
            types[name] = kind
        else:
            complaints.error(place, f"{shape.name} has no column `{name}`{hint(name, shape.columns)}")
    return Scope({**types, LINE: ValueType.INTEGER}, shape.name)


def columns_read(mapping: Mapping, values: Iterable[Value]) -> set[str]:
    """Names of all columns the values read, through computed columns too."""
    computed = {field.name: field.value for field in mapping.columns}
    found: set[str] = set()
    waiting = {name for value in values for name in columns_of(value)}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= columns_of(computed[name]) if name in computed else set()
    return found


def variable_type(values: Iterable[Literal]) -> ValueType:
    """The type of a `for_each` variable: that of its values, or text where they differ."""
    kinds = {literal_type(value) for value in values} - {ValueType.NULL}
    return kinds.pop() if len(kinds) == 1 else ValueType.TEXT


def _repeated(for_each: ForEach | None, scope: Scope, complaints: Complaints) -> Scope:
    if for_each is None:
        return scope
    if for_each.variable in scope.types:
        complaints.error(for_each.place, f"`{for_each.variable}` is already a column; take another name")
    return scope.extended(for_each.variable, variable_type(for_each.values))


def _check_condition(condition: Value | None, scope: Scope, complaints: Complaints) -> None:
    if condition is None:
        return
    kind = type_of(condition, scope, complaints)
    if kind not in (ValueType.BOOLEAN, None):
        complaints.error(condition.place, f"`when` must be true or false, this is {kind}; compare it with something")


def _no_aggregate(value: Value, complaints: Complaints) -> None:
    if isinstance(value, Aggregate):
        complaints.error(value.place, f"`{value.aggregation}` goes only directly under a table's `columns`")
    for part in parts_of(value):
        _no_aggregate(part, complaints)


def _check_event(event: EventEntry, scope: Scope, complaints: Complaints) -> None:
    _check_condition(event.when, scope, complaints)
    declared = event_targets(event.event_type)
    if event.event_type and event.event_type not in EVENT_TYPES:
        text = f"`{event.event_type}` is no known event type: it will be kept and counted, no metric uses it"
        complaints.warn(event.type_place, text + _did_you_mean(event.event_type, EVENT_TYPES))
    for fields, targets in ((event.envelope, ENVELOPE), (event.properties, declared), (event.context, {})):
        for field in fields:
            _no_aggregate(field.value, complaints)
            _check_field(field, targets, scope, complaints, event.event_type)
    given = {field.name for field in event.properties}
    for name, target in declared.items():
        if target.required and name not in given:
            complaints.error(event.place, f"{event.event_type} needs the property `{name}`")


def _check_table(table: TableEntry, scope: Scope, complaints: Complaints) -> None:
    targets = table_targets(table.table)
    if table.table and not targets:
        complaints.error(table.place, f"no reference table `{table.table}`{hint(table.table, table_names())}")
        return
    _check_condition(table.when, scope, complaints)
    groups = [(row, True) for row in table.rows] + ([(table.columns, False)] if table.columns else [])
    for fields, is_constant in groups:
        for field in fields:
            _check_column(field, table.table, is_constant, complaints)
            _check_field(field, targets, scope, complaints, table.table)
        given = {field.name for field in fields}
        for name in table_keys(table.table):
            if name not in given and targets[name].required:
                place = fields[0].place if is_constant and fields else table.place
                complaints.error(place, f"{table.table} needs its key column `{name}`")


def _check_column(field: Field, table: str, is_constant: bool, complaints: Complaints) -> None:
    value = field.value
    if is_constant and (columns_of(value) or isinstance(value, Aggregate)):
        complaints.error(value.place, "`rows` are written here and cannot read columns; use `columns` instead")
    if isinstance(value, Aggregate) and field.name in table_keys(table):
        complaints.error(value.place, f"`{field.name}` is a key of {table} and cannot be an aggregate")
    for part in parts_of(value):
        _no_aggregate(part, complaints)


def _check_field(field: Field, targets: Lookups[str, Target], scope: Scope, complaints: Complaints, owner: str) -> None:
    kind = type_of(field.value, scope, complaints)
    _warn_of_forgotten_dollar(field.value, scope, complaints)
    target = targets.get(field.name)
    if target is None:
        _check_undeclared(field, targets, complaints.error, complaints.warn, owner)
    elif isinstance(field.value, Constant) and field.value.value is None and target.required:
        complaints.error(field.value.place, f"`{field.name}` of {owner} cannot be null")
    elif kind is not None and not target.accepts(kind):
        complaints.error(field.value.place, f"`{field.name}` of {owner} holds {target.holds}, this is {kind}")


def _check_undeclared(
    field: Field,
    targets: Lookups[str, Target],
    error: Callable[[Place, str], None],
    warn: Callable[[Place, str], None],
    owner: str,
) -> None:
    if not targets:
        return
    if nearest(field.name, targets, cutoff=_SLIP):
        error(field.place, f"{owner} has no `{field.name}`{_did_you_mean(field.name, targets)}")
    else:
        warn(field.place, f"`{field.name}` is not declared for {owner}: it will be kept, nothing uses it")


def _warn_of_forgotten_dollar(value: Value, scope: Scope, complaints: Complaints) -> None:
    if isinstance(value, Constant) and value.is_bare and isinstance(value.value, str) and value.value in scope.types:
        text = f"the text `{value.value}` is also a column: write ${value.value} for the column"
        complaints.warn(value.place, f"{text}, or {{value: {value.value}}} for the text")
    for part in parts_of(value):
        if not isinstance(part, Column):
            _warn_of_forgotten_dollar(part, scope, complaints)


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = nearest(name, names)
    return f"; did you mean {' or '.join(close)}?" if close else ""
