import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.keys import WINDOW_SECONDS, RequestWindow, Scope, checked_rate, scopes_named


def test_scopes_may_be_repeated_or_listed() -> None:
    assert scopes_named(["collect", "Read, write"]) == frozenset(Scope)


@pytest.mark.parametrize(
    ("texts", "says"), [(["root"], "'root' is no scope"), ([], "a key needs"), ([","], "a key needs")]
)
def test_a_wrong_scope_names_the_choices(texts: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=f"{says}.*collect, read, write"):
        scopes_named(texts)


@pytest.mark.parametrize("rate", [0, -1, 100_001])
def test_a_rate_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(UsageError, match="out of range"):
        checked_rate(rate)


def test_the_request_after_the_last_allowed_one_waits() -> None:
    window = RequestWindow(3)
    assert [window.wait_for(second) for second in (0.0, 10.0, 20.0)] == [0, 0, 0]
    assert window.wait_for(25.0) == 35.0
    assert window.wait_for(60.0) == 0
    assert window.wait_for(60.0) == 10.0


@given(st.integers(1, 5), st.lists(st.floats(0, 30), max_size=60))
@example(1, [4.441108615888491, 0.0])
def test_no_minute_ever_holds_more_requests_than_the_rate(rate: int, gaps: list[float]) -> None:
    window = RequestWindow(rate)
    now, passed = 0.0, []
    for gap in gaps:
        now += gap
        wait = window.wait_for(now)
        assert 0 <= wait <= WINDOW_SECONDS
        if wait == 0:
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + WINDOW_SECONDS for at in passed) <= rate
