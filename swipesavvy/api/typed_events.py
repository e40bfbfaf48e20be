"""The declared event types as one tagged union of msgspec structs: most valid events are recognised by one decode.

Belongs here: types generated from `domain.events`, narrower than the contract wherever that is quicker to check; what
they do not take is not wrong, it only has to be looked at by `domain.verdicts`. UUIDs, and texts that could hold
personal data, are only got at here (`GETTERS`); they are checked many at a time by `quick_batches`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from swipesavvy.domain.event_contract import EventType, Kind, Property
from swipesavvy.domain.events import EVENT_TYPES, SOURCES
from swipesavvy.domain.identifiers import SEGMENT_OF_UUID

UUID_LENGTH = 36
# Whole numbers beyond this are left to the exact rules, which judge numbers as 64-bit floats.
_MOST_WHOLE = 2**53

_UuidText = Annotated[str, Meta(min_length=UUID_LENGTH, max_length=UUID_LENGTH)]
_Scalar = str | int | float | bool | None
# No objects inside lists, and none inside objects: `},{` can then lie between two events only.
_Flat = dict[str, _Scalar] | list[_Scalar] | str | int | float | bool
_TEXTS = frozenset((Kind.TEXT, Kind.TEXT_OR_NUMBER, Kind.DOCUMENT))

Getter = Callable[[Any], tuple[Any, ...]]


def _number(prop: Property) -> Any:
    if prop.kind is Kind.INTEGER:
        least = -_MOST_WHOLE if prop.minimum is None else int(prop.minimum)
        most = _MOST_WHOLE if prop.maximum is None else int(prop.maximum)
        return Annotated[int, Meta(ge=least, le=most)]
    if prop.minimum is None and prop.maximum is None:
        return float
    return Annotated[float, Meta(ge=prop.minimum, le=prop.maximum)]


def _type_of(prop: Property) -> Any:
    """What the quick way takes for a property."""
    if prop.members:
        return _struct(f"Document_{prop.name}", prop.members)
    if prop.kind in (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.SCORE):
        return _number(prop)
    return {
        Kind.UUID: _UuidText,
        Kind.SEGMENT: Literal[(*SEGMENT_OF_UUID, *SEGMENT_OF_UUID.values())],
        Kind.CHOICE: Literal[prop.choices] if prop.choices else str,
        Kind.TEXT: str,
        Kind.FLAG: bool,
        Kind.INSTANT: datetime,
        Kind.DOCUMENT: _Flat,
        Kind.TEXT_OR_NUMBER: str | float,
    }[prop.kind]


def _struct(name: str, properties: tuple[Property, ...]) -> Any:
    fields: list[Any] = [(prop.name, _type_of(prop)) for prop in properties if prop.required]
    fields += [(prop.name, _type_of(prop) | None | UnsetType, UNSET) for prop in properties if not prop.required]
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)


def _event(declared: EventType, inner: Any, context: Any) -> Any:
    needs_some = any(prop.required for prop in declared.properties)
    fields: list[Any] = [
        ("event_id", _UuidText),
        ("timestamp", Annotated[datetime, Meta(tz=True)]),
        ("user_id", Annotated[str, Meta(min_length=1)]),
        ("source", Literal[SOURCES]),
        ("properties", inner) if needs_some else ("properties", inner | UnsetType, UNSET),
        ("session_id", str | None | UnsetType, UNSET),
        ("context", context | None | UnsetType, UNSET),
    ]
    fields.sort(key=len)
    return msgspec.defstruct(
        f"Event_{declared.name}",
        fields,
        tag_field="event_type",
        tag=declared.name,
        forbid_unknown_fields=True,
        gc=False,
    )


def _getter(declared: EventType, *kinds: Kind) -> Getter | None:
    """Gets the properties of these kinds; two at least, so that they come as a tuple."""
    names = [prop.name for prop in declared.properties if prop.kind in kinds]
    return attrgetter(*(names if len(names) > 1 else names * 2)) if names else None


_USUAL = msgspec.defstruct(
    "Context",
    [
        (name, str | None | UnsetType, UNSET)
        for name in ("app_version", "platform", "user_segment", "region", "channel")
    ],
    forbid_unknown_fields=True,
    gc=False,
)
# Only what a type declares itself: what else means something on every type is rare there.
_INNER = {name: _struct(f"Properties_{name}", declared.properties) for name, declared in EVENT_TYPES.items()}
_BY_NAME = {
    name: [_event(declared, _INNER[name], context) for context in (_USUAL, dict[str, _Scalar])]
    for name, declared in EVENT_TYPES.items()
}

TypedEvent: Any = reduce(or_, (usual for usual, _ in _BY_NAME.values()))
"""Any event the quick way takes, its context made of the usual members."""

OpenEvent: Any = reduce(or_, (other for _, other in _BY_NAME.values()))
"""The same with any flat context, which takes longer."""


GETTERS: dict[type, tuple[Getter | None, Getter | None]] = {
    inner: (_getter(EVENT_TYPES[name], Kind.UUID), _getter(EVENT_TYPES[name], *_TEXTS))
    for name, inner in _INNER.items()
}
"""By the class of an event's properties: those that must be UUIDs, and those that may hold texts, if it has such.

Absent values are UNSET or None, both false.
"""
