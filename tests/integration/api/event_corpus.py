"""Events of every type as hypothesis draws them: valid ones, and ones spoiled in one or two places or as text."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from swipesavvy.domain.event_contract import Kind, Property
from swipesavvy.domain.events import EVENT_TYPES, SOURCES, properties_of
from swipesavvy.domain.identifiers import SEGMENT_CODES

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SURROGATES = ["Cs"]
UUIDS = st.uuids().map(str) | st.uuids().map(lambda uid: str(uid).upper())
TEXTS = st.text(st.characters(blacklist_categories=SURROGATES, blacklist_characters="\0"), max_size=8)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.just(-0.0)
STAMPS = st.timedeltas(timedelta(days=-29), timedelta(minutes=4)).map(lambda gap: (NOW + gap).isoformat())
KNOWN = {
    Kind.UUID: UUIDS,
    Kind.SEGMENT: UUIDS | st.sampled_from(SEGMENT_CODES),
    Kind.TEXT: TEXTS,
    Kind.INTEGER: st.integers(0, 90) | st.integers(0, 90).map(float),
    Kind.NUMBER: st.floats(0, 90),
    Kind.MONEY: st.floats(0, 1e6),
    Kind.SCORE: st.floats(0, 1),
    Kind.FLAG: st.booleans(),
    Kind.INSTANT: STAMPS,
    Kind.TEXT_OR_NUMBER: TEXTS | NUMBERS,
}
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | UUIDS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)
ODD_TIMES = st.sampled_from(
    [
        "2026-11-21T12:00:00",
        "2026-11-21 12:00:00Z",
        "2026-11-21t12:00:00z",
        "20261121T120000Z",
        "2026-W47-6T12:00Z",
        "2026-11-21T12:00:00.1234567890123+00:00",
        "2026-11-21T12:00:00,5Z",
        "2026-11-21T12:00:60Z",
        "2026-11-21T24:00:00Z",
        "2026-11-31T12:00:00Z",
        "2026-11-21T12:00:00+24:00",
        "2026-11-21T12:00:00-00:00",
        "2026-11-21T13:00:00+01",
        "2026-11-21T12:05:00Z",
        "2026-11-21T12:05:00.000001Z",
        "2026-10-22T12:00:00Z",
        "2026-10-22T11:59:59.999999Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "yesterday",
        "",
    ]
)
EDGES = st.sampled_from([-0.01, 1.0000001, 101, 3.5, "5", "1e3", True, [], {}, "mobile", "HIGH_SPENDER", "a@b.io"])
SPOILS = ANYTHING | ODD_TIMES | EDGES


def _value(prop: Property) -> st.SearchStrategy[Any]:
    if prop.choices:
        return st.sampled_from(prop.choices)
    if prop.members:
        return st.fixed_dictionaries({}, optional={member.name: _value(member) for member in prop.members})
    return KNOWN.get(prop.kind, ANYTHING)


def _properties(event_type: str) -> st.SearchStrategy[dict[str, Any]]:
    declared = properties_of(EVENT_TYPES[event_type])
    return st.fixed_dictionaries(
        {prop.name: _value(prop) for prop in declared if prop.required},
        optional={prop.name: _value(prop) | st.none() for prop in declared if not prop.required},
    )


@st.composite
def valid_events(draw: st.DrawFn) -> dict[str, Any]:
    """A valid event of a known type."""
    event_type = draw(st.sampled_from(sorted(EVENT_TYPES)))
    return {
        "event_id": draw(UUIDS),
        "event_type": event_type,
        "timestamp": draw(STAMPS),
        "user_id": draw(st.sampled_from(["u1", "system", "ann@example.com"])),
        "session_id": draw(st.none() | TEXTS),
        "source": draw(st.sampled_from(SOURCES)),
        "properties": draw(_properties(event_type)),
        "context": draw(st.sampled_from([{}, None, {"platform": "iOS", "region": "US-CA"}])),
    }


@st.composite
def spoiled_events(draw: st.DrawFn) -> dict[str, Any]:
    """An event with a few members or properties replaced, taken away or added."""
    event = draw(valid_events())
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from([*event, "extra"]))
        if place == "properties" and draw(st.booleans()):
            names = (
                [prop.name for prop in properties_of(EVENT_TYPES[event["event_type"]])] if event["properties"] else []
            )
            inside = event["properties"] if isinstance(event["properties"], dict) else {}
            event["properties"] = {**inside, draw(st.sampled_from([*names, "unknown"])): draw(SPOILS)}
        elif draw(st.booleans()):
            event[place] = draw(SPOILS)
        else:
            event.pop(place, None)
            if not isinstance(event.get("event_type"), str) or event["event_type"] not in EVENT_TYPES:
                break
        if not isinstance(event.get("event_type"), str) or event["event_type"] not in EVENT_TYPES:
            break
        event.setdefault("properties", {})
    return event


SPLICES = st.sampled_from(
    [
        *("NaN", "-Infinity", "1e400", "-1e400", "1e-400", "9" * 400, "9" * 5000, "01", "+1", "tru", "'a'", "/*x*/1"),
        *('"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0031"', '"<b>1</b>"', '"\'; DROP TABLE x; --"', '"\t"'),
        *('{"a":1,"a":1}', '{"a":{"b":[{"c":1,"c":2}]}}', "[1,]", "[" * 40 + "]" * 40),
    ]
)


@st.composite
def broken_texts(draw: st.DrawFn) -> str:
    """An event as JSON text with something odd put in the place of one value, or a key given twice."""
    event = draw(valid_events())
    if draw(st.booleans()) and isinstance(event["properties"], dict) and event["properties"]:
        event["properties"][draw(st.sampled_from(sorted(event["properties"])))] = "@@"
    else:
        event[draw(st.sampled_from([*event, "extra"]))] = "@@"
    text = json.dumps(event, ensure_ascii=draw(st.booleans()))
    if draw(st.integers(0, 5)) == 0:
        return text.replace('"@@"', '1, "user_id": "u2"', 1)
    return text.replace('"@@"', draw(SPLICES), 1)


def event_texts() -> st.SearchStrategy[str]:
    """Events of all three sorts as JSON text on one line."""
    objects = (valid_events() | spoiled_events()).map(json.dumps)
    return objects | spoiled_events().map(lambda event: json.dumps(event, ensure_ascii=False)) | broken_texts()
