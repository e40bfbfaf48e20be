"""The contracts as JSON Schema (draft 2020-12): the envelope, every event type, a row of every reference table.

Belongs here: translation of `events` and `reference_tables` into schemas; no rule is invented here. What a schema
cannot say is named in its `$comment`: rules about the time of receipt, and the strict grammar of a line.
"""

import re
from typing import Any

from swipesavvy.domain.event_contract import SERVICE_LEVELS, EventType, Kind, Property
from swipesavvy.domain.events import CONTEXT, ENVELOPE, SOURCES, properties_of
from swipesavvy.domain.identifiers import SEGMENT_OF_UUID
from swipesavvy.domain.instants import ISO_8601
from swipesavvy.domain.reference_tables import Column, ColumnKind, ReferenceTable

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
INSTANT_FORMAT = "swipesavvy-instant"
"""Format of ISO-8601 instants; `instants.parse_instant` decides. Validators that do not know it see the pattern."""
LOCAL_INSTANT_FORMAT = "swipesavvy-local-instant"
"""The same where the zone may be missing and means UTC."""

_HEX = "[0-9a-fA-F]"
# The length shuts out a line break at the end, which some dialects of patterns let pass.
_UUID: Schema = {
    "type": "string",
    "pattern": f"^{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}}$",
    "minLength": 36,
    "maxLength": 36,
}
_LARGEST = 1.7976931348623157e308
_FINITE: Schema = {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST}
_LARGEST_COUNT = 2**63 - 1
_COMMENT = (
    "Judged besides: the time of the event against the time of receipt, and the line itself (no duplicate keys, no "
    "lone surrogates, no NUL). Members that are not listed are kept and counted."
)


def envelope_schema() -> Schema:
    """What every event must be, whatever its type."""
    return {
        "$schema": DIALECT,
        "$comment": _COMMENT,
        "title": "Event envelope",
        "type": "object",
        "required": ["event_id", "event_type", "timestamp", "user_id", "source"],
        "properties": _envelope(),
    }


def event_schema(declared: EventType) -> Schema:
    """What an event of one known type must be, the envelope included."""
    members = {prop.name: _nullable(_value(prop), is_required=prop.required) for prop in properties_of(declared)}
    required = [prop.name for prop in declared.properties if prop.required]
    properties: Schema = {"type": "object" if required else ["object", "null"], "properties": members}
    schema = envelope_schema()
    schema["title"] = declared.name
    schema["description"] = declared.when
    schema["properties"]["event_type"] = {"const": declared.name}
    schema["properties"]["properties"] = properties | ({"required": required} if required else {})
    if required:
        schema["required"].append("properties")
    promised = SERVICE_LEVELS[declared.latency]
    schema["x-swipesavvy"] = {
        "owner": declared.owner,
        "actor": declared.actor.value,
        "latency_class": declared.latency.value,
        "target_seconds": int(promised.target.total_seconds()),
        "acceptable_seconds": int(promised.acceptable.total_seconds()),
        "grace_seconds": int(promised.grace.total_seconds()),
        "events_per_day": list(declared.per_day),
        "extension": declared.extension,
    }
    return schema


def row_schema(table: ReferenceTable) -> Schema:
    """What a row of a reference table should be, written as a JSON object; a null means that nothing is known."""
    dropped = f"Direct identifiers are dropped on the way in: {', '.join(table.personal)}. " if table.personal else ""
    return {
        "$schema": DIALECT,
        "$comment": f"{dropped}In CSV a cell is the text of the value, and an empty cell a null.",
        "title": table.name,
        "description": f"Rows are upserts by {', '.join(table.key)}.",
        "type": "object",
        "required": [column.name for column in table.columns if column.required],
        "properties": {column.name: _nullable(_cell(column), is_required=column.required) for column in table.columns},
    }


