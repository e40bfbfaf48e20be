"""Which series are made of counts and figures."""

from datetime import datetime

import numpy as np

from swipesavvy.application.anomaly_detection import DAYS_READ, Counts, Figures, detect, span, volume_series

AS_OF = datetime(2026, 3, 10, 12, 30)  # noqa: DTZ001 - naive UTC, as in the warehouse


def counted(*rows: tuple[str, str, int, float]) -> Counts:
    kinds, sources, hours, numbers = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Counts(
        np.array(kinds, object), np.array(sources, object), np.array(hours, np.int64), np.array(numbers, float)
    )


def no_figures() -> Figures:
    return Figures(np.array([], object), np.array([], np.int64), np.array([]), np.array([]))


def test_reading_starts_at_a_midnight_and_ends_with_the_last_whole_hour() -> None:
    start, hours = span(AS_OF)
    assert (start.hour, start.minute, hours) == (0, 0, DAYS_READ * 24 + 12)
    end_of_day = datetime(2026, 3, 10, 23, 59, 59, 999999)  # noqa: DTZ001
    assert span(end_of_day)[1] % 24 == 0


def test_types_and_sources_are_series_of_their_own_and_reports_of_builds_are_not() -> None:
    events = counted(
        ("user_purchased", "backend", 5, 2), ("user_purchased", "mobile", 5, 3), ("anomaly_detected", "backend", 6, 9)
    )
    found = {(one.subject_type, one.subject): one.values for one in volume_series(events, 8)}
    assert set(found) == {("event_type", "user_purchased"), ("source", "backend"), ("source", "mobile")}
    values = found["event_type", "user_purchased"]
    assert np.isnan(values[:5]).all()
    assert values[5:].tolist() == [5, 0, 0]


def test_a_silent_hour_a_burst_of_copies_and_an_odd_day_are_all_found() -> None:
    _, hours = span(AS_OF)
    events = counted(*(("user_purchased", "mobile", hour, 50.0) for hour in range(hours - 1)))
    copies = counted(("user_purchased", "mobile", hours - 3, 40.0))
    days = np.arange(DAYS_READ)
    revenue = np.where(days == DAYS_READ - 1, 100.0, 5000.0)
    figures = Figures(np.array(["revenue"] * len(days), object), days, revenue, np.full(len(days), 500.0))
    found = {
        (one.metric_id, one.subject_type, one.anomaly_type, one.is_newest)
        for one in detect(AS_OF, events, copies, figures)
    }
    assert found == {
        ("event_volume", "event_type", "zero_value", True),
        ("event_volume", "source", "missing_data", True),
        ("duplicate_copies", "source", "duplicate", False),
        ("revenue", "metric", "drop", True),
    }


def test_nothing_landed_is_nothing_unusual() -> None:
    assert detect(AS_OF, counted(), counted(), no_figures()) == []
