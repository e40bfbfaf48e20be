"""The published schemas and the judge at the door say the same of every event, as far as a schema can speak."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from swipesavvy.domain.contract_examples import example_event, example_value
from swipesavvy.domain.contract_schemas import (
    INSTANT_FORMAT,
    LOCAL_INSTANT_FORMAT,
    envelope_schema,
    event_schema,
    row_schema,
)
from swipesavvy.domain.event_contract import Reason
from swipesavvy.domain.events import ENVELOPE, EVENT_TYPES, properties_of
from swipesavvy.domain.identifiers import SEGMENT_OF_UUID
from swipesavvy.domain.instants import parse_instant
from swipesavvy.domain.reference_tables import TABLES
from swipesavvy.domain.verdicts import problem_of

RECEIVED_AT = datetime(2026, 11, 20, 10, 16, tzinfo=UTC)
TOLD_BY_THE_CLOCK = {Reason.FUTURE_TIMESTAMP, Reason.TOO_OLD}
FORMATS = FormatChecker(formats=())
FORMATS.checks(INSTANT_FORMAT)(lambda text: not isinstance(text, str) or parse_instant(text) is not None)
FORMATS.checks(LOCAL_INSTANT_FORMAT)(
    lambda text: not isinstance(text, str) or parse_instant(text, assume_utc=True) is not None
)
VALIDATORS = {
    name: Draft202012Validator(event_schema(declared), format_checker=FORMATS) for name, declared in EVENT_TYPES.items()
}
ENVELOPE_VALIDATOR = Draft202012Validator(envelope_schema(), format_checker=FORMATS)

PLAIN_VALUES: list[Any] = [
    True, False, 0, -0.0, -1, 0.5, 1, 1.0, 1.0000001, 3.0, 3.5, -1e-300, 100, 100.5, 2**70, 10**400, -(10**400),
    float("1e308"), float("inf"), [], [1], {}, {"confidence_score": 2}, {"confidence_score": None},
    {"projected_roas_change_percent": "a lot"}, {"projected_revenue_impact": True}, {"x": 1},
    "", "push", "PUSH", "mobile", "opened", "card", "HIGH_SPENDER", "high_spender", "UNSEGMENTED", *SEGMENT_OF_UUID,
    "6f9619ff-8b86-4011-b42d-00c04fc964ff", "6F9619FF-8B86-4011-B42D-00C04FC964FF", "no such thing",
    "6f9619ff-8b86-4011-b42d-00c04fc964ff\n", "6f9619ff8b864011b42d00c04fc964ff",
    "٦f9619ff-8b86-4011-b42d-00c04fc964f", "2026-11-20T10:00:00Z", "2026-11-20 10:00", "20261120T10",
    "2026-W47-5T10:00+01", "2026-02-30T10:00Z", "2026-11-20T10:00:00Z\n", "2026-11-20T25:00Z",
    "2026-11-20T10:00:00,123456789Z", "٢026-11-20T10:00Z",
]  # fmt: skip
ODD_VALUES = st.one_of(
    st.none(),
    st.sampled_from(PLAIN_VALUES),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.lists(st.integers(), max_size=2),
)


@st.composite
def damaged_events(draw: st.DrawFn) -> dict[str, Any]:
    """A valid event with one or two members of the envelope or the properties replaced or taken away."""
    declared = EVENT_TYPES[draw(st.sampled_from(sorted(EVENT_TYPES)))]
    event = example_event(declared)
    names = [prop.name for prop in properties_of(declared)]
    for _ in range(draw(st.integers(0, 2))):
        inside = isinstance(event.get("properties"), dict) and draw(st.booleans())
        whole = event["properties"] if inside else event
        name = draw(st.sampled_from(names if inside else [n for n in ENVELOPE if n != "event_type"]))
        if draw(st.integers(0, 4)):
            whole[name] = draw(ODD_VALUES)
        else:
            whole.pop(name, None)
    return event


@settings(max_examples=500, deadline=None)
@given(damaged_events())
def test_a_schema_refuses_what_the_judge_refuses(event: dict[str, Any]) -> None:
    problem = problem_of(event, RECEIVED_AT)
    if problem is not None and problem.reason in TOLD_BY_THE_CLOCK:
        return
    complaints = [error.message for error in VALIDATORS[event["event_type"]].iter_errors(event)]
    assert bool(complaints) == (problem is not None), (problem, complaints)


@settings(max_examples=200, deadline=None)
@given(damaged_events(), st.sampled_from(["wishlist_shared", "", None, 3, "x"]))
def test_the_envelope_schema_speaks_for_unknown_types(event: dict[str, Any], event_type: Any) -> None:
    event = event | {"event_type": event_type}
    problem = problem_of(event, RECEIVED_AT)
    if problem is None or problem.reason not in TOLD_BY_THE_CLOCK:
        assert ENVELOPE_VALIDATOR.is_valid(event) == (problem is None)


def test_every_value_of_every_property_is_judged_alike() -> None:
    judged, refused = set(), 0
    for name, declared in EVENT_TYPES.items():
        for prop in properties_of(declared):
            if (prop.name, repr(prop)) in judged:
                continue
            judged.add((prop.name, repr(prop)))
            for value in [None, *PLAIN_VALUES]:
                event = example_event(declared)
                event["properties"][prop.name] = value
                problem = problem_of(event, RECEIVED_AT)
                refused += problem is not None
                assert VALIDATORS[name].is_valid(event) == (problem is None), (name, prop.name, value, problem)
    assert refused > 2_000


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_the_schemas_are_schemas_and_the_examples_valid(name: str) -> None:
    declared = EVENT_TYPES[name]
    Draft202012Validator.check_schema(event_schema(declared))
    event = example_event(declared)
    assert problem_of(event, RECEIVED_AT) is None
    assert VALIDATORS[name].is_valid(event)
    assert set(event["properties"]) == {prop.name for prop in declared.properties}
    assert all(value is not None for value in event["properties"].values())


def test_without_the_formats_the_patterns_still_refuse_most() -> None:
    plain = Draft202012Validator(event_schema(EVENT_TYPES["user_purchased"]))
    event = example_event(EVENT_TYPES["user_purchased"])
    assert plain.is_valid(event)
    assert not plain.is_valid(event | {"timestamp": "yesterday"})
    assert not plain.is_valid(event | {"timestamp": "2026-11-20T10:00:00"})


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_row_schema_knows_every_column(name: str) -> None:
    table = TABLES[name]
    schema = row_schema(table)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert set(schema["properties"]) == {column.name for column in table.columns}
    assert not judge.is_valid({})
    for column in table.columns:
        if column.required:
            assert not judge.is_valid({column.name: None})


def test_an_example_keeps_to_the_bounds() -> None:
    split = next(p for p in EVENT_TYPES["creative_variant_tested"].properties if p.name == "split_percentage")
    assert example_value(split) == 50
