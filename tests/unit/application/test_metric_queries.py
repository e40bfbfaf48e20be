"""What may be asked of published metrics; a wrong question names the nearest right one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.application.metric_queries import Period, parse_by, period_before, whole_days
from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.metrics import GRAIN_KEYS

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "grains"),
    [
        (None, ()),
        ("campaign", ("campaign",)),
        ("day", ("day",)),
        ("campaign,day", ("campaign", "day")),
        ("day,campaign", ("campaign", "day")),
        (" creative , campaign ", ("campaign", "creative")),
        ("cohort", ("cohort",)),
    ],
)
def test_one_grain_or_campaign_plus_one(text: str | None, grains: tuple[str, ...]) -> None:
    assert parse_by(text) == grains


@pytest.mark.parametrize("one", [grain for grain in GRAIN_KEYS if grain != "campaign"])
@pytest.mark.parametrize("other", [grain for grain in GRAIN_KEYS if grain != "campaign"])
def test_two_grains_without_campaign_are_refused(one: str, other: str) -> None:
    with pytest.raises(UsageError, match=r"campaign plus one other|same grain twice"):
        parse_by(f"{one},{other}")


@pytest.mark.parametrize("text", ["campaign,campaign", "campaign,day,creative", "", "campaign,", "camp", "DAY"])
def test_other_groupings_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_by(text)


def test_an_unknown_grain_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean creative"):
        parse_by("creativ")


def test_a_range_covers_whole_days_and_ends_at_as_of() -> None:
    past = whole_days(date(2026, 11, 1), date(2026, 11, 7), AS_OF)
    assert past == Period(datetime(2026, 11, 1, tzinfo=UTC), datetime.combine(date(2026, 11, 7), time.max, UTC))
    assert whole_days(date(2026, 11, 15), date(2026, 11, 21), AS_OF).end == AS_OF


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400), st.times())
def test_the_period_before_is_as_long_and_ends_where_this_one_starts(first: date, days: int, clock: time) -> None:
    end = datetime.combine(first + timedelta(days=days - 1), clock, UTC)
    period = Period(datetime.combine(first, time.min, UTC), end)
    before = period_before(period)
    assert period.days == days == before.days
    assert before.end.date() == first - timedelta(days=1)
    assert before.end.timetz() == period.end.timetz()
