"""Names, fingerprints and retention of builds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.builds import built_at, fingerprint, name_build, parse_as_of, snapshots_to_keep
from swipesavvy.domain.errors import BadInputError

NOW = datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
MARK = "0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21", datetime(2026, 11, 21, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2026-11-21T10:15:00+01:00", datetime(2026, 11, 21, 9, 15, tzinfo=UTC)),
        ("2026-11-21T10:15:00", NOW),
    ],
)
def test_a_date_means_the_end_of_its_day_and_times_are_utc(text: str, expected: datetime) -> None:
    assert parse_as_of(text) == expected


@pytest.mark.parametrize("text", ["2026-13-01", "yesterday", "", "2026-1-1"])
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInputError, match=r"write for example 2026-11-21"):
        parse_as_of(text)


def test_the_fingerprint_depends_on_lake_instant_and_code() -> None:
    marks = {
        fingerprint("7", NOW, "c"),
        fingerprint("8", NOW, "c"),
        fingerprint("7", NOW + timedelta(microseconds=1), "c"),
        fingerprint("7", NOW, "d"),
    }
    assert len(marks) == 4
    assert fingerprint("7", NOW, "c") == fingerprint("7", NOW, "c")


def test_two_builds_of_one_second_get_different_names_in_order() -> None:
    first = name_build(NOW, MARK, [])
    second = name_build(NOW, MARK, [first])
    assert first == "20261121T101500Z-01234567"
    assert second > first
    assert built_at(second) == NOW + timedelta(seconds=1)


def test_a_foreign_file_name_is_not_a_build() -> None:
    with pytest.raises(BadInputError, match="notes"):
        built_at("notes")


moments = st.integers(0, 3 * 365 * 24).map(lambda hours: NOW - timedelta(hours=hours))


@given(st.lists(moments, max_size=60), st.sets(st.integers(0, 59)))
def test_retention_keeps_the_newest_the_month_ends_and_the_pinned(taken: list[datetime], pins: set[int]) -> None:
    builds: list[str] = []
    for moment in taken:
        builds.append(name_build(moment, MARK, builds))
    pinned = {builds[i] for i in pins if i < len(builds)}
    kept = snapshots_to_keep(builds, pinned, NOW)
    assert set(sorted(builds)[-3:]) <= kept
    assert pinned <= kept <= set(builds)
    recent = [b for b in builds if (NOW.year - built_at(b).year) * 12 + NOW.month - built_at(b).month < 13]
    for month in {b[:6] for b in recent}:
        assert max(b for b in builds if b[:6] == month) in kept
    extra = kept - pinned - set(sorted(builds)[-3:])
    assert len(extra) <= 13
    assert snapshots_to_keep(sorted(kept), pinned, NOW) == kept
