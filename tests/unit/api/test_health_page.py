from datetime import UTC, datetime

import pytest

from swipesavvy.api.health_page import health_page
from swipesavvy.application.health import HealthReport
from swipesavvy.domain.health import Part, overall

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def page(*parts: Part, seconds: float = 90) -> str:
    return health_page(HealthReport(overall(parts), NOW, parts), "0.1.0", seconds)


def test_the_headline_answers_and_the_lead_names_the_parts() -> None:
    good = Part("disk", "ok", "82 GB free")
    assert "<h1>Everything answers</h1>" in page(good)
    assert "All 1 parts answer." in page(good)
    assert "worth a look: operational store." in page(good, Part("operational_store", "watch", "slow"))
    broken = page(good, Part("operational_store", "bad", "does not answer"))
    assert "<h1>Something needs attention</h1>" in broken
    assert "1 of 2 parts: operational store." in broken


@pytest.mark.parametrize(
    ("state", "words"), [("ok", "✓ Good"), ("empty", "○ Nothing yet"), ("bad", "✕ Needs attention")]
)
def test_a_state_has_an_icon_and_a_word(state: str, words: str) -> None:
    assert words in page(Part("x", state, "y"))  # type: ignore[arg-type]


def test_what_parts_say_is_text_and_commands_are_marked() -> None:
    text = page(Part("<b>", "ok", "use `swipesavvy run` & <script>alert(1)</script>"))
    assert "Use <code>swipesavvy run</code> &amp; &lt;script&gt;" in text
    assert "<script>" not in text


@pytest.mark.parametrize(("seconds", "words"), [(90, "1 min"), (7_300, "2 h 1 min"), (200_000, "2 d 7 h")])
def test_the_time_since_the_start_is_short(seconds: float, words: str) -> None:
    assert f"up for {words}." in page(seconds=seconds)
