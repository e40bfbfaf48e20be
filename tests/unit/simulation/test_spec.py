from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from swipesavvy.domain.errors import UsageError
from swipesavvy.simulation.arrays import DAY
from swipesavvy.simulation.spec import Faults, MarketSpec, end_of

END = datetime(2026, 6, 30, tzinfo=UTC)


def test_until_is_the_last_whole_day() -> None:
    assert end_of(date(2026, 6, 29), datetime(2020, 1, 1, tzinfo=UTC)) == END


def test_without_until_a_market_ends_at_the_last_full_hour() -> None:
    now = datetime(2026, 6, 30, 14, 45, 10, tzinfo=timezone(timedelta(hours=2)))
    assert end_of(None, now) == datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ends_at", "first_day"), [(END, date(2026, 6, 20)), (END + timedelta(hours=5), date(2026, 6, 21))]
)
def test_days_count_the_last_one_however_short(ends_at: datetime, first_day: date) -> None:
    spec = MarketSpec(ends_at, days=10)
    assert datetime.fromtimestamp(spec.start / 1000, UTC) == datetime(*first_day.timetuple()[:3], tzinfo=UTC)
    assert spec.start - spec.origin == spec.history_days * DAY


def test_a_record_makes_the_same_spec_again() -> None:
    spec = MarketSpec(END, seed=9, faults=Faults(late_share=0.1))
    assert MarketSpec.from_record(spec.as_record()) == spec


@pytest.mark.parametrize("wrong", [{"days": 0}, {"users": 0}, {"users": 2_000_000}, {"campaigns": -1}, {"seed": -1}])
def test_impossible_markets_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(wrong))}"):
        MarketSpec(END, **wrong)


@pytest.mark.parametrize("share", [-0.1, 0.6, float("nan")])
def test_impossible_shares_are_refused(share: float) -> None:
    with pytest.raises(UsageError, match="--broken-share"):
        Faults(broken_share=share)


def test_an_end_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        MarketSpec(datetime(2026, 6, 30))  # noqa: DTZ001
