"""The detectors on series made by hand, and what must hold for every series."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.domain.anomalies import Anomaly, Floats, Grain, Series, find_anomalies, judge, severity

FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - naive UTC, as in the warehouse
DAYS = 42


def counts(values: Floats, **more: object) -> Series:
    return Series("event_volume", "event_type", "user_purchased", values, values, **more)  # type: ignore[arg-type]


def hourly(level: float = 40.0, days: int = DAYS) -> Floats:
    """Busier by day than by night, twice as busy on two days of the week, without any noise."""
    hours = np.arange(days * 24)
    return np.round(level * (1 + 0.5 * np.sin(hours / 24 * 2 * np.pi)) * np.where(hours // 24 % 7 < 2, 2, 1))


def found(series: Series, grain: Grain = Grain.HOUR, judged: int = 24) -> list[Anomaly]:
    return list(find_anomalies(series, grain, FIRST, judged))


def test_the_rhythm_of_days_and_weeks_is_not_unusual() -> None:
    assert found(counts(hourly()), judged=7 * 24) == []
    days = hourly().reshape(DAYS, 24).sum(axis=1)
    assert found(counts(days), Grain.DAY, judged=7) == []


@pytest.mark.parametrize(
    ("factor", "kind", "bad"),
    [(4.0, "spike", "warning"), (0.2, "drop", "critical"), (0.0, "zero_value", "critical")],
)
def test_an_unusual_newest_hour_is_found_and_described(factor: float, kind: str, bad: str) -> None:
    values = hourly()[:-11]  # the newest hour is the one from noon: levels of weekdays change at midnight
    expected = values[-1]
    values[-1] = round(expected * factor)
    (one,) = found(counts(values))
    assert (one.anomaly_type, one.severity, one.is_newest) == (kind, bad, True)
    assert one.detected_for_at == FIRST + timedelta(hours=DAYS * 24 - 12)
    assert one.expected_value == pytest.approx(expected, rel=0.1)
    assert one.affected_records == round(abs(one.actual_value - one.expected_value))
    assert one.deviation_pct == pytest.approx(100 * (one.actual_value / one.expected_value - 1))


def test_a_drop_of_a_third_of_a_large_day_is_found_and_of_a_fifth_is_not() -> None:
    for share, number in ((0.66, 1), (0.8, 0)):
        days = np.full(DAYS, 10_000.0)
        days[::2] += 400
        days[-1] *= share
        assert len(found(counts(days), Grain.DAY, 1)) == number


def test_small_counts_and_a_flat_history_are_no_alarm() -> None:
    days = np.full(DAYS, 3.0)
    days[-1] = 0
    assert found(counts(days), Grain.DAY, 1) == []
    days = np.full(DAYS, 100.0)
    days[-1] = 101
    assert found(counts(days), Grain.DAY, 1) == []


def test_without_a_week_of_history_nothing_is_judged() -> None:
    days = np.concatenate([np.full(DAYS - 5, np.nan), [100.0, 100.0, 100.0, 100.0, 0.0]])
    verdicts = judge(counts(days), Grain.DAY, DAYS)
    assert not verdicts.judged.any()
    assert not verdicts.any.any()


def test_a_silent_source_is_missing_data_and_a_burst_of_copies_is_duplicate() -> None:
    values = hourly()
    values[-1] = 0
    (one,) = found(counts(values, zero_name="missing_data"))
    assert (one.anomaly_type, one.severity, one.detector) == ("missing_data", "critical", "zero")
    copies = np.zeros(DAYS * 24)
    copies[-1] = 30
    (one,) = found(counts(copies, only="duplicate"))
    assert (one.anomaly_type, one.severity, one.deviation_pct) == ("duplicate", "warning", None)
    assert found(counts(values, only="duplicate")) == []


def test_a_ratio_scatters_by_the_events_behind_it() -> None:
    ratio = np.full(DAYS, 2.0)
    ratio[-1] = 3.0
    for support, number in ((20.0, 0), (2000.0, 1)):
        series = Series("ctr", "metric", "ctr", ratio, np.full(DAYS, support), is_ratio=True)
        assert len(found(series, Grain.DAY, 1)) == number


def test_both_detectors_speak_up_about_what_lies_far_out() -> None:
    days = np.full(DAYS, 1000.0)
    days[-1] = 5000
    verdicts = judge(counts(days), Grain.DAY, 1)
    assert bool(verdicts.robust_z[0])
    assert bool(verdicts.iqr[0])


def test_the_same_finding_has_the_same_id_and_another_hour_another() -> None:
    values = hourly()
    values[-2:] = 0
    first, second = found(counts(values))
    assert [first, second] == found(counts(values))
    assert first.anomaly_id != second.anomaly_id


@given(st.lists(st.integers(0, 1000), min_size=40, max_size=60), st.integers(1, 20))
def test_findings_point_at_values_and_numbers_stay_finite(values: list[int], judged: int) -> None:
    series = counts(np.array(values, float))
    for one in found(series, Grain.DAY, judged):
        place = (one.detected_for_at - FIRST).days
        assert len(values) - judged <= place < len(values)
        assert one.actual_value == values[place]
        assert np.isfinite([one.expected_value, one.score]).all()
        assert (one.actual_value > one.expected_value) == (one.anomaly_type == "spike")
        assert one.is_newest == (place == len(values) - 1)


@given(st.lists(st.integers(50, 1000), min_size=40, max_size=40), st.integers(1, 50))
def test_a_further_value_is_never_less_unusual(values: list[int], more: int) -> None:
    low, high = np.array(values, float), np.array(values, float)
    high[-1] = max(values) + more
    low[-1] = max(values)
    assert judge(counts(high), Grain.DAY, 1).score[0] >= judge(counts(low), Grain.DAY, 1).score[0]


def test_more_than_expected_is_never_critical() -> None:
    assert severity("spike", 50.0) == "warning"
    assert severity("spike", 0.5) == "info"
    assert severity("drop", -0.35) == "info"
    assert severity("drop", -0.5) == "warning"
    assert severity("drop", -0.61) == "critical"
