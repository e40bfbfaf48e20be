import contextlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swipesavvy.api.bodies import RefusedError
from swipesavvy.api.segment_bodies import MOST_MESSAGES, batch, single

MESSAGES = st.lists(
    st.sampled_from(
        [b"5", b'{"a": 1, "a": 2}', b'{"a": "\\ud800"}', b'{"a": 1e400}', b'{"a": NaN}', b"{}", b"[1, [2]]", b'"]}"']
    ),
    max_size=6,
)
SPACE = st.sampled_from([b"", b" ", b"\n\t "])


@given(MESSAGES, SPACE)
def test_every_message_is_cut_out_whatever_its_neighbours_are(messages: list[bytes], space: bytes) -> None:
    items = (space + b"," + space).join(messages)
    body = b'%s{"sentAt":%s"now",%s"batch": [%s] , "context": {"a": [1]}}%s' % (space, space, space, items, space)
    found = batch(body)
    assert found.messages == messages
    assert (found.sent_at, found.context) == (b'"now"', b'{"a": [1]}')


@given(st.binary(max_size=60) | st.text('{}[]:,"a1 \\', max_size=40).map(str.encode))
@example(b'{"batch":[]}x')
@example(b'{"batch":[NaN]}x')
@example(b'{"batch":[NaN],}')
@example(b'{"batch":[NaN] "b":1}')
@example(b'{"batch"[NaN]}')
@example(b'{"batch":[NaN]')
def test_what_is_no_batch_is_refused_and_nothing_else_happens(body: bytes) -> None:
    with contextlib.suppress(RefusedError):
        found = batch(body)
        assert isinstance(found.messages, list)
        assert json.loads(body.decode())["batch"] is not None


def test_the_number_of_messages_is_limited() -> None:
    assert len(batch(b'{"batch":[%s5]}' % (b"5," * (MOST_MESSAGES - 1))).messages) == MOST_MESSAGES
    with pytest.raises(RefusedError) as caught:
        batch(b'{"batch":[%s5]}' % (b"5," * MOST_MESSAGES))
    assert caught.value.status == 413


@pytest.mark.parametrize("body", [b"", b"5", b"[]", b"\xff", b'{"a": }', b"[" * 100_000])
def test_a_single_message_is_an_object(body: bytes) -> None:
    with pytest.raises(RefusedError):
        single(body)
    assert single(b'{"a": NaN}') == b'{"a": NaN}'
