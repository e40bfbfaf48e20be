"""From a document to a `Mapping`: its sections, their keys and their shapes.

Belongs here: what a mapping looks like from the top. Not here: single values (`values`), columns and contracts
(`checking`).
"""

import hashlib
import json
import re
from typing import Any

from swipesavvy.domain.mapping.model import (
    EventEntry,
    Field,
    ForEach,
    Format,
    Mapping,
    SourceOptions,
    TableEntry,
    Value,
    ValueType,
)
from swipesavvy.domain.mapping.nodes import Complaints, Listing, Node, Place, Scalar, Section, hint
from swipesavvy.domain.mapping.sections import Keys, describe
from swipesavvy.domain.mapping.values import check_zone, read_condition, read_value

TOP_KEYS = ("name", "description", "namespace", "source", "columns", "row_key", "when", "events", "tables")
SOURCE_KEYS = ("format", "separator", "encoding", "header", "nulls", "decimal", "thousands", "zone", "types")
ENVELOPE_KEYS = ("timestamp", "user_id", "source", "session_id", "event_id")
EVENT_KEYS = ("type", "name", "for_each", "when", *ENVELOPE_KEYS, "properties", "context")
TABLE_KEYS = ("table", "rows", "for_each", "when", "columns")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DECLARABLE = [str(kind) for kind in ValueType if kind is not ValueType.NULL]


def read_mapping(document: Node, complaints: Complaints) -> Mapping:
    """The mapping a document means. What could not be read is complained about and left out."""
    if not isinstance(document, Section):
        complaints.error(document.place, f"a mapping is a section of `key: value` lines, not {describe(document)}")
        return Mapping("", "", "", top=document.place)
    keys = Keys(document, complaints, TOP_KEYS)
    name = _name(keys, complaints)
    when = keys.node("when")
    key_node = keys.node("row_key")
    key_items = key_node.items if isinstance(key_node, Listing) else (key_node,) if key_node else ()
    mapping = Mapping(
        name=name,
        namespace=keys.text("namespace") or name,
        fingerprint=_fingerprint(document),
        source=_source(keys.section("source"), complaints),
        columns=_fields(keys.section("columns"), complaints),
        row_key=tuple(read_value(item, complaints) for item in key_items),
        when=None if when is None else read_condition(when, complaints),
        events=_events(keys, complaints),
        tables=tuple(_table(section, complaints) for section in _sections(keys, "tables", complaints)),
        top=keys.place,
    )
    if not keys.items("events") and not keys.items("tables"):
        complaints.error(keys.place, "a mapping needs `events` or `tables`")
    return mapping


def _name(keys: Keys, complaints: Complaints) -> str:
    node = keys.require("name", "a mapping")
    name = keys.text("name")
    if name and node and not _NAME.fullmatch(name):
        complaints.error(node.place, "`name` is 1 to 40 of a-z, 0-9, _ and -; it becomes part of file names")
    return name


def _sections(keys: Keys, name: str, complaints: Complaints) -> list[Section]:
    """The items of a list that are sections; the others are complained about."""
    found = []
    for node in keys.items(name):
        if isinstance(node, Section):
            found.append(node)
        else:
            complaints.error(node.place, f"an entry is a section of `key: value` lines, not {describe(node)}")
    return found


def _source(section: Section | None, complaints: Complaints) -> SourceOptions:
    if section is None:
        return SourceOptions()
    keys = Keys(section, complaints, SOURCE_KEYS)
    marks = {name: keys.text(name) for name in ("separator", "decimal", "thousands") if name in keys}
    for name, mark in marks.items():
        if len(mark) != 1:
            complaints.error(keys.place_of(name), f"`{name}` is one character")
    encoding = keys.text("encoding", "utf-8")
    try:
        "".encode(encoding)
    except LookupError:
        complaints.error(keys.place_of("encoding"), f"`{encoding}` is no encoding; write one such as utf-8 or cp1252")
    zone = keys.text("zone", "UTC")
    zone_node = keys.node("zone")
    if zone_node is not None:
        check_zone(zone, zone_node.place, complaints)
    return SourceOptions(
        form=keys.choice("format", Format),
        separator=marks.get("separator", ","),
        encoding=encoding,
        header=tuple(str(value) for value in keys.literals("header")),
        nulls=tuple(str(value) for value in keys.literals("nulls")),
        decimal=marks.get("decimal", "."),
        thousands=marks.get("thousands", ""),
        zone=zone,
        types=_types(keys.section("types"), complaints),
    )


