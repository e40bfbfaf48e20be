"""The whole event contract asked of one event at a time: the verdict the lake's routing will come to as well.

Belongs here: rules compiled once from the declarations of `events` into plain tests, asked in the order of `Reason`.
Not here: whether a line is an object of the strict grammar (`strict_json`; what is not, is `malformed_json`), and the
same rules for millions of lines at once (`adapters.lake.routing`). Numbers are judged as 64-bit floats, as the lake
reads them.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from swipesavvy.domain.event_contract import EventType, Kind, Property, Reason
from swipesavvy.domain.events import (
    EVENT_TYPES,
    IDENTIFIERS,
    MAX_CLOCK_SKEW,
    SOURCES,
    TOO_OLD_AFTER,
    properties_of,
)
from swipesavvy.domain.identifiers import SEGMENT_OF_UUID
from swipesavvy.domain.instants import parse_instant

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDS = ("event_id", "event_type", "user_id")
_SEGMENTS = frozenset(SEGMENT_OF_UUID.values())
_NUMERIC = frozenset((Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.SCORE))

Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Problem:
    """Why an event is refused, and the property at fault where it is one."""

    reason: Reason
    property: str | None = None


@dataclass(frozen=True)
class _Rules:
    """One known type: named tests that are true for a wrong value, by the reason they give."""

    uuids: tuple[tuple[str, Test], ...]
    amounts: tuple[tuple[str, Test], ...]
    scores: tuple[tuple[str, Test], ...]
    values: tuple[tuple[str, Test], ...]
    required: tuple[str, ...]


def problem_of(event: Mapping[str, Any], received_at: datetime) -> Problem | None:
    """Why an event is refused, or None; the first rule that matches names the reason.

    `event` holds the values of a strict JSON object, `received_at` is aware.
    """
    for name in _IDS:
        value = event.get(name)
        if not isinstance(value, str) or not value:
            return Problem(Reason.MISSING_ID)
    if not is_uuid(event["event_id"]):
        return Problem(Reason.BAD_UUID)
    properties = event.get("properties")
    present: Mapping[str, Any] = properties if isinstance(properties, Mapping) else {}
    rules = _rules(event["event_type"])
    return (
        (_broken(rules.uuids, present, Reason.BAD_UUID) if rules else None)
        or _envelope_problem(event, received_at)
        or (_value_problem(rules, present) if rules else None)
        or (None if _is_well_shaped(event) else Problem(Reason.BAD_PROPERTY))
    )


def is_uuid(value: object) -> bool:
    """Whether a value is a UUID in its canonical form, any case."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _envelope_problem(event: Mapping[str, Any], received_at: datetime) -> Problem | None:
    timestamp = event.get("timestamp")
    happened_at = parse_instant(timestamp) if isinstance(timestamp, str) else None
    if happened_at is None:
        return Problem(Reason.BAD_TIMESTAMP)
    if happened_at > received_at + MAX_CLOCK_SKEW:
        return Problem(Reason.FUTURE_TIMESTAMP)
    if happened_at < received_at - TOO_OLD_AFTER:
        return Problem(Reason.TOO_OLD)
    return None if event.get("source") in SOURCES else Problem(Reason.BAD_SOURCE)


def _value_problem(rules: _Rules, present: Mapping[str, Any]) -> Problem | None:
    problem = (
        _broken(rules.amounts, present, Reason.NEGATIVE_AMOUNT)
        or _broken(rules.scores, present, Reason.SCORE_OUT_OF_RANGE)
        or _broken(rules.values, present, Reason.BAD_PROPERTY)
    )
    if problem is not None:
        return problem
    for name in rules.required:
        if present.get(name) is None:
            return Problem(Reason.BAD_PROPERTY, name)
    return None


def _broken(tests: tuple[tuple[str, Test], ...], present: Mapping[str, Any], reason: Reason) -> Problem | None:
    for name, is_wrong in tests:
        value = present.get(name)
        if value is not None and is_wrong(value):
            return Problem(reason, name)
    return None


