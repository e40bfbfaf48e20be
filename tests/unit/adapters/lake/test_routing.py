import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from samples import GOOD, ID, event, judge, valid

from swipesavvy.domain.event_contract import Kind, Property
from swipesavvy.domain.events import EVENT_TYPES, IDENTIFIERS, properties_of
from swipesavvy.domain.identifiers import segment_uuid
from swipesavvy.domain.strict_json import MOST_LEVELS, is_strict_object

WRONG: dict[Kind, list[Any]] = {
    Kind.UUID: ["nope", 5, "6f9619ff8b864011b42d00c04fc964ff", "{" + ID + "}", ""],
    Kind.SEGMENT: ["RICH", 5, True],
    Kind.TEXT: [5, True, ["a"], {"a": 1}],
    Kind.CHOICE: ["no_such_choice", 5, False, ""],
    Kind.INTEGER: ["3", 3.5, True, -1, 1e400],
    Kind.NUMBER: ["1.5", True, [1]],
    Kind.MONEY: ["12.5", True, None.__class__.__name__],
    Kind.SCORE: ["0.5", False],
    Kind.FLAG: ["true", 1, 0],
    Kind.INSTANT: ["soon", 20261120, "2026-02-30T10:00:00Z", "2026-11-20"],
    Kind.DOCUMENT: [],
    Kind.TEXT_OR_NUMBER: [True, ["a"], {"a": 1}],
}


def reasons(tmp_path: Path, *lines: str | bytes | dict[str, Any]) -> list[str | None]:
    """The reason of each line, None where it is clean."""
    refused = judge(tmp_path, *lines).refused
    return [refused[n][0] if n in refused else None for n in range(1, len(lines) + 1)]


