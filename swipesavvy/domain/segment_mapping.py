"""How messages of Segment's tracking API are named here: which call or track name is which event type.

Belongs here: the mapping as a value, its reading from a document, and putting two of them together. Not here: YAML and
files (`adapters.segment_mappings`), nor the translation of a message (`segment_messages`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from swipesavvy.domain.events import EVENT_TYPES
from swipesavvy.domain.mapping.nodes import Complaints, Listing, Literal, Node, Scalar, Section, hint, nearest

CALLS = ("identify", "page", "screen", "group", "alias")
_KEYS = ("namespace", "calls", "track")
_RULE_KEYS = ("type", "rename", "set", "ids")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_Read = TypeVar("_Read")
_A_SLIP = 0.88  # new types may be called anything but something this much like one of ours
_NOT_LETTERS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class TrackRule:
    """What becomes of one track name.

    `rename` maps Segment's property names to ours (of several with one target the first present one counts),
    `constants` are added, and `ids` are turned into UUIDs where they are none.
    """

    event_type: str
    rename: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Literal] = field(default_factory=dict)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class SegmentMapping:
    """Event types by call, rules by plain track name (None: kept under its own name), and the namespace of made ids."""

    calls: Mapping[str, str] = field(default_factory=dict)
    track: Mapping[str, TrackRule | None] = field(default_factory=dict)
    namespace: str | None = None

    def rule(self, name: str) -> TrackRule:
        """The rule of a track name: written down, or one of our own type names, or an unknown type of that name."""
        plain = plain_name(name)
        if plain in self.track:
            return self.track[plain] or TrackRule(name)
        return TrackRule(_OUR_TYPES.get(plain, name))

    def over(self, other: "SegmentMapping") -> "SegmentMapping":
        """Both together; where both speak of the same name this one counts."""
        return replace(
            other,
            calls={**other.calls, **self.calls},
            track={**other.track, **self.track},
            namespace=self.namespace or other.namespace,
        )


def plain_name(name: str) -> str:
    """A name without case, spaces and punctuation: `Order Completed` and `order_completed` are the same."""
    return _NOT_LETTERS.sub("", name.lower())


_OUR_TYPES = {plain_name(name): name for name in EVENT_TYPES}


def read_segment_mapping(root: Node, complaints: Complaints) -> SegmentMapping:
    """The mapping a document describes; every mistake is noted at its place."""
    found = _entries(root, _KEYS, "the file", complaints)
    namespace = None
    if "namespace" in found:
        namespace = _text(found["namespace"], "namespace", complaints)
    calls: dict[str, str] = {}
    if "calls" in found:
        for name, node in _entries(found["calls"], CALLS, "calls", complaints).items():
            calls[name] = _event_type(node, complaints)
    track: dict[str, TrackRule | None] = {}
    if "track" in found:
        for name, node in _entries(found["track"], None, "track", complaints).items():
            plain = plain_name(name)
            if plain in track:
                complaints.error(node.place, f"{name!r} is there twice; case, spaces and punctuation do not count")
            track[plain] = _rule(node, complaints)
    return SegmentMapping(calls, track, namespace)


def _rule(node: Node, complaints: Complaints) -> TrackRule | None:
    if isinstance(node, Scalar):
        return None if node.value is None else TrackRule(_event_type(node, complaints))
    found = _entries(node, _RULE_KEYS, "a track name", complaints)
    if "type" not in found:
        complaints.error(node.place, "a track name needs a `type`")
        return None
    event_type = _event_type(found["type"], complaints)
    rename = _pairs(found.get("rename"), "rename", complaints, lambda part: _text(part, "a property", complaints))
    constants = _pairs(found.get("set"), "set", complaints, lambda part: _literal(part, complaints))
    ids = found.get("ids")
    names: tuple[str, ...] = ()
    if isinstance(ids, Listing):
        names = tuple(_text(item, "an id", complaints) for item in ids.items)
    elif ids is not None:
        complaints.error(ids.place, "`ids` is a list of our property names: [order_id]")
    return TrackRule(event_type, rename, constants, names)


def _pairs(node: Node | None, where: str, complaints: Complaints, read: Callable[[Node], _Read]) -> dict[str, _Read]:
    if node is None:
        return {}
    return {name: read(part) for name, part in _entries(node, None, where, complaints).items()}


def _entries(node: Node, known: tuple[str, ...] | None, where: str, complaints: Complaints) -> dict[str, Node]:
    """The entries of a section, with complaints about unknown and repeated names."""
    if not isinstance(node, Section):
        complaints.error(node.place, f"{where} holds `name: value` lines")
        return {}
    found: dict[str, Node] = {}
    for key, value in node.entries:
        name = str(key.value)
        if known is not None and name not in known:
            complaints.error(key.place, f"{where} knows no {name!r}{hint(name, known)}")
        elif name in found:
            complaints.error(key.place, f"{name!r} is there twice")
        else:
            found[name] = value
    return found


def _event_type(node: Node, complaints: Complaints) -> str:
    name = _text(node, "an event type", complaints)
    if name and not _TYPE.fullmatch(name):
        complaints.error(node.place, f"{name!r} is no event type; write lower-case words joined by underscores")
    elif name and name not in EVENT_TYPES:
        near = nearest(name, EVENT_TYPES, 1, _A_SLIP)
        if near:
            complaints.error(node.place, f"{name!r} is not one of our types; did you mean {near[0]}?")
    return name


def _text(node: Node, what: str, complaints: Complaints) -> str:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return node.value
    complaints.error(node.place, f"{what} is a text")
    return ""


def _literal(node: Node, complaints: Complaints) -> Literal:
    if isinstance(node, Scalar):
        return node.value
    complaints.error(node.place, "`set` gives single values")
    return None
