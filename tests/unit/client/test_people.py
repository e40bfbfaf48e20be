import pytest

from swipesavvy.client import people
from swipesavvy.client.people import SEGMENT_HOLDS_FOR, SESSION_ENDS_AFTER, Segments, Sessions


def test_a_session_lasts_until_thirty_idle_minutes() -> None:
    sessions = Sessions()
    first = sessions.of("ann", 0.0)
    assert sessions.of("ann", 1799.0) == first
    assert sessions.of("bob", 1799.0) != first
    assert sessions.of("ann", 1799.0 + SESSION_ENDS_AFTER - 1) == first
    later = sessions.of("ann", 1799.0 + 2 * SESSION_ENDS_AFTER)
    assert later != first
    assert sessions.of("ann", 1800.0 + 2 * SESSION_ENDS_AFTER) == later


def test_memory_of_people_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_MOST_PEOPLE", 2)
    sessions = Sessions()
    first, second = sessions.of("a", 0.0), sessions.of("b", 0.0)
    sessions.of("c", 0.0)
    assert sessions.of("b", 0.0) == second
    assert sessions.of("a", 0.0) != first


def test_a_segment_is_asked_for_once_a_day_and_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    def look_up(user_id: str) -> str | None:
        asked.append(user_id)
        if user_id == "bad":
            raise OSError("no network")
        return "HIGH_SPENDER"

    segments = Segments(look_up)
    assert [segments.of("ann", at) for at in (0.0, SEGMENT_HOLDS_FOR - 1)] == ["HIGH_SPENDER"] * 2
    assert asked == ["ann"]
    segments.of("ann", SEGMENT_HOLDS_FOR)
    assert asked == ["ann", "ann"]
    assert segments.of("bad", 0.0) is None
    assert "look-up failed" in caplog.text
