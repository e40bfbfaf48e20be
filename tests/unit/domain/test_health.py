from datetime import UTC, datetime, timedelta

import pytest

from swipesavvy.domain.health import Part, age_in_words, disk_part, overall

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("free", "state"), [(50, "ok"), (15, "ok"), (14, "watch"), (5, "watch"), (4, "bad"), (0, "bad")]
)
def test_a_disk_is_worth_a_look_before_it_is_full(free: int, state: str) -> None:
    assert disk_part(free, 100).state == state


def test_a_disk_without_a_size_is_full() -> None:
    assert disk_part(0, 0).state == "bad"


def test_only_a_bad_part_degrades_the_whole() -> None:
    parts = [Part("a", "ok", ""), Part("b", "empty", ""), Part("c", "watch", "")]
    assert overall(parts) == "healthy"
    assert overall([*parts, Part("d", "bad", "")]) == "degraded"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (40, "40 s"),
        (90, "2 min"),
        (3_599, "60 min"),
        (18_000, "5 h"),
        (90_000, "25 h"),
        (200_000, "2 days"),
    ],
)
def test_ages_use_the_largest_unit_that_fits(seconds: int, words: str) -> None:
    assert age_in_words(NOW - timedelta(seconds=seconds), NOW) == words
