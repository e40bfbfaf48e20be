import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.api.cutting import cut_event, strict_object, without_member
from swipesavvy.domain.scrubbing import keyed_user_id, scrub_event
from swipesavvy.domain.strict_json import load_any_strict_object

KEY = bytes(range(32))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ODD = st.sampled_from(
    [
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '{"a":"\\u0000"}',
        '{"a":"\\ud83d\\ude00"}',
        '{"a":"\\ud83d"}',
        '{"\\"":1}',
        "{}",
        "5",
        '{"a":1e999}',
        f'{{"a":{"9" * 30}}}',
        '{"a":[{"b":"\\""},{"b":2}]}',
        '{"a":"é\x7f"}',
        '{"\\u0061":1,"a":2}',
        "{",
        "[{}]",
    ]
)


@given(ODD | st.dictionaries(st.text(), JSON, max_size=6).map(json.dumps), st.booleans())
def test_the_quick_way_to_be_strict_is_as_strict(text: str, is_escaped: bool) -> None:
    if not is_escaped:
        with contextlib.suppress(ValueError):
            text = json.dumps(json.loads(text), ensure_ascii=False) if "a" not in text else text
    raw = text.encode("utf-8", "replace")
    assert strict_object(raw) == load_any_strict_object(raw.decode())


def test_taking_a_member_out_leaves_the_others_as_they_were() -> None:
    raw = b'{"a": 1.50, "received_at": "1990", "b": 123456789012345678901234567890, "c": 1e999}'
    assert without_member(raw, "received_at") == b'{"a":1.50,"b":123456789012345678901234567890,"c":1e999}'


def test_personal_data_goes_and_every_other_byte_stays() -> None:
    raw = (
        b'{"user_id": "Ann@example.com", "n": 1.50, "properties": {"big": 123456789012345678901234567890, "x": 1.10,'
        b' "note": "call +15551234567 \\u00e9", "deep": [1.50, {"a@b.io": "c@d.io", "e": 1e999}]}}'
    )
    event, count = cut_event(raw, KEY)
    assert count == 3
    assert (
        event.raw
        == (
            b'{"user_id":"%s","n":1.50,"properties":{"big":123456789012345678901234567890,"x":1.10,'
            b'"note":"call [phone] \xc3\xa9","deep":[1.50, {"a@b.io": "[email]", "e": 1e999}]}}'
        )
        % keyed_user_id("ann@example.com", KEY).encode()
    )


PIECES = st.sampled_from(["a@b.io", "x", "+15551234567", "/p?q=1", "\\", '"', "é"])
TEXTS = st.lists(PIECES, max_size=3).map("".join)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=6
)


@given(st.fixed_dictionaries({"user_id": TEXTS | st.none(), "properties": VALUES}), st.booleans())
def test_the_bytes_say_what_the_value_says(value: dict[str, object], ascii_only: bool) -> None:
    event, count = cut_event(json.dumps(value, ensure_ascii=ascii_only).encode(), KEY)
    assert (event.value, count) == scrub_event(value, KEY)
    assert json.loads(event.raw) == event.value
