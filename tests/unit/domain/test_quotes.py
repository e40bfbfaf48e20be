from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.quotes import count_quotes


@given(st.binary(max_size=40), st.sampled_from([1, 300]))
def test_short_and_long_texts_are_counted_alike(piece: bytes, times: int) -> None:
    assert count_quotes(piece * times) == (piece * times).count(b'"')
