from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from swipesavvy.domain.instants import parse_instant

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:00:00Z",
        "2026-11-20T10:00:00.000000+00:00",
        "2026-11-20 10:00:00z",
        "2026-11-20T12:00:00+02",
        "2026-11-20T04:30:00-0530",
        "20261120T100000Z",
        "2026-11-20T10Z",
        "2026-11-20T10:00Z",
        "2026-W47-5T10:00:00Z",
        "2026-11-20T10:00:00,000Z",
    ],
)
def test_every_iso_form_names_the_same_instant(text: str) -> None:
    assert parse_instant(text) == TEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-20",
        "2026-11-20T10:00:00",
        "2026-02-30T10:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T10:00:60Z",
        "2026-11-20T10:00:00+02:60",
        "2026-11-20T10:00:00+25:00",
        "2026-11-20x10:00:00Z",
        "2026-11-20T10:00:00 Europe/Berlin",
        "infinity",
        "0001-01-01T00:00:00+05:00",
        "٢٠٢٦-11-20T10:00:00Z",
    ],
)
def test_other_texts_are_no_instants(text: str) -> None:
    assert parse_instant(text) is None


def test_a_missing_zone_can_mean_utc() -> None:
    assert parse_instant("2026-11-20 10:00:00", assume_utc=True) == TEN


def test_digits_beyond_microseconds_are_cut() -> None:
    assert parse_instant("2026-11-20T10:00:00.1234569Z") == TEN + timedelta(microseconds=123456)


@given(
    st.datetimes(),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_what_python_writes_is_read_back(moment: datetime, zone: timezone) -> None:
    written = moment.replace(tzinfo=zone)
    assume(1 < moment.year < 9999)
    assert parse_instant(written.isoformat()) == written