def naive(*parts: int) -> datetime:
    """A UTC instant as the lake stores it."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc]


def test_a_full_event_of_every_type_is_clean(tmp_path: Path) -> None:
    lines = []
    for name, declared in EVENT_TYPES.items():
        optional = [prop.name for prop in properties_of(declared) if not prop.required]
        lines += [event(name), event(name, dict.fromkeys(optional)), event(name, dict.fromkeys(optional, ...))]
    judged = judge(tmp_path, *lines)
    assert judged.refused == {}
    assert [judged.kept[n]["event_type"] for n in sorted(judged.kept)] == [line["event_type"] for line in lines]
    assert all(row["is_known_type"] for row in judged.kept.values())


def test_a_wrong_property_of_any_type_is_refused_with_its_name(tmp_path: Path) -> None:
    cases = [
        (name, *case) for name in EVENT_TYPES for prop in properties_of(EVENT_TYPES[name]) for case in wrongs(prop)
    ]
    judged = judge(tmp_path, *(_line(event(name, {prop: value})) for name, prop, value, _ in cases))
    found = {(case[:2], repr(case[2])): judged.refused.get(n) for n, case in enumerate(cases, start=1)}
    assert found == {((name, prop), repr(value)): (expected, prop) for name, prop, value, expected in cases}


def wrongs(prop: Property) -> Iterator[tuple[str, Any, str]]:
    """Name, value and expected reason of every way to break a property."""
    for value in WRONG[prop.kind]:
        yield prop.name, value, "bad_uuid" if prop.name in IDENTIFIERS else "bad_property"
    if prop.required:
        yield from ((prop.name, value, "bad_property") for value in (None, ...))
    if prop.kind is Kind.MONEY:
        yield prop.name, -0.01, "negative_amount"
    elif prop.kind is Kind.SCORE:
        yield from ((prop.name, value, "score_out_of_range") for value in (-0.1, 1.1))
    elif prop.maximum is not None:
        yield prop.name, prop.maximum + 1, "bad_property"


def _line(found: dict[str, Any]) -> str:
    return json.dumps(found).replace("Infinity", "1e400")


GRAMMAR = {
    "not json": "oops",
    "an array": "[1]",
    "torn": '{"event_id": "6f96',
    "two objects": "{} {}",
    "trailing comma": json.dumps(event("user_engaged"))[:-1] + ",}",
    "trailing comma and space": json.dumps(event("user_engaged"))[:-2] + " , \t} }",
    "nan in the envelope": json.dumps(event("user_engaged", session_id=float("nan"))),
    "nan in a known property": json.dumps(event("campaign_converted", {"order_value": float("nan")})),
    "infinity in an unknown property": json.dumps(event("user_engaged", {"new": float("inf")})),
    "nan in a property of another type": json.dumps(event("user_purchased", {"screen_name": float("nan")})),
    "nan in a list of another type": json.dumps(event("user_purchased", {"items": [float("nan")]})),
    "nan in a property an unknown type shares": json.dumps(event("brand_new", {"screen_name": float("nan")})),
    "nan in a property of an odd name": json.dumps(event("user_engaged", {'o"d': float("nan")})),
    "repeated key in a property of another type": json.dumps(
        event("user_purchased", {"screen_name": {"a": 1, "b": 1}})
    ).replace('"b"', '"a"'),
    "nan in a document": json.dumps(event("campaign_paused", {"pause_metrics_snapshot": {"roas": float("nan")}})),
    "nan in the context": json.dumps(event("user_engaged", context={"a": float("nan")})),
    "nan in an unknown envelope field": json.dumps(event("user_engaged", other=[float("nan")])),
    "nan in an unknown type": json.dumps(event("brand_new", {"a": [float("nan")]})),
    "repeated envelope key": '{"event_id":"x",' + json.dumps(event("user_engaged"))[1:],
    "repeated unknown key": '{"a":1,"a":1,' + json.dumps(event("user_engaged"))[1:],
    "repeated property": json.dumps(event("user_engaged")).replace('"screen_name"', '"session_id"'),
    "repeated unknown property": json.dumps(event("user_engaged", {"a": 1, "b": 1})).replace('"b"', '"a"'),
    "repeated key in the context": json.dumps(event("user_engaged", context={"a": 1, "b": 1})).replace('"b"', '"a"'),
    "repeated key in depth": json.dumps(event("cart_updated", {"items": [{"a": {"b": 1, "c": 2}}]})).replace(
        '"c"', '"b"'
    ),
    "repeated key in an unknown object": json.dumps(event("user_engaged", {"new": {"a": 1, "b": 1}})).replace(
        '"b"', '"a"'
    ),
    "repeated key in depth of the context": json.dumps(event("user_engaged", context={"x": {"a": 1, "b": 1}})).replace(
        '"b"', '"a"'
    ),
    "repeated key where text belongs": json.dumps(event("user_engaged", user_id={"a": 1, "b": 1})).replace(
        '"b"', '"a"'
    ),
    "escaped NUL": json.dumps(event("user_engaged", user_id="a\0b")),
    "lone surrogate": json.dumps(event("user_engaged", {"screen_name": "\ud800"})),
    "raw control character": json.dumps(event("user_engaged", user_id="ab")).replace("ab", "a\x01b"),
    "not UTF-8": json.dumps(event("user_engaged", user_id="ab")).encode().replace(b"ab", b"a\xffb"),
    "byte order mark": "\ufeff" + json.dumps(event("user_engaged")),
}


def test_what_the_strict_grammar_refuses(tmp_path: Path) -> None:
    good = event("user_engaged")
    judged = judge(tmp_path, *(line for broken in GRAMMAR.values() for line in (good, broken)), good)
    found = {name: judged.refused.get(2 * n, ("clean",))[0] for n, name in enumerate(GRAMMAR, start=1)}
    assert found == dict.fromkeys(GRAMMAR, "malformed_json")
    assert sorted(judged.kept) == list(range(1, 2 * len(GRAMMAR) + 2, 2))


def test_an_odd_value_of_a_property_is_refused_whatever_lands_beside_it(tmp_path: Path) -> None:
    # Which values are looked at closer depends on what else lands: few names are sought by name, many are not.
    many = event("user_engaged", {f"new_{n}": n for n in range(20)})
    for broken in (line for name, line in GRAMMAR.items() if "property" in name or "another type" in name):
        for neighbours in ([], [many]):
            assert reasons(tmp_path, broken, *neighbours) == ["malformed_json", *[None] * len(neighbours)], broken


DEEP: list[dict[str, Any]] = [
    event("user_engaged", {"new": "deep"}),
    event("cart_updated", {"items": "deep"}),
    event("user_engaged", context={"new": "deep"}),
    event("user_engaged", other="deep"),
    event("user_engaged", user_id="deep"),
    event("brand_new", {"new": "deep"}),
]


def test_depth_is_judged_as_the_strict_grammar_does(tmp_path: Path) -> None:
    lines = [
        json.dumps(line).replace('"deep"', opening * times + "1" + closing * times)
        for opening, closing in (("[", "]"), ("[[1],", "]"), ('{"a":', "}"))
        for line in DEEP
        for times in range(MOST_LEVELS - 4, MOST_LEVELS + 3)
    ]
    found = [reason == "malformed_json" for reason in reasons(tmp_path, *lines)]
    assert found == [not is_strict_object(line) for line in lines]
    assert {True, False} == set(found)


ENVELOPES: list[tuple[str, dict[str, Any]]] = [
    ("missing_id", {"event_id": ...}),
    ("missing_id", {"event_id": ""}),
    ("missing_id", {"event_id": 5}),
    ("missing_id", {"event_type": None}),
    ("missing_id", {"event_type": 5}),
    ("missing_id", {"user_id": ""}),
    ("missing_id", {"user_id": 17}),
    ("bad_uuid", {"event_id": "nope"}),
    ("bad_uuid", {"event_id": "6f9619ff8b864011b42d00c04fc964ff"}),
    ("bad_uuid", {"event_id": "6f9619ff-8b86-4011-b42d-00c04fc964fg"}),
    ("bad_timestamp", {"timestamp": ...}),
    ("bad_timestamp", {"timestamp": 1763632800}),
    ("bad_timestamp", {"timestamp": "2026-11-20T10:00:00"}),
    ("bad_timestamp", {"timestamp": "2026-02-30T10:00:00Z"}),
    ("bad_timestamp", {"received_at": "later"}),
    ("bad_timestamp", {"received_at": "2026-11-20T10:00:30"}),
    ("future_timestamp", {"received_at": "2026-11-20T09:54:59.999999Z"}),
    ("future_timestamp", {"received_at": ..., "timestamp": "2026-11-21T12:05:00.000001Z"}),
    ("too_old", {"received_at": "2026-12-20T10:00:00.000001Z"}),
    ("bad_source", {"source": "web"}),
    ("bad_source", {"source": ...}),
    ("bad_source", {"source": 5}),
    ("bad_property", {"session_id": 5}),
    ("bad_property", {"properties": []}),
    ("bad_property", {"properties": "text"}),
    ("bad_property", {"context": []}),
]


def test_every_rule_of_the_envelope(tmp_path: Path) -> None:
    for name in ("user_engaged", "brand_new"):
        judged = judge(tmp_path, *(event(name, **changes) for _, changes in ENVELOPES))
        found = [judged.refused.get(n, ("clean", None))[0] for n in range(1, len(ENVELOPES) + 1)]
        assert found == [expected for expected, _ in ENVELOPES]


def test_the_first_rule_that_matches_names_the_reason(tmp_path: Path) -> None:
    steps: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("bad_property", {}, {"is_incremental": "yes"}),
        ("score_out_of_range", {}, {"incrementality_score": 2}),
        ("negative_amount", {}, {"order_value": -1}),
        ("bad_source", {"source": "web"}, {}),
        ("too_old", {"timestamp": "2026-01-01T00:00:00Z"}, {}),
        ("future_timestamp", {"timestamp": "2027-01-01T00:00:00Z"}, {}),
        ("bad_timestamp", {"timestamp": "never"}, {}),
        ("bad_uuid", {}, {"order_id": "x"}),
        ("bad_uuid", {"event_id": "x"}, {}),
        ("missing_id", {"user_id": ""}, {}),
    ]
    envelope: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    lines = []
    for _, changes, wrong in steps:
        envelope, properties = envelope | changes, properties | wrong
        lines.append(event("campaign_converted", properties, **envelope))
    judged = judge(tmp_path, *lines)
    assert [judged.refused[n][0] for n in range(1, len(steps) + 1)] == [expected for expected, _, _ in steps]


def test_limits_themselves_are_inside(tmp_path: Path) -> None:
    judged = judge(
        tmp_path,
        event("user_engaged", received_at="2026-11-20T09:55:00Z"),
        event("user_engaged", received_at="2026-12-20T10:00:00Z"),
        event("user_engaged", received_at="2026-11-21T10:00:00Z"),
        event("user_engaged", received_at="2026-11-21T10:00:00.000001Z"),
        event("user_engaged", received_at=..., timestamp="2026-11-21T12:05:00Z"),
        event("user_engaged", received_at=None, timestamp="1999-01-01T00:00:00Z"),
        event("campaign_converted", {"order_value": 0, "incrementality_score": 0}),
        event("campaign_converted", {"order_value": -0.0, "incrementality_score": 1}),
        event("user_engaged", {"session_duration_seconds": 3.0}),
    )
    assert judged.refused == {}
    assert [judged.kept[n]["is_clock_skewed"] for n in range(1, 7)] == [True, False, False, False, False, False]
    assert [judged.kept[n]["is_late"] for n in range(1, 7)] == [False, True, False, True, False, False]


def test_columns_are_typed_and_normalised(tmp_path: Path) -> None:
    upper = ID.upper()
    judged = judge(
        tmp_path,
        event(
            "campaign_delivered",
            {"campaign_id": upper, "segment_id": str(segment_uuid("INACTIVE")).upper(), "is_holdout": False, "new": 1},
            event_id=upper,
            timestamp="2026-11-20T01:30:00.25+02:00",
            user_id='ü"\\x',
            extra_field={"a": 1},
        ),
        event(
            "brand_new", {"campaign_id": ID, "order_value": "12", "is_holdout": "no", "amount": 3, "segment_id": "x"}
        ),
        event("message_sent", properties=..., context=...),
    )
    row = judged.kept[1]
    assert (row["event_id"], row["campaign_id"], row["segment_id"]) == (ID, ID, "INACTIVE")
    assert (row["event_at"], row["event_date"]) == (naive(2026, 11, 19, 23, 30, 0, 250000), date(2026, 11, 19))
    assert (row["user_id"], row["is_holdout"], row["delivery_channel"]) == ('ü"\\x', False, "in_app")
    assert json.loads(row["properties"])["new"] == 1
    assert json.loads(row["extra"]) == {"extra_field": {"a": 1}}
    unknown = judged.kept[2]
    assert (unknown["is_known_type"], unknown["campaign_id"], unknown["amount"]) == (False, ID, 3.0)
    assert (unknown["order_value"], unknown["is_holdout"], unknown["segment_id"]) == (None, None, "x")
    assert (judged.kept[3]["properties"], judged.kept[3]["context"], judged.kept[3]["extra"]) == ("{}", "{}", None)


def test_money_and_ids_mean_the_same_on_every_known_type(tmp_path: Path) -> None:
    assert reasons(
        tmp_path,
        event("user_engaged", {"cart_value": -1}),
        event("campaign_created", {"budget": -1}),
        event("campaign_viewed", {"order_id": "x"}),
        event("brand_new", {"order_id": "x", "amount": -1}),
    ) == ["negative_amount", "negative_amount", "bad_uuid", None]


def test_members_of_a_document_are_judged(tmp_path: Path) -> None:
    projections: list[Any] = [
        {"confidence_score": 1.2},
        {"confidence_score": "high"},
        {"projected_roas_change_percent": "much"},
        {"confidence_score": None, "projected_revenue_impact": -5.5},
        "great",
    ]
    lines = [event("user_action_recommended", {"impact_projection": projection}) for projection in projections]
    expected = ["score_out_of_range", "bad_property", "bad_property", None, "bad_property"]
    assert reasons(tmp_path, *lines) == expected


def test_odd_whitespace_and_unusual_times_are_read_exactly(tmp_path: Path) -> None:
    text = json.dumps(event("user_engaged", timestamp="20261120T120000.1234567+02"), indent=1).replace("\n", " \t")
    judged = judge(tmp_path, "\t" + text + "\r", "   \t\r", "")
    assert judged.refused == {}
    assert judged.kept[1]["event_at"] == naive(2026, 11, 20, 10, 0, 0, 123456)


def test_a_valid_value_of_every_kind_exists() -> None:
    kinds = {prop.kind for declared in EVENT_TYPES.values() for prop in declared.properties}
    assert kinds <= set(GOOD) | {Kind.CHOICE}
    assert valid(Property("x", Kind.CHOICE, choices=("a", "b"))) == "b"