def _types(section: Section | None, complaints: Complaints) -> tuple[tuple[str, ValueType, Place], ...]:
    found = []
    for name, (key, node) in Keys(section, complaints).entries.items() if section else ():
        if isinstance(node, Scalar) and node.value in _DECLARABLE:
            found.append((name, ValueType(str(node.value)), key.place))
        else:
            text = node.value if isinstance(node, Scalar) else describe(node)
            complaints.error(node.place, f"`{text}` is no type{hint(str(text), _DECLARABLE)}")
    return tuple(found)


def _fields(section: Section | None, complaints: Complaints) -> tuple[Field, ...]:
    if section is None:
        return ()
    entries = Keys(section, complaints).entries
    return tuple(Field(name, read_value(node, complaints), key.place) for name, (key, node) in entries.items())


def _events(keys: Keys, complaints: Complaints) -> tuple[EventEntry, ...]:
    found: list[EventEntry] = []
    for section in _sections(keys, "events", complaints):
        event = _event(section, complaints)
        twin = next((known for known in found if known.name == event.name), None)
        if twin and event.name:
            advice = f"two events are named `{event.name}` (lines {twin.place.line} and {event.place.line})"
            complaints.error(event.place, f"{advice}: give each its own `name`, it is part of their ids")
        found.append(event)
    return tuple(found)


def _event(section: Section, complaints: Complaints) -> EventEntry:
    keys = Keys(section, complaints, EVENT_KEYS)
    keys.require("type", "an event")
    event_type = keys.text("type")
    for name in ("timestamp", "user_id"):
        keys.require(name, f"{event_type or 'an event'}")
    envelope = [
        Field(name, read_value(node, complaints), keys.place_of(name))
        for name in ENVELOPE_KEYS
        if (node := keys.node(name)) is not None
    ]
    type_node = keys.node("type")
    return EventEntry(
        event_type=event_type,
        name=keys.text("name", event_type),
        envelope=tuple(envelope),
        properties=_fields(keys.section("properties"), complaints),
        context=_fields(keys.section("context"), complaints),
        when=_when(keys, complaints),
        for_each=_for_each(keys, complaints),
        place=section.place,
        type_place=type_node.place if type_node else section.place,
    )


def _table(section: Section, complaints: Complaints) -> TableEntry:
    keys = Keys(section, complaints, TABLE_KEYS)
    table_node = keys.require("table", "an entry of `tables`")
    if ("rows" in keys) == ("columns" in keys):
        complaints.error(keys.place, "a table has either `rows` (written here) or `columns` (filled from the file)")
    for name in ("when", "for_each"):
        if "rows" in keys and name in keys:
            complaints.error(keys.place_of(name), f"`{name}` goes with `columns`, not with `rows`")
    rows = [_fields(row, complaints) for row in _sections(keys, "rows", complaints)]
    return TableEntry(
        table=keys.text("table"),
        rows=tuple(rows),
        columns=_fields(keys.section("columns"), complaints),
        when=_when(keys, complaints),
        for_each=_for_each(keys, complaints),
        place=table_node.place if table_node else keys.place,
    )


def _when(keys: Keys, complaints: Complaints) -> Value | None:
    node = keys.node("when")
    return None if node is None else read_condition(node, complaints)


def _for_each(keys: Keys, complaints: Complaints) -> ForEach | None:
    section = keys.section("for_each")
    if section is None:
        return None
    inner = Keys(section, complaints)
    if len(inner.entries) != 1:
        complaints.error(section.place, "`for_each` has one variable with a list of values")
        return None
    variable = next(iter(inner.entries))
    values = inner.literals(variable)
    if not values:
        complaints.error(inner.place_of(variable), f"`{variable}` lists no value")
    if len(set(map(repr, values))) != len(values):
        complaints.error(inner.place_of(variable), f"`{variable}` lists a value twice")
    return ForEach(variable, values, inner.place_of(variable))


def _fingerprint(document: Node) -> str:
    text = json.dumps(_plain(document), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Listing):
        return [_plain(item) for item in node.items]
    # The order of computed columns matters, so sections are written as pairs.
    return [[key.value, _plain(value)] for key, value in node.entries if key.value != "description"]