def _is_well_shaped(event: Mapping[str, Any]) -> bool:
    return isinstance(event.get("session_id"), str | None) and all(
        isinstance(event.get(name), Mapping | None) for name in ("properties", "context")
    )


@cache
def _compiled() -> dict[str, _Rules]:
    return {name: _compile(declared) for name, declared in EVENT_TYPES.items()}


def _rules(event_type: str) -> _Rules | None:
    """The rules of a known type; unknown types are held to the envelope only."""
    return _compiled().get(event_type)


def _compile(declared: EventType) -> _Rules:
    properties = properties_of(declared)
    values = tuple((prop.name, _is_wrong(prop)) for prop in properties)
    return _Rules(
        uuids=tuple((name, test) for name, test in values if name in IDENTIFIERS),
        amounts=_bounded(properties, Kind.MONEY, _is_negative),
        scores=_bounded(properties, Kind.SCORE, _is_outside_one),
        values=values,
        required=tuple(prop.name for prop in properties if prop.required),
    )


def _bounded(properties: tuple[Property, ...], kind: Kind, test: Test) -> tuple[tuple[str, Test], ...]:
    found = [(prop.name, test) for prop in properties if prop.kind is kind]
    found += [
        (prop.name, _of_member(member.name, test))
        for prop in properties
        for member in prop.members
        if member.kind is kind
    ]
    return tuple(found)


def _of_member(name: str, test: Test) -> Test:
    return lambda value: isinstance(value, Mapping) and test(value.get(name))


def _number(value: object) -> float | None:
    """The value as a 64-bit float if it is a JSON number; too large a one is infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _is_finite(value: object) -> bool:
    found = _number(value)
    return found is not None and math.isfinite(found)


def _is_negative(value: object) -> bool:
    found = _number(value)
    return found is not None and found < 0


def _is_outside_one(value: object) -> bool:
    found = _number(value)
    return found is not None and not 0 <= found <= 1


def _is_wrong(prop: Property) -> Test:
    """Whether a present value breaks its declaration; bounds that have a reason of their own are left out."""
    if prop.kind in _NUMERIC:
        return _is_wrong_number(prop)
    if prop.kind is Kind.DOCUMENT:
        return _is_wrong_document(prop)
    choices = frozenset(prop.choices)
    tests: dict[Kind, Test] = {
        Kind.UUID: lambda value: not is_uuid(value),
        Kind.SEGMENT: lambda value: not is_uuid(value) and not (isinstance(value, str) and value in _SEGMENTS),
        Kind.TEXT: lambda value: not isinstance(value, str),
        Kind.CHOICE: lambda value: not (isinstance(value, str) and value in choices),
        Kind.FLAG: lambda value: not isinstance(value, bool),
        Kind.INSTANT: lambda value: not isinstance(value, str) or parse_instant(value, assume_utc=True) is None,
        Kind.TEXT_OR_NUMBER: lambda value: not isinstance(value, str) and not _is_finite(value),
    }
    return tests[prop.kind]


def _is_wrong_number(prop: Property) -> Test:
    has_bounds = prop.kind in (Kind.INTEGER, Kind.NUMBER)
    least = prop.minimum if has_bounds and prop.minimum is not None else -math.inf
    most = prop.maximum if has_bounds and prop.maximum is not None else math.inf
    must_be_whole = prop.kind is Kind.INTEGER

    def is_wrong(value: object) -> bool:
        found = _number(value)
        if found is None or not math.isfinite(found) or not least <= found <= most:
            return True
        return must_be_whole and not found.is_integer()

    return is_wrong


def _is_wrong_document(prop: Property) -> Test:
    members = tuple(member.name for member in prop.members)

    def is_wrong(value: object) -> bool:
        if not members:
            return False
        return not isinstance(value, Mapping) or any(
            value.get(name) is not None and not _is_finite(value[name]) for name in members
        )

    return is_wrong
