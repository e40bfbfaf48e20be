import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.api.bodies import RefusedError, cut

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=20), st.booleans(), st.sampled_from([None, 1]))
def test_a_list_is_cut_into_its_items(items: list[object], is_ascii: bool, indent: int | None) -> None:
    body = json.dumps(items, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")
    assert [json.loads(piece) for piece in cut(body)] == items


@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_an_object_is_one_event(value: dict[str, object]) -> None:
    (piece,) = cut(b" \n" + json.dumps(value).encode() + b"\t")
    assert json.loads(piece) == value


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (b'{"a":NaN}', "not a number"),
        (b'{"a":"\\ud800"}', "lone surrogate"),
        (b'{"a":1,"a":2}', "key twice"),
        (b'{"a":1e999}', "beyond a double"),
        (b'{"a":-Infinity}', "infinite"),
    ],
)
def test_an_odd_event_does_not_take_its_neighbours_along(odd: bytes, why: str) -> None:
    assert cut(b'[{"b":1}, ' + odd + b' , {"c":2}]') == [b'{"b":1}', odd, b'{"c":2}']
    assert cut(odd) == [odd]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"[",
        b"[1",
        b"[1,]",
        b"[1 2]",
        b"{}{}",
        b"[] x",
        b"{'a':1}",
        b'["\x01"]',
        b"nul",
        b"\xff",
        b"[" * 200_000,
    ],
)
def test_what_cannot_be_cut_is_refused_whole(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        cut(body)
    assert refused.value.status == 400
    assert len(refused.value.says) < 200


@given(st.binary(max_size=60))
def test_no_bytes_break_the_cutting(body: bytes) -> None:
    try:
        pieces = cut(body)
    except RefusedError:
        pieces = []
    assert all(piece.strip() for piece in pieces)


@pytest.mark.parametrize(("count", "is_refused"), [(100, False), (101, True)])
def test_a_request_holds_100_events_at_most(count: int, is_refused: bool) -> None:
    body = json.dumps([{}] * count).encode()
    if is_refused:
        with pytest.raises(RefusedError) as refused:
            cut(body)
        assert refused.value.status == 413
    else:
        assert len(cut(body)) == count