def _envelope() -> dict[str, Schema]:
    described = {prop.name: _context(prop) for prop in CONTEXT}
    known: dict[str, Schema] = {
        "event_id": _UUID | {"description": "Made once by the client; a second event with it is a duplicate."},
        "event_type": {"type": "string", "minLength": 1},
        "timestamp": _instant(needs_zone=True) | {"description": "When it happened."},
        "user_id": {"type": "string", "minLength": 1, "x-pii": "person"},
        "session_id": {"type": ["string", "null"], "x-pii": "person"},
        "source": {"enum": list(SOURCES)},
        "received_at": {"description": "Set by the collector; a client's own value is replaced."},
        "properties": {"type": ["object", "null"]},
        "context": {"type": ["object", "null"], "properties": described},
    }
    return {name: known[name] for name in ENVELOPE}


def _context(prop: Property) -> Schema:
    examples = {"examples": list(prop.choices)} if prop.choices else {}
    return {"description": "Usually a string; not judged.", "x-pii": prop.pii.value, **examples}


def _nullable(schema: Schema, *, is_required: bool) -> Schema:
    if is_required:
        return schema
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    return schema | ({"anyOf": [*schema["anyOf"], {"type": "null"}]} if "anyOf" in schema else {})


def _value(prop: Property) -> Schema:
    """The schema of a property's value where it is given."""
    shape = _shape(prop)
    return shape if prop.pii == "none" else shape | {"x-pii": prop.pii.value}


def _shape(prop: Property) -> Schema:
    if prop.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.SCORE):
        return _number(prop)
    if prop.kind is Kind.DOCUMENT and prop.members:
        members = {member.name: _nullable(_number(member), is_required=False) for member in prop.members}
        return {"type": "object", "properties": members}
    shapes: dict[Kind, Schema] = {
        Kind.UUID: _UUID,
        Kind.SEGMENT: {"anyOf": [{"enum": sorted(set(SEGMENT_OF_UUID.values()))}, _UUID]},
        Kind.TEXT: {"type": "string"},
        Kind.CHOICE: {"enum": list(prop.choices)},
        Kind.FLAG: {"type": "boolean"},
        Kind.INSTANT: _instant(needs_zone=False),
        Kind.DOCUMENT: {},
        Kind.TEXT_OR_NUMBER: {"anyOf": [{"type": "string"}, _FINITE]},
    }
    return dict(shapes[prop.kind])


def _number(prop: Property) -> Schema:
    bounds = {"minimum": prop.minimum, "maximum": prop.maximum}
    whole = {"type": "integer"} if prop.kind is Kind.INTEGER else {}
    return _FINITE | whole | {name: bound for name, bound in bounds.items() if bound is not None}


def _instant(*, needs_zone: bool) -> Schema:
    grammar = re.sub(r"\?P<\w+>", "?:", ISO_8601.pattern).replace(r"\d", "[0-9]")
    if needs_zone:
        grammar = grammar.removesuffix("?")
    known = INSTANT_FORMAT if needs_zone else LOCAL_INSTANT_FORMAT
    return {"type": "string", "format": known, "pattern": f"^{grammar}$"}


def _cell(column: Column) -> Schema:
    shapes: dict[ColumnKind, Schema] = {
        ColumnKind.TEXT: {"type": "string"},
        ColumnKind.UUID: _UUID,
        ColumnKind.USER: {"type": "string", "x-pii": "person"},
        ColumnKind.CHOICE: {"enum": list(column.choices)},
        ColumnKind.MONEY: _FINITE | {"minimum": 0},
        ColumnKind.NUMBER: _FINITE,
        ColumnKind.SHARE: {"type": "number", "minimum": 0, "maximum": 1},
        ColumnKind.COUNT: {"type": "integer", "minimum": 0, "maximum": _LARGEST_COUNT},
        ColumnKind.INSTANT: _instant(needs_zone=False),
        ColumnKind.DAY: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"},
        ColumnKind.LIST: {"type": ["array", "string"], "items": {"type": "string"}},
    }
    shape = dict(shapes[column.kind])
    if column.required and column.kind in (ColumnKind.TEXT, ColumnKind.USER):
        shape["pattern"] = r"\S"
    if shape.get("type") == ["array", "string"]:
        shape["type"] = ["array", "string", "null"]
    return shape
