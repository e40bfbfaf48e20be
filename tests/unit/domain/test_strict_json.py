import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.strict_json import MOST_LEVELS, is_strict_object, load_strict_object

REFUSED = [
    "",
    "[]",
    "5",
    '"text"',
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"a":1,}',
    '{"a":[1,]}',
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[{"b":{"c":1,"c":1}}]}',
    '{"a":"\\ud800"}',
    '{"\\udc00":1}',
    '{"a":["x\\u0000"]}',
    '{"a":"\t"}',
    '{"a":01}',
    "{'a':1}",
    '{"a":1} {"b":1}',
    '\ufeff{"a":1}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_two_parsers_could_read_differently_is_refused(text: str) -> None:
    assert not is_strict_object(text)
    assert load_strict_object(text) is None


@pytest.mark.parametrize(
    "text", ["{}", ' {"a":1e400}\r', '{"a":"\\ud83d\\ude00"}', '{"a":"\\\\u0000"}', '{"a":{"b":1},"b":{"b":1}}']
)
def test_strict_objects_pass(text: str) -> None:
    assert is_strict_object(text)


def test_thousands_of_digits_are_grammar_but_no_value() -> None:
    text = '{"a":' + "9" * 5000 + "}"
    assert is_strict_object(text)
    assert load_strict_object(text) is None


KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans())
def test_what_json_writes_is_read_back(value: dict[str, object], ascii_only: bool) -> None:
    assert load_strict_object(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"a":', "}]")])
def test_nesting_has_a_definite_limit(opening: str, closing: str) -> None:
    levels = opening.count("[") + opening.count("{")
    fits = (MOST_LEVELS - 1) // levels
    assert is_strict_object('{"x":' + opening * fits + "1" + closing * fits + "}")
    assert not is_strict_object('{"x":' + opening * (fits + 1) + "1" + closing * (fits + 1) + "}")
    assert not is_strict_object('{"x":' + opening * 50_000 + "1" + closing * 50_000 + "}")


def test_brackets_in_texts_and_side_by_side_are_no_nesting() -> None:
    assert is_strict_object('{"x":"' + "[{" * 500 + '","y":[' + "[]," * 500 + "{}]}")
